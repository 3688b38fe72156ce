import type { CallView, DeskState, HelpRequest, TranscriptLine, WrapUpView } from "@jikimi/live-events";
import type { TelephoneCall } from "../src/telephone/telephone.ts";

const minute = 60_000;

/** What a desk may look like: what the server would say, and what the telephone would. */
export type Scene = {
  readonly desk: DeskState;
  readonly lines: readonly TranscriptLine[];
  readonly help: readonly HelpRequest[];
  readonly telephone: TelephoneCall | null;
};

export const sceneNames = [
  "waiting",
  "ringing",
  "notice",
  "talking",
  "long-transcript",
  "held",
  "consulting",
  "on-demand",
  "heard",
  "warning-offered",
  "warning",
  "ending-offered",
  "ending",
  "long-call",
  "hearing-lost",
  "hearing-set-aside",
  "caller-only",
  "reconnecting",
  "dialling",
  "trial",
  "ended-rest",
  "wrap-up",
  "rest",
  "away",
  "missed",
  "phone-elsewhere",
  "limited",
  "help-waiting",
  "helped",
] as const;
export type SceneName = (typeof sceneNames)[number];

const policy = {
  id: "seoul-20-button",
  version: 3,
  title: { ko: "20분 안내 후 버튼 종료", en: "20 minutes with a button" },
};

function callAt(nowMs: number, change: Partial<CallView> = {}): CallView {
  return {
    callId: "call-1",
    direction: "inbound",
    trial: null,
    phase: "talking",
    heldBy: null,
    other: { number: "010-****-5678", callsBefore: 3, incidentsBefore: 0 },
    lineNumber: "070-0000-0120",
    department: { ko: "민원여권과", en: "Civil Affairs and Passports" },
    startedAtMs: nowMs - 3 * minute - 32_000,
    bridgedAtMs: nowMs - 3 * minute - 12_000,
    endedAtMs: null,
    endedBy: null,
    endReason: null,
    recording: { mode: "all-call", on: true, failed: false },
    hearing: { state: "listening", callerOnly: false, lagMs: 300, recognizer: "whisper-base-ko" },
    longCall: {
      limitAtMs: nowMs + 16 * minute + 48_000,
      noticesAtMs: [nowMs + 11 * minute + 48_000],
      atLimit: "button",
      extension: { minMinutes: 3, maxMinutes: 12, left: 2, reasonRequired: true },
      topics: ["repeated-content", "out-of-competence"],
    },
    protection: {
      decider: "agent-confirms",
      policy,
      warnings: { given: 0, beforeEnding: 2 },
      band: null,
      next: null,
      refused: null,
    },
    consultation: null,
    help: null,
    ...change,
  };
}

function deskAt(nowMs: number, change: Partial<DeskState> = {}): DeskState {
  return {
    revision: 1,
    atMs: nowMs,
    presence: { kind: "talking", sinceMs: nowMs - 3 * minute - 12_000 },
    phone: { holder: "this-tab", registered: true, otherPhones: 0 },
    call: null,
    wrapUp: null,
    missedCalls: 0,
    service: { hearing: "ok", media: "ok", records: "ok", recognizer: "whisper-base-ko", limitations: [] },
    ...change,
  };
}

/** Ringing and the notice come first; lines count from the call's start. */
const connectedAfterMs = 20_000;

type Said = readonly [
  speaker: "caller" | "agent",
  text: string,
  options?: {
    rude?: readonly string[];
    unsure?: readonly string[];
    hints?: TranscriptLine["hints"];
    signals?: TranscriptLine["signals"];
    draft?: true;
  },
];

const talk: readonly Said[] = [
  ["agent", "안녕하십니까, 민원여권과 상담사 김서연입니다. 무엇을 도와드릴까요?"],
  ["caller", "여권을 신청했는데 언제 나오는지 알고 싶어서요.", { unsure: ["나오는지"] }],
  ["agent", "네, 확인해 드리겠습니다. 신청하신 분 성함과 연락처를 말씀해 주시겠어요?"],
  ["caller", "홍길동이고요, 번호는 [가림] 입니다."],
  ["agent", "감사합니다. 지난 목요일에 접수하셨네요. 보통 영업일로 나흘이 걸립니다."],
  ["caller", "그러면 이번 주 수요일에는 받을 수 있나요? 금요일에 출국이라서요.", { unsure: ["출국이라서요."] }],
  ["agent", "수요일 오후에 찾으실 수 있습니다. 문자로 안내가 나갑니다."],
];

