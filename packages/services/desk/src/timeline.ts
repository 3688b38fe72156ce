import type { JournalEvent } from "@jikimi/incidents";
import { abuseLabels, type Bilingual } from "@jikimi/protection";
import { isRefusal, labelNames, refusalInWords } from "./rule-words.ts";

/** One thing that happened on a call, in words for whoever was on it; `atMs` counts from the first INVITE. */
export type TimelineItem = {
  readonly atMs: number;
  readonly kind: string;
  readonly text: Bilingual;
  readonly by: "jikimi" | "agent" | "supervisor" | "caller" | null;
};

/** What people see of a call's account; what only the machine needs to know (hints renewed, decisions) stays out. */
export function timelineOf(events: readonly JournalEvent[]): readonly TimelineItem[] {
  return events.flatMap((event) => {
    const fields = event as unknown as Fields;
    const told = Object.hasOwn(words, event.kind) ? (words[event.kind]?.(fields) ?? null) : null;
    if (told === null) return [];
    const { by, ko, en } = told;
    return [{ atMs: time(event.atMs), kind: event.kind, by, text: { ko, en } }];
  });
}

type Fields = { readonly [field: string]: unknown };
type Told = Bilingual & { readonly by: TimelineItem["by"] };

function tell(by: TimelineItem["by"], ko: string, en: string): Told {
  return { by, ko, en };
}

