import type { OperationOutput } from "@jikimi/http-api";
import { type Command, CommandFailure, type Invocation } from "../cli/command.ts";
import { localTime } from "../cli/local-time.ts";
import { ask } from "./ask.ts";
import { duration, renderTable } from "./table.ts";

const limitOption = {
  name: "limit",
  takesValue: true,
  summary: { ko: "몇 건까지 (기본 50)", en: "how many (default 50)" },
};
const reasonOption = {
  name: "reason",
  takesValue: true,
  summary: { ko: "보는 사유 (기록에 남습니다)", en: "why you look (written into the record)" },
};

function limitOf({ option }: Invocation): { limit?: number } {
  const limit = option("limit");
  return limit === undefined ? {} : { limit: Number(limit) };
}

/** The one positional a command needs, or a failure that says what is missing. */
export function required({ positionals }: Invocation, index: number, what: { ko: string; en: string }): string {
  const value = positionals[index];
  if (value !== undefined) return value;
  throw new CommandFailure(
    "missing-argument",
    { ko: `빠진 것이 있습니다: ${what.ko}`, en: `${what.en} is missing.` },
    { ko: "--help 로 사용법을 확인해 주십시오.", en: "See the usage with --help." },
    2,
  );
}

type CallSummary = OperationOutput<"calls.list">["calls"][number];

function callRow(call: CallSummary, { say }: Invocation): string[] {
  const directions = { inbound: { ko: "수신", en: "in" }, outbound: { ko: "발신", en: "out" } };
  const states = {
    ringing: { ko: "호출 중", en: "ringing" },
    talking: { ko: "통화 중", en: "talking" },
    ended: { ko: "종료", en: "ended" },
  };
  const length = call.endedAtMs === null ? "" : duration(call.endedAtMs - call.startedAtMs);
  return [
    localTime(call.startedAtMs),
    say(directions[call.direction]),
    call.callerNumber?.shown ?? "-",
    say(states[call.state]),
    length,
    `${call.endReason ?? ""}${call.simulated ? say({ ko: " (체험)", en: " (trial)" }) : ""}`,
    call.callId,
  ];
}

export const callsList: Command = {
  name: "calls list",
  summary: { ko: "통화 목록", en: "list calls" },
  usage: "[--limit N]",
  options: [limitOption],
  async run(invocation) {
    const { calls } = await ask(invocation, "calls.list", limitOf(invocation));
    const { json, out, say } = invocation;
    if (json) out(`${JSON.stringify(calls)}\n`);
    else if (calls.length === 0) out(`${say({ ko: "아직 통화가 없습니다.", en: "No calls yet." })}\n`);
    else {
      const header = say({ ko: "시각 방향 상대 상태 길이 종료 번호", en: "time dir caller state length end call" });
      out(
        renderTable(
          header.split(" "),
          calls.map((call) => callRow(call, invocation)),
        ),
      );
    }
    return 0;
  },
};

export const callsShow: Command = {
  name: "calls show",
  summary: { ko: "통화 하나의 모든 기록", en: "everything that happened on one call" },
  usage: "CALL-ID [--reveal --reason TEXT]",
  options: [
    { name: "reveal", takesValue: false, summary: { ko: "전화번호를 가리지 않고", en: "show the number in full" } },
    reasonOption,
  ],
  async run(invocation) {
    const { json, out, say, flag, option } = invocation;
    const callId = required(invocation, 0, { ko: "통화 번호", en: "The call's id" });
    const reveal = flag("reveal") ? { reveal: { reason: option("reason") ?? "" } } : {};
    const shown = await ask(invocation, "calls.show", { callId, ...reveal });
    if (json) {
      out(`${JSON.stringify(shown)}\n`);
      return 0;
    }
    out(renderTable(["", "", "", "", "", "", ""], [callRow(shown.call, invocation)]).trimStart());
    for (const { atMs, kind, ...fields } of shown.events) {
      out(`${(atMs / 1000).toFixed(1).padStart(8)}  ${kind.padEnd(22)} ${JSON.stringify(fields)}\n`);
    }
    const intact = shown.verification.kind === "intact";
    const verdict = intact
      ? { ko: "기록이 온전합니다(연결 해시 확인).", en: "The account is intact (hash chain checked)." }
      : { ko: "기록이 손상되었습니다.", en: "The account is broken." };
    out(`\n${say(verdict)}\n`);
    return intact ? 0 : 1;
  },
};

export const recordingsList: Command = {
  name: "recordings list",
  summary: { ko: "녹음 목록", en: "list recordings" },
  usage: "[--limit N]",
  options: [limitOption],
  async run(invocation) {
    const { recordings } = await ask(invocation, "recordings.list", limitOf(invocation));
    const { json, out, say } = invocation;
    if (json) out(`${JSON.stringify(recordings)}\n`);
    else if (recordings.length === 0) out(`${say({ ko: "아직 녹음이 없습니다.", en: "No recordings yet." })}\n`);
    else {
      const header = say({ ko: "시각 길이 빈곳 상태 통화", en: "time length gaps state call" }).split(" ");
      const rows = recordings.map(({ startedAtMs, durationMs, gaps, complete, callId }) => [
        localTime(startedAtMs),
        durationMs === null ? "-" : duration(durationMs),
        String(gaps.length),
        say(complete ? { ko: "온전함", en: "complete" } : { ko: "확인 필요", en: "to be checked" }),
        callId,
      ]);
      out(renderTable(header, rows));
    }
    return 0;
  },
};

export const recordingsExport: Command = {
  name: "recordings export",
  summary: { ko: "녹음을 WAV로 내보내기 (왼쪽 민원인, 오른쪽 상담사와 안내)", en: "export a recording as WAV" },
  usage: "CALL-ID --reason TEXT [--to FILE.wav]",
  options: [
    reasonOption,
    { name: "to", takesValue: true, summary: { ko: "새로 만들 파일", en: "the file to create" } },
  ],
  async run(invocation) {
    const { json, out, say, option } = invocation;
    const callId = required(invocation, 0, { ko: "통화 번호", en: "The call's id" });
    const reason = option("reason");
    if (reason === undefined) {
      throw new CommandFailure(
        "reason-required",
        { ko: "내보내는 사유가 필요합니다.", en: "A reason is needed to export a recording." },
        {
          ko: '--reason "감사 요청" 처럼 적어 주십시오. 통화 기록에 남습니다.',
          en: 'Give one: --reason "audit request". It is written into the call\'s record.',
        },
        2,
      );
    }
    const to = option("to");
    const exported = await ask(invocation, "recordings.export", {
      callId,
      reason,
      ...(to === undefined ? {} : { to }),
    });
    if (json) out(`${JSON.stringify(exported)}\n`);
    else {
      const { path, durationMs, gaps, complete } = exported;
      out(`${path}  ${duration(durationMs)}\n`);
      const note = complete
        ? {
            ko: `빠진 곳 ${gaps.length}건. 같은 이름의 manifest.json 에 적었습니다.`,
            en: `${gaps.length} gaps, listed in the manifest beside it.`,
          }
        : {
            ko: "닫히지 않았거나 손상된 녹음입니다. manifest.json 을 확인해 주십시오.",
            en: "Not closed, or damaged: see the manifest beside it.",
          };
      out(`${say(note)}\n`);
    }
    return 0;
  },
};