const abuse: readonly Said[] = [
  [
    "caller",
    "아니 나흘이나 걸린다는 게 말이 돼요? 신발",
    { unsure: ["신발"], hints: [{ stem: "씨발", label: "profanity", confidence: 0.48 }] },
  ],
  ["agent", "불편을 드려 죄송합니다. 가장 빠른 방법을 찾아보겠습니다."],
  [
    "caller",
    "야 이 개새끼야 당장 내놓으라고",
    { rude: ["개새끼야"], signals: ["shouting", "interrupting"], draft: true },
  ],
];

function linesOf(said: readonly Said[], nowMs: number): TranscriptLine[] {
  let atMs = connectedAfterMs + 1400;
  return said.map(([speaker, text, options = {}], index) => {
    const startMs = atMs;
    const endMs = startMs + 400 + text.length * 120;
    atMs = endMs + 900;
    const words = text.split(" ").map((word) => ({
      text: word === "[가림]" ? "●●●" : word,
      confidence: options.unsure?.includes(word) ? 0.41 : 0.93,
      masked: word === "[가림]",
      rude: options.rude?.includes(word) ?? false,
    }));
    return {
      lineId: `line-${index}`,
      speaker,
      startMs,
      endMs,
      heardAtMs: nowMs - 1000,
      confidence: 0.9,
      words,
      labels: words.some(({ rude }) => rude) ? ["profanity" as const] : [],
      draft: options.draft === true,
      hints: options.hints ?? [],
      signals: options.signals ?? [],
    };
  });
}

const connected: TelephoneCall = { phase: "connected", direction: "inbound", silent: false };

const heard = [{ lineId: "line-9", label: "profanity" as const, score: 0.93, confidence: 0.82, words: ["개새끼야"] }];
const rule = {
  ko: "욕설이 한 번 확인되면 경고하고, 두 번 경고한 뒤에도 이어지면 안내 후 종료합니다.",
  en: "Profanity is warned of at once; after two warnings the call ends with an announcement.",
};

function protectedCall(nowMs: number, change: Partial<CallView["protection"]>): CallView {
  const call = callAt(nowMs, { other: { number: "010-****-5678", callsBefore: 7, incidentsBefore: 1 } });
  return {
    ...call,
    protection: { ...call.protection, band: { risk: 0.72, heard, rule, sinceMs: nowMs - 4000 }, ...change },
  };
}

const wrapUp: WrapUpView = {
  callId: "call-1",
  trial: null,
  summary: [
    { speaker: "caller", text: "여권을 신청했는데 언제 나오는지 알고 싶어서요.", atMs: 8_000 },
    { speaker: "agent", text: "지난 목요일에 접수하셨네요. 보통 영업일로 나흘이 걸립니다.", atMs: 31_000 },
    { speaker: "agent", text: "수요일 오후에 찾으실 수 있습니다.", atMs: 52_000 },
  ],
  disposition: null,
  note: "",
  protectedEnding: null,
};