const words: Readonly<Record<string, (event: Fields) => Told | null>> = {
  invite: ({ direction }) =>
    direction === "outbound"
      ? tell("agent", "전화를 걸었습니다.", "The agent dialled.")
      : tell("caller", "전화가 왔습니다.", "The call came in."),
  "notice-completed": ({ outcome }) =>
    outcome === "completed"
      ? tell("jikimi", "녹음과 분석을 끝까지 안내했습니다.", "The notice of recording was heard to its end.")
      : tell("jikimi", "녹음 안내가 끝까지 나가지 못했습니다.", "The notice of recording was not heard to its end."),
  ringing: () => tell("jikimi", "상담사의 전화를 울렸습니다.", "An agent's telephone rang."),
  "not-reached": ({ why }) =>
    why === "no-answer"
      ? tell(null, "받지 않았습니다.", "Nobody answered.")
      : why === "busy-or-refused"
        ? tell("agent", "통화 중이거나 거절했습니다.", "It was busy or refused.")
        : tell(null, "연결하지 못했습니다.", "It could not be connected."),
  bridged: () => tell("jikimi", "두 사람을 연결했습니다.", "The two were connected."),
  "recording-started": () => tell("jikimi", "녹음을 시작했습니다.", "Recording began."),
  "recording-closed": ({ complete }) =>
    complete === false
      ? tell("jikimi", "녹음을 마쳤습니다. 빠진 부분이 있습니다.", "Recording ended; parts of it are missing.")
      : tell("jikimi", "녹음을 마쳤습니다.", "Recording ended."),
  "recording-failed": () => tell("jikimi", "녹음하지 못했습니다.", "Recording failed."),
  assessed: ({ abusive, labels }) => (abusive === true ? abuse(labels) : null),
  offered: ({ offer }) =>
    offer === "warning"
      ? tell("jikimi", "경고할지 물었습니다.", "A warning was offered.")
      : tell("jikimi", "통화를 끝낼지 물었습니다.", "An ending was offered."),
  "offer-withdrawn": ({ why }) =>
    why === "expired"
      ? tell("jikimi", "답이 없어 제안을 거두었습니다.", "Nobody confirmed, and the offer went.")
      : null,
  "warning-started": ({ warningNumber }) =>
    tell("jikimi", `${number(warningNumber)}번째 경고를 시작했습니다.`, `Warning ${number(warningNumber)} began.`),
  "warning-completed": played("경고가", "The warning"),
  "long-call-started": () => tell("jikimi", "통화 시간을 안내하기 시작했습니다.", "The time was announced."),
  "long-call-completed": played("통화 시간 안내가", "The announcement of the time"),
  "ending-started": () => tell("jikimi", "종료 안내를 시작했습니다.", "The ending was announced."),
  "ending-completed": played("종료 안내가", "The announcement of the ending"),
  "incident-opened": () => tell("jikimi", "사건 기록을 열었습니다.", "An incident was opened."),
  "incident-closed": ({ outcome }) =>
    kindOf(outcome) === "continued"
      ? tell("jikimi", "계속하기로 하여 사건 기록을 닫았습니다.", "The call went on, and the incident was closed.")
      : tell("jikimi", "사건 기록을 닫았습니다.", "The incident was closed."),
  "ending-call": () => tell("jikimi", "규칙에 따라 통화를 끝냅니다.", "The call is ended by the rule."),
  "rest-started": ({ durationMs }) => {
    const minutes = Math.round(number(durationMs) / 60_000);
    return tell("jikimi", `보호휴식 ${minutes}분을 드렸습니다.`, `A protected rest of ${minutes} minutes was given.`);
  },
  action: ({ by, action }) => personActs(by, action),
  "action-refused": ({ by, why }) => {
    if (typeof why !== "string" || !isRefusal(why)) return null;
    const { ko, en } = refusalInWords(why);
    return tell(actor(by), ko, en);
  },
  hold: ({ by }) => tell(party(by), "보류했습니다.", "The call was put on hold."),
  resumed: ({ by }) => tell(party(by), "보류를 풀었습니다.", "The call was taken off hold."),
  transferring: () => tell("agent", "다른 곳으로 연결을 시도했습니다.", "A transfer was begun."),
  transferred: () => tell("agent", "다른 곳으로 연결했습니다.", "The call was transferred."),
  "transfer-failed": () =>
    tell("jikimi", "연결하지 못해 돌아왔습니다.", "The transfer failed, and the call came back."),
  "consultation-started": () => tell("agent", "다른 사람에게 물어보려고 전화했습니다.", "Somebody else was asked."),
  "consultation-answered": () => tell(null, "물어본 사람이 받았습니다.", "Whoever was asked answered."),
  "consultation-failed": () => tell(null, "물어보려던 사람이 받지 않았습니다.", "Whoever was asked did not answer."),
  "hearing-lost": ({ why, speaker }) => {
    if (why !== "overload") return tell("jikimi", "음성 인식이 멈췄습니다.", "Hearing stopped.");
    return speaker === "agent"
      ? tell(
          "jikimi",
          "통화가 많아 고객의 말만 듣기 시작했습니다.",
          "There were many calls: only the caller was heard.",
        )
      : tell("jikimi", "통화가 많아 이 대화를 듣지 못했습니다.", "There were too many calls to hear this one.");
  },
  "hearing-restored": ({ speaker }) =>
    speaker === "agent"
      ? tell("jikimi", "상담사의 말도 다시 듣습니다.", "The agent was heard again, too.")
      : tell("jikimi", "음성 인식을 다시 시작했습니다.", "Hearing began again."),
  "media-lost": () => tell("jikimi", "음성 경로가 끊겼습니다.", "The sound was lost."),
  "media-restored": () => tell("jikimi", "음성 경로를 되살렸습니다.", "The sound was restored."),
  "agent-lost": () => tell("jikimi", "상담사 화면의 연결이 끊겼습니다.", "The agent's browser was gone."),
  "agent-returned": () => tell("agent", "상담사가 다시 연결되었습니다.", "The agent was back."),
  "help-requested": () => tell("agent", "도움을 요청했습니다.", "The agent asked for help."),
  "help-taken": () => tell("supervisor", "도움 요청을 받았습니다.", "Somebody came to help."),
  "incident-commented": () => tell("agent", "사건에 의견을 남겼습니다.", "The agent commented on the incident."),
  "recording-listened": () => tell("agent", "녹음을 들었습니다.", "The recording was listened to."),
  "recording-exported": () => tell(null, "녹음을 내보냈습니다.", "The recording was exported."),
  "number-revealed": () => tell(null, "전체 번호를 확인했습니다.", "The whole number was looked at."),
  "personal-erased": () => tell(null, "개인정보를 지웠습니다.", "Personal data was erased."),
  bye: ({ by, reason }) => over(by, reason),
};

function abuse(labels: unknown): Told {
  const scores = (typeof labels === "object" && labels !== null ? labels : {}) as Readonly<Record<string, unknown>>;
  const [worst] = abuseLabels
    .filter((label) => number(scores[label]) > 0)
    .sort((a, b) => number(scores[b]) - number(scores[a]));
  if (worst === undefined) return tell("caller", "거친 말이 들렸습니다.", "Something abusive was heard.");
  const name = labelNames[worst];
  return tell("caller", `기준에 드는 말이 들렸습니다: ${name.ko}.`, `Something was heard that counts: ${name.en}.`);
}

