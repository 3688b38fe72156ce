import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { HeardUtterance } from "@jikimi/listening";
import { SoundLibrary } from "@jikimi/notices";
import { defaultPolicy, type Policy, parsePolicy, presets } from "@jikimi/protection";
import { type FileEnd, hearFile } from "@jikimi/recognizers";
import { type Command, CommandFailure, type Invocation } from "../cli/command.ts";
import { Rehearsal, type RehearsedEvent } from "../demo/rehearse.ts";
import { abuseModelPath, openJudge } from "../judge.ts";
import { required } from "./calls.ts";
import { incomplete, openAskedEars, progressOf, recognizerOption, tellable } from "./hearing.ts";

export const replay: Command = {
  name: "replay",
  summary: {
    ko: "녹음 파일에 듣기·판단·보호를 적용해 보기 (스테레오: 왼쪽 민원인, 오른쪽 상담사)",
    en: "run hearing, judgement and protection over a recording (stereo: caller left, agent right)",
  },
  usage: "FILE.wav [--recognizer NAME] [--policy ID|FILE.json]",
  options: [
    recognizerOption,
    {
      name: "policy",
      takesValue: true,
      summary: { ko: "규칙 이름이나 파일 (기본 default)", en: "a preset or a file (default)" },
    },
  ],
  async run(invocation) {
    const { root, json, out, err, say, option, language, signal } = invocation;
    const path = required(invocation, 0, { ko: "소리 파일", en: "A sound file" });
    const policy = await choosePolicy(option("policy"));
    const judge = await openJudge(abuseModelPath(root));
    const soundsFolder = join(root, "assets/sounds/notices");
    const sounds = SoundLibrary.load({ soundsFolder, customFolder: null, departmentIds: [] });
    await using ears = await openAskedEars(invocation);
    const recognizer = ears.recognizer.name;
    const rehearsal = new Rehearsal({ policy, judge, sounds, language: "ko", recognizer });
    const events: RehearsedEvent[] = [];
    const take = (more: readonly RehearsedEvent[]) => {
      events.push(...more);
      if (!json) for (const event of more) out(renderEvent(event, invocation));
    };
    let end: FileEnd;
    try {
      end = await hearToTheEnd(
        hearFile({ path, ears, signal, onProgress: progressOf(path, invocation) }),
        (utterance) => {
          if (!rehearsal.ended) take(rehearsal.hear(utterance));
        },
      );
    } catch (cause) {
      throw tellable(cause);
    }
    const durationMs = end.audioMs;
    take(rehearsal.finish(durationMs));
    if (end.problem !== null) err(`${say(incomplete(path, end.problem))}\n`);
    const policyFacts = { id: policy.id, version: policy.version, title: policy.title[language] };
    if (json) out(`${JSON.stringify({ file: path, recognizer, durationMs, policy: policyFacts, events })}\n`);
    return 0;
  },
};

async function hearToTheEnd(
  heard: AsyncGenerator<HeardUtterance, FileEnd>,
  take: (utterance: HeardUtterance) => void,
): Promise<FileEnd> {
  for (;;) {
    const { value, done } = await heard.next();
    if (done === true) return value;
    take(value);
  }
}

async function choosePolicy(wanted: string | undefined): Promise<Policy> {
  if (wanted === undefined) return defaultPolicy;
  const preset = presets.find(({ id }) => id === wanted);
  if (preset !== undefined) return preset;
  const text = await readFile(wanted, "utf8").catch(() => null);
  const parsed = text === null ? null : parsePolicy(JSON.parse(text));
  if (parsed?.kind === "ok") return parsed.policy;
  throw new CommandFailure(
    "unknown-policy",
    { ko: `‘${wanted}’ 규칙을 읽을 수 없습니다.`, en: `The policy '${wanted}' cannot be read.` },
    {
      ko: `미리 만든 규칙: ${presets.map(({ id }) => id).join(" · ")}, 또는 ./jikimi policy check 를 통과한 파일`,
      en: `Presets: ${presets.map(({ id }) => id).join(" · ")}, or a file that ./jikimi policy check finds good`,
    },
    2,
  );
}

function renderEvent({ atMs, kind, ...fields }: RehearsedEvent, { say }: Invocation): string {
  const when = `${(atMs / 1000).toFixed(1).padStart(7)}s`;
  if (kind === "utterance") {
    const who = say(fields.speaker === "caller" ? { ko: "민원인", en: "caller" } : { ko: "상담사", en: "agent" });
    return `${when}  ${who}: ${String(fields.text)}\n`;
  }
  if (kind === "assessed") return fields.abusive === true ? `${when}    ⚠ ${JSON.stringify(fields.evidence)}\n` : "";
  return kind === "announcing" ? "" : `${when}  · ${kind}\n`;
}