/** Builds a scene around now, so that its clocks run. */
export function scene(name: SceneName, nowMs: number): Scene {
  const plain = { lines: linesOf(talk, nowMs), help: [], telephone: connected };
  const abusive = { ...plain, lines: linesOf([...talk, ...abuse], nowMs) };
  const quiet = { lines: [], help: [], telephone: null };
  const ready = { kind: "ready" as const, sinceMs: nowMs - 6 * minute - 4000 };
  const withCall = (call: CallView, change: Partial<DeskState> = {}) => deskAt(nowMs, { call, ...change });
  switch (name) {
    case "waiting":
      return { ...quiet, desk: deskAt(nowMs, { presence: ready }) };
    case "ringing":
      return {
        ...quiet,
        telephone: { phase: "incoming", direction: "inbound", silent: false },
        desk: withCall(
          callAt(nowMs, {
            phase: "ringing",
            startedAtMs: nowMs - 4000,
            bridgedAtMs: null,
            recording: { mode: "all-call", on: false, failed: false },
            other: { number: "010-****-5678", callsBefore: 7, incidentsBefore: 1 },
          }),
          { presence: { kind: "ringing", sinceMs: nowMs - 4000 } },
        ),
      };
    case "notice":
      return {
        ...quiet,
        telephone: connected,
        desk: withCall(callAt(nowMs, { phase: "notice", startedAtMs: nowMs - 9000, bridgedAtMs: null })),
      };
    case "talking":
      return { ...plain, desk: withCall(callAt(nowMs)) };
    case "long-transcript":
      return {
        ...plain,
        lines: linesOf(Array.from({ length: 40 }, () => talk).flat(), nowMs),
        desk: withCall(
          callAt(nowMs, {
            hearing: { state: "listening", callerOnly: false, lagMs: 3400, recognizer: "whisper-base-ko" },
          }),
        ),
      };
    case "held":
      return { ...plain, desk: withCall(callAt(nowMs, { heldBy: "agent" })) };
    case "helped":
      return {
        ...plain,
        desk: withCall(callAt(nowMs, { help: { requestedAtMs: nowMs - 20_000, takenBy: "이정민" } })),
      };
    case "consulting":
      return {
        ...plain,
        desk: withCall(callAt(nowMs, { heldBy: "agent", consultation: { to: "박지훈 팀장", state: "talking" } })),
      };
    case "on-demand":
      return {
        ...plain,
        desk: withCall(callAt(nowMs, { recording: { mode: "on-demand", on: false, failed: false } })),
      };
    case "heard":
      return { ...abusive, desk: withCall(protectedCall(nowMs, {})) };
    case "warning-offered":
      return {
        ...abusive,
        desk: withCall(
          protectedCall(nowMs, {
            next: { kind: "offered", offerId: "offer-1", offer: "warning", expiresAtMs: nowMs + 14_000 },
          }),
        ),
      };
    case "warning":
      return {
        ...abusive,
        desk: withCall(
          protectedCall(nowMs, {
            warnings: { given: 1, beforeEnding: 2 },
            next: {
              kind: "announcing",
              announcement: "warning",
              text: "폭언을 계속하시면 통화가 종료될 수 있습니다. 상담사를 존중해 주시기 바랍니다.",
              synthetic: true,
              startedAtMs: nowMs - 2000,
              endsAtMs: nowMs + 6000,
            },
          }),
        ),
      };
    case "ending-offered":
      return {
        ...abusive,
        desk: withCall({
          ...protectedCall(nowMs, {
            warnings: { given: 2, beforeEnding: 2 },
            next: { kind: "offered", offerId: "offer-2", offer: "ending", expiresAtMs: nowMs + 22_000 },
            refused: {
              why: "announcement-playing",
              text: {
                ko: "안내가 나가는 동안에는 경고를 다시 보낼 수 없습니다.",
                en: "A warning cannot be played while an announcement plays.",
              },
              atMs: nowMs - 1000,
            },
          }),
          help: { requestedAtMs: nowMs - 20_000, takenBy: "이정민" },
        }),
      };
    case "ending":
      return {
        ...abusive,
        desk: withCall(
          protectedCall(nowMs, {
            warnings: { given: 2, beforeEnding: 2 },
            next: {
              kind: "announcing",
              announcement: "ending",
              text: "상담사 보호를 위해 통화를 종료합니다.",
              synthetic: true,
              startedAtMs: nowMs - 1000,
              endsAtMs: nowMs + 4000,
            },
          }),
        ),
      };
    case "long-call":
      return {
        ...plain,
        desk: withCall(
          callAt(nowMs, {
            startedAtMs: nowMs - 19 * minute - 24_000 - connectedAfterMs,
            bridgedAtMs: nowMs - 19 * minute - 24_000,
            longCall: {
              limitAtMs: nowMs + 36_000,
              noticesAtMs: [nowMs - 4 * minute - 24_000],
              atLimit: "button",
              extension: { minMinutes: 3, maxMinutes: 12, left: 1, reasonRequired: true },
              topics: [],
            },
            protection: {
              ...callAt(nowMs).protection,
              next: {
                kind: "announcing",
                announcement: "long-call",
                text: "권장 통화 시간이 곧 끝납니다. 효율적인 상담을 위해 협조를 부탁드립니다.",
                synthetic: true,
                startedAtMs: nowMs - 3000,
                endsAtMs: nowMs + 5000,
              },
            },
          }),
        ),
      };
    case "hearing-lost":
      return {
        ...plain,
        desk: withCall(callAt(nowMs, { hearing: { state: "lost", callerOnly: false, lagMs: 0, recognizer: null } }), {
          service: { hearing: "down", media: "ok", records: "spooling", recognizer: null, limitations: [] },
        }),
      };
    case "hearing-set-aside":
      return {
        ...plain,
        desk: withCall(
          callAt(nowMs, { hearing: { state: "set-aside", callerOnly: true, lagMs: 0, recognizer: "whisper-base-ko" } }),
        ),
      };
    case "caller-only":
      return {
        ...plain,
        desk: withCall(
          callAt(nowMs, { hearing: { state: "listening", callerOnly: true, lagMs: 0, recognizer: "whisper-base-ko" } }),
        ),
      };
    case "reconnecting":
      return { ...plain, telephone: null, desk: withCall(callAt(nowMs, { phase: "reconnecting" })) };
    case "dialling":
      return {
        ...quiet,
        telephone: { phase: "dialling", direction: "outbound", silent: false },
        desk: withCall(
          callAt(nowMs, {
            direction: "outbound",
            phase: "dialling",
            startedAtMs: nowMs - 6000,
            bridgedAtMs: null,
            lineNumber: "02-2133-0000",
          }),
        ),
      };
    case "trial":
      return {
        ...abusive,
        desk: withCall({
          ...protectedCall(nowMs, { next: { kind: "offered", offerId: "o", offer: "warning", expiresAtMs: null } }),
          trial: "simulated",
          hearing: { state: "listening", callerOnly: false, lagMs: 200, recognizer: "demo" },
        }),
      };
    case "ended-rest":
      return {
        ...quiet,
        desk: deskAt(nowMs, {
          presence: { kind: "protected-rest", sinceMs: nowMs - 75_000, untilMs: nowMs + 8 * minute + 45_000 },
          wrapUp: {
            ...wrapUp,
            summary: [
              ...wrapUp.summary,
              { speaker: "caller", text: "아니 나흘이나 걸린다는 게 말이 돼요?", atMs: 61_000 },
            ],
            protectedEnding: { incidentId: "incident-1", reason: "abuse", restUntilMs: nowMs + 8 * minute + 45_000 },
          },
        }),
      };
    case "wrap-up":
      return {
        ...quiet,
        desk: deskAt(nowMs, {
          presence: { kind: "wrap-up", sinceMs: nowMs - 12_000, untilMs: nowMs + 48_000, extensionsLeft: 2 },
          wrapUp,
        }),
      };
    case "rest":
      return {
        ...quiet,
        desk: deskAt(nowMs, {
          presence: { kind: "protected-rest", sinceMs: nowMs - 4 * minute, untilMs: nowMs + 6 * minute },
        }),
      };
    case "away":
      return {
        ...quiet,
        desk: deskAt(nowMs, { presence: { kind: "away", reason: "meal", sinceMs: nowMs - 23 * minute } }),
      };
    case "missed":
      return {
        ...quiet,
        desk: deskAt(nowMs, {
          presence: { kind: "away", reason: "missed", sinceMs: nowMs - 2 * minute },
          missedCalls: 2,
        }),
      };
    case "phone-elsewhere":
      return {
        ...plain,
        telephone: null,
        desk: withCall(callAt(nowMs), { phone: { holder: "other-tab", registered: true, otherPhones: 0 } }),
      };
    case "limited":
      return {
        ...quiet,
        desk: deskAt(nowMs, {
          presence: { kind: "offline", sinceMs: null },
          phone: { holder: "nobody", registered: false, otherPhones: 0 },
          service: {
            hearing: "down",
            media: "down",
            records: "lossy",
            recognizer: null,
            limitations: [
              {
                ko: "내장 데이터베이스를 쓰고 있어 체험과 작은 기관에 알맞습니다.",
                en: "The built-in database is in use: for trials and small sites.",
              },
            ],
          },
        }),
      };
    case "help-waiting":
      return {
        ...quiet,
        desk: deskAt(nowMs, { presence: ready }),
        help: [
          {
            requestId: "help-1",
            callId: "call-8",
            agentName: "김서연",
            department: { ko: "민원여권과", en: "Civil Affairs and Passports" },
            note: "",
            requestedAtMs: nowMs - 43_000,
            takenBy: null,
          },
          {
            requestId: "help-2",
            callId: "call-9",
            agentName: "최민호",
            department: { ko: "교통행정과", en: "Traffic" },
            note: "같은 내용을 세 번째 말씀하십니다.",
            requestedAtMs: nowMs - 95_000,
            takenBy: "이정민",
          },
        ],
      };
  }
}
