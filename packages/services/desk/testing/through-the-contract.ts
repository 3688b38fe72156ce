import { type CallView, type DeskState, serverMessage, type TranscriptLine } from "@jikimi/live-events";

const quiet: DeskState = {
  revision: 1,
  atMs: 0,
  presence: { kind: "offline", sinceMs: null },
  phone: { holder: "nobody", registered: false, otherPhones: 0 },
  call: null,
  wrapUp: null,
  missedCalls: 0,
  service: { hearing: "ok", media: "ok", records: "ok", recognizer: null, limitations: [] },
};

/** The call as a browser gets it; throws where the contract does not allow it. */
export function sentCall(call: CallView): CallView {
  const message = serverMessage.parse({ kind: "desk", state: { ...quiet, call } });
  if (message.kind !== "desk" || message.state.call === null) throw new Error("no call came through");
  return message.state.call;
}

export function sentLine(line: TranscriptLine): TranscriptLine {
  const message = serverMessage.parse({ kind: "transcript", callId: "c-1", extent: "all", lines: [line] });
  if (message.kind !== "transcript" || message.lines[0] === undefined) throw new Error("no line came through");
  return message.lines[0];
}
