import type { Text } from "../cli/text.ts";
import type { Awaited, Beat } from "./director.ts";
import { type Account, Promises } from "./promises.ts";

export const scenarioNames = [
  "polite",
  "angry",
  "look-alikes",
  "warned-then-calm",
  "abusive-ended",
  "threat",
  "long-call",
  "silent",
  "outbound-abusive",
  "agent-continues",
] as const;
export type ScenarioName = (typeof scenarioNames)[number];

/** The committed lines of a scene, in order, by who says them. */
export type Lines = { readonly caller: readonly string[]; readonly agent: readonly string[] };

export type Scenario = {
  readonly name: ScenarioName;
  readonly title: Text;
  /** What will happen, to whoever tries it. */
  readonly promise: Text;
  readonly direction: "inbound" | "outbound";
  /** `seconds`: the default rule with its long-call clock set to seconds, so that a demo need not take 20 minutes. */
  readonly policy: "default" | "seconds";
  beats(lines: Lines): readonly Beat[];
  /** What must have come true; each broken promise in words. */
  check(account: Account): readonly string[];
};

/** Between two sentences of one person: longer than the pause at which an utterance is cut. */
const breathMs = 1100;

const connected: Beat = { kind: "wait-for", event: "bridged", withinMs: 40_000 };
const greet = (lines: Lines): Beat => ({ kind: "say", who: "agent", lines: lines.agent.slice(0, 1), pauseMs: 400 });
const callerSays = (lines: readonly string[]): Beat => ({ kind: "say", who: "caller", lines, pauseMs: breathMs });
const goodbye: Beat = { kind: "hang-up", who: "caller" };

function abuseUntil(lines: readonly string[], ...events: readonly Awaited[]): Beat {
  return { kind: "say-until", who: "caller", lines, pauseMs: breathMs, events, withinMs: 60_000 };
}

/** Nothing but talk: heard, judged, left alone. */
function leftAlone(account: Account): readonly string[] {
  return new Promises(account)
    .noticeBeforeBridge()
    .heard("caller", 2)
    .never("warning-started", "ending-started", "incident-opened", "rest-started")
    .endedBy("caller")
    .recorded().broken;
}

