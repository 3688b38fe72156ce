import { type Command, CommandFailure, type Invocation } from "../cli/command.ts";
import { runScenario, type ScenarioResult } from "../demo/run-scenario.ts";
import { scenarios } from "../demo/scenarios.ts";

export const demo: Command = {
  name: "demo",
  summary: {
    ko: "합성 음성의 가상 민원인으로 보호 과정을 실제로 보여 주기",
    en: "show protection at work, with a simulated caller's synthetic voice",
  },
  usage: "[--scenario NAME] [--keep FOLDER]",
  options: [
    {
      name: "scenario",
      takesValue: true,
      summary: { ko: "장면 이름 (없으면 목록)", en: "the scene (none: the list)" },
    },
    { name: "keep", takesValue: true, summary: { ko: "자료를 남길 새 폴더", en: "a new folder to keep its data in" } },
  ],
  async run(invocation) {
    const { option, out, json, say, clock, random, root, signal, language } = invocation;
    const name = option("scenario");
    if (name === undefined) {
      const list = scenarios.map(({ name: one, title, direction }) => ({ scenario: one, title, direction }));
      if (json) out(`${JSON.stringify(list)}\n`);
      else {
        for (const { scenario, title } of list) out(`  ${scenario.padEnd(18)} ${title[language]}\n`);
        out(`\n./jikimi demo --scenario abusive-ended\n`);
      }
      return 0;
    }
    const scenario = scenarios.find((one) => one.name === name);
    if (scenario === undefined) {
      throw new CommandFailure(
        "unknown-scenario",
        { ko: `‘${name}’ 장면은 없습니다.`, en: `There is no scene '${name}'.` },
        { ko: scenarios.map((one) => one.name).join(" · "), en: scenarios.map((one) => one.name).join(" · ") },
        2,
      );
    }
    if (!json) {
      out(`${scenario.title[language]}\n`);
      const note = {
        ko: "가상 통화입니다. 목소리는 모두 합성 음성이고 체험용 인식기가 듣습니다. 준비에 몇 초 걸립니다 …",
        en: "A simulated call: all voices are synthetic and the demo recogniser listens. It takes a few seconds to prepare …",
      };
      out(`${say(note)}\n`);
    }
    const keep = option("keep");
    const result = await runScenario(scenario, {
      root,
      clock,
      random,
      signal,
      ...(keep === undefined ? {} : { dataFolder: keep }),
      ...(json ? {} : { onEvent: (event) => out(renderEvent(event, invocation)) }),
    });
    if (json) out(`${JSON.stringify(result)}\n`);
    else out(renderVerdict(result, invocation));
    return result.ok ? 0 : 1;
  },
};

type Event = ScenarioResult["events"][number];

/** The account as it grows: seconds, what happened, and the words where there are any. */
function renderEvent(event: Event, { say }: Invocation): string {
  const when = `${(event.atMs / 1000).toFixed(1).padStart(6)}s`;
  if (event.kind === "utterance" && "text" in event && "speaker" in event) {
    const who = say(event.speaker === "caller" ? { ko: "민원인", en: "caller" } : { ko: "상담사", en: "agent" });
    return `${when}  ${who}: ${event.text}\n`;
  }
  if (event.kind === "assessed" && "abusive" in event && event.abusive) {
    const words = event.evidence.map(({ label, surface }) => `${label} “${surface}”`).join(", ");
    return `${when}    ⚠ ${words}\n`;
  }
  const text = "text" in event && typeof event.text === "string" ? `  “${event.text}”` : "";
  const reason = "reason" in event ? `  (${String(event.reason)})` : "";
  const quiet = ["assessed", "routed", "hint-cleared", "announcing"].includes(event.kind);
  return quiet ? "" : `${when}  · ${event.kind}${reason}${text}\n`;
}

function renderVerdict({ ok, problems, recording }: ScenarioResult, { say }: Invocation): string {
  const length =
    recording === null
      ? ""
      : ` ${(recording.durationMs / 1000).toFixed(1)} s, sha256 ${recording.sha256.slice(0, 12)}…`;
  const kept = `${say({ ko: "녹음", en: "Recording" })}:${length}\n`;
  if (ok)
    return `\n${kept}${say({ ko: "장면이 약속한 대로 되었습니다.", en: "All that the scene promises came true." })}\n`;
  const broken = say({ ko: "약속과 다른 점", en: "What did not come true" });
  return `\n${kept}${broken}:\n${problems.map((problem) => `  · ${problem}`).join("\n")}\n`;
}