function played(ko: string, en: string): (event: Fields) => Told {
  return ({ outcome }) =>
    outcome === "completed"
      ? tell("jikimi", `${ko} 끝까지 나갔습니다.`, `${en} was heard to its end.`)
      : tell("jikimi", `${ko} 끝까지 나가지 않았습니다.`, `${en} was not heard to its end.`);
}

function personActs(by: unknown, action: unknown): Told | null {
  const who = actor(by);
  const fields = (typeof action === "object" && action !== null ? action : {}) as Fields;
  switch (fields.kind) {
    case "continue":
      return tell(who, "‘계속’을 눌렀습니다.", "“Continue” was pressed.");
    case "warn-now":
      return tell(who, "‘지금 경고’를 눌렀습니다.", "“Warn now” was pressed.");
    case "end-now":
      return tell(who, "‘종료’를 눌렀습니다.", "“End” was pressed.");
    case "confirm":
      return tell(who, "제안을 확인했습니다.", "The offer was confirmed.");
    case "extend": {
      const minutes = number(fields.minutes);
      return tell(who, `통화를 ${minutes}분 연장했습니다.`, `The call was extended by ${minutes} minutes.`);
    }
    case "declare":
      return fields.topic === "repeated-content"
        ? tell(who, "같은 내용이 되풀이된다고 알렸습니다.", "The content was declared to repeat.")
        : tell(who, "담당 업무가 아니라고 알렸습니다.", "The matter was declared out of competence.");
    default:
      return null;
  }
}

const endings: Readonly<Record<string, Bilingual>> = {
  protection: { ko: "폭언으로 통화를 종료했습니다.", en: "The call was ended for abuse." },
  "long-call": { ko: "통화 시간이 지나 종료했습니다.", en: "The call was ended for its length." },
  "agent-ended": { ko: "상담사의 결정으로 종료했습니다.", en: "The call was ended by the agent's decision." },
  "nobody-free": { ko: "받을 수 있는 상담사가 없었습니다.", en: "No agent was free." },
  closed: { ko: "업무 시간이 아니었습니다.", en: "It was outside opening hours." },
  "not-reached": { ko: "상대방이 받지 않았습니다.", en: "The other party was not reached." },
  cancelled: { ko: "연결되기 전에 끊었습니다.", en: "It was given up before it was connected." },
  "connection-lost": { ko: "연결이 끊겨 종료되었습니다.", en: "The connection was lost." },
  "media-lost": { ko: "음성 경로를 잃어 종료되었습니다.", en: "The sound was lost for good." },
  "no-audio": { ko: "소리가 오지 않아 종료했습니다.", en: "No sound came any more." },
  "shutting-down": { ko: "서버가 멈추며 종료되었습니다.", en: "The server was stopped." },
  "server-restarted": { ko: "서버가 다시 시작되며 종료되었습니다.", en: "The server was started anew." },
  fault: { ko: "장애로 종료되었습니다.", en: "A fault ended the call." },
};

function over(by: unknown, reason: unknown): Told {
  const who = by === "caller" || by === "agent" ? by : "jikimi";
  const known = typeof reason === "string" && Object.hasOwn(endings, reason) ? endings[reason] : undefined;
  if (known !== undefined) return tell(who, known.ko, known.en);
  if (who === "caller") return tell(who, "상대방이 전화를 끊었습니다.", "The caller hung up.");
  if (who === "agent") return tell(who, "상담사가 전화를 끊었습니다.", "The agent hung up.");
  return tell(who, "통화가 끝났습니다.", "The call ended.");
}

function actor(by: unknown): "agent" | "supervisor" {
  return by === "supervisor" ? "supervisor" : "agent";
}

function party(by: unknown): "agent" | "caller" {
  return by === "caller" ? "caller" : "agent";
}

function number(value: unknown): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

function time(atMs: number): number {
  return Number.isFinite(atMs) ? Math.max(0, atMs) : 0;
}

function kindOf(outcome: unknown): unknown {
  return typeof outcome === "object" && outcome !== null && "kind" in outcome ? outcome.kind : null;
}