export const scenarios: readonly Scenario[] = [
  {
    name: "polite",
    title: { ko: "공손한 문의", en: "A polite enquiry" },
    promise: {
      ko: "평범한 문의입니다. 지킴이는 듣기만 하고 아무것도 하지 않습니다.",
      en: "An ordinary enquiry. Jikimi listens and does nothing.",
    },
    direction: "inbound",
    policy: "default",
    beats: (lines) => [connected, greet(lines), callerSays(lines.caller), goodbye],
    check: leftAlone,
  },
  {
    name: "angry",
    title: { ko: "화가 났지만 폭언은 아닌 민원", en: "Angry, but not abusive" },
    promise: {
      ko: "화를 내며 항의하지만 폭언은 없습니다. 경고하지 않습니다.",
      en: "The caller complains angrily, without abuse. Nothing is warned of.",
    },
    direction: "inbound",
    policy: "default",
    beats: (lines) => [connected, greet(lines), callerSays(lines.caller), goodbye],
    check: leftAlone,
  },
  {
    name: "look-alikes",
    title: { ko: "욕설처럼 들리는 평범한 말", en: "Ordinary words that sound like swearing" },
    promise: {
      ko: "욕설과 소리가 비슷한 평범한 말을 합니다. 알아채고 그대로 둡니다.",
      en: "Ordinary words that sound like swearing. Jikimi knows them and leaves the call alone.",
    },
    direction: "inbound",
    policy: "default",
    beats: (lines) => [connected, greet(lines), callerSays(lines.caller), goodbye],
    check: leftAlone,
  },
  {
    name: "warned-then-calm",
    title: { ko: "경고를 듣고 진정한 민원인", en: "Warned, and calm again" },
    promise: {
      ko: "폭언을 하다가 경고 안내를 듣고 진정합니다. 통화는 이어집니다.",
      en: "Abuse until the warning plays; then the caller is calm, and the call goes on.",
    },
    direction: "inbound",
    policy: "default",
    beats: (lines) => [
      connected,
      greet(lines),
      abuseUntil(lines.caller.slice(0, -3), "warning-started"),
      { kind: "wait-for", event: "warning-completed", withinMs: 30_000 },
      { kind: "pause", forMs: breathMs },
      callerSays(lines.caller.slice(-3)),
      goodbye,
    ],
    check: (account) =>
      new Promises(account)
        .noticeBeforeBridge()
        .inOrder("assessed", "warning-started", "warning-completed")
        .never("ending-started", "incident-opened")
        .endedBy("caller")
        .recorded().broken,
  },
  {
    name: "abusive-ended",
    title: { ko: "경고 뒤에도 이어진 폭언", en: "Abuse that goes on after the warning" },
    promise: {
      ko: "경고 뒤에도 폭언이 이어집니다. 종료 안내 뒤 통화를 마치고, 보호휴식이 시작됩니다.",
      en: "Abuse goes on after the warning. The ending is announced, the call is ended, and your rest begins.",
    },
    direction: "inbound",
    policy: "default",
    beats: (lines) => [connected, greet(lines), abuseUntil(lines.caller, "ending-started", "bye")],
    check: endedForAbuse,
  },
  {
    name: "threat",
    title: { ko: "위협", en: "A threat" },
    promise: {
      ko: "위협하는 말을 합니다. 경고 단계를 건너뛰고 통화를 마칩니다.",
      en: "The caller threatens you. The call is ended without a warning before.",
    },
    direction: "inbound",
    policy: "default",
    beats: (lines) => [connected, greet(lines), abuseUntil(lines.caller, "ending-started", "bye")],
    check: (account) =>
      new Promises(account)
        .noticeBeforeBridge()
        .inOrder("incident-opened", "ending-started", "ending-completed", "bye", "incident-closed")
        .abusiveLabel("threat")
        .endedBy("jikimi")
        .rested()
        .recorded().broken,
  },
  {
    name: "long-call",
    title: { ko: "권장시간을 넘긴 통화 (초 단위로 줄인 규칙)", en: "Longer than recommended (a rule of seconds)" },
    promise: {
      ko: "초 단위로 줄인 규칙입니다. 시간이 지나면 안내하고 통화를 마칩니다.",
      en: "A rule of seconds: at the time the caller is told, and then the call is ended.",
    },
    direction: "inbound",
    policy: "seconds",
    beats: (lines) => [
      connected,
      greet(lines),
      { kind: "say-until", who: "caller", lines: lines.caller, pauseMs: breathMs, events: ["bye"], withinMs: 90_000 },
    ],
    check: (account) =>
      new Promises(account)
        .noticeBeforeBridge()
        .inOrder(
          "long-call-started",
          "long-call-completed",
          "incident-opened",
          "ending-started",
          "ending-completed",
          "bye",
        )
        .never("warning-started")
        .endedBy("jikimi")
        .recorded().broken,
  },
  {
    name: "silent",
    title: { ko: "아무 말이 없는 전화", en: "Nobody speaks" },
    promise: {
      ko: "아무 말도 하지 않습니다. 침묵을 폭언으로 여기지 않습니다.",
      en: "Nobody says a word. Silence is never taken for abuse.",
    },
    direction: "inbound",
    policy: "default",
    beats: (lines) => [connected, greet(lines), { kind: "pause", forMs: 8000 }, { kind: "hang-up", who: "agent" }],
    check: (account) =>
      new Promises(account)
        .noticeBeforeBridge()
        .unheard("caller")
        .never("hint", "warning-started", "ending-started", "incident-opened")
        .endedBy("agent")
        .recorded().broken,
  },
  {
    name: "outbound-abusive",
    title: { ko: "상담사가 건 전화에서의 폭언", en: "Abuse on a call that the agent placed" },
    promise: {
      ko: "직접 건 전화에서 폭언을 듣습니다. 걸려 온 전화와 똑같이 지켜 드립니다.",
      en: "You place the call and are abused. You are protected just as on a call that comes in.",
    },
    direction: "outbound",
    policy: "default",
    beats: (lines) => [connected, greet(lines), abuseUntil(lines.caller, "ending-started", "bye")],
    check: endedForAbuse,
  },
  {
    name: "agent-continues",
    title: { ko: "상담사가 ‘계속’을 누른 통화", en: "The agent chooses to continue" },
    promise: {
      ko: "종료 안내가 나올 때 ‘계속’을 눌러 보세요. 안내가 멈추고 통화가 이어집니다.",
      en: "Press continue while the ending is announced: it stops, and the call goes on.",
    },
    direction: "inbound",
    policy: "default",
    beats: (lines) => [
      connected,
      greet(lines),
      abuseUntil(lines.caller.slice(0, -3), "ending-started"),
      { kind: "press", digits: "*1" },
      { kind: "wait-for", event: "incident-closed", withinMs: 10_000 },
      { kind: "pause", forMs: breathMs },
      callerSays(lines.caller.slice(-3)),
      goodbye,
    ],
    check: (account) =>
      new Promises(account)
        .noticeBeforeBridge()
        .inOrder("warning-completed", "incident-opened", "ending-started", "action", "incident-closed", "bye")
        .never("rest-started")
        .endedBy("caller")
        .recorded().broken,
  },
];

function endedForAbuse(account: Account): readonly string[] {
  return new Promises(account)
    .noticeBeforeBridge()
    .inOrder("warning-started", "warning-completed", "incident-opened", "ending-started", "ending-completed", "bye")
    .inOrder("bye", "incident-closed")
    .endedBy("jikimi")
    .rested()
    .recorded().broken;
}
