import type { CallView } from "@jikimi/live-events";
import { presets } from "@jikimi/protection";
import { expect, test } from "vitest";
import {
  aCause,
  bridged,
  ending,
  kim,
  lee,
  ringing,
  rudeLine,
  startedAtMs,
  storyAfter,
  warning,
} from "../testing/story-parts.ts";
import { sentCall } from "../testing/through-the-contract.ts";
import { callViewOf } from "./call-view.ts";
import type { StoryEvent, StoryOpening } from "./story.ts";

const at = (atMs: number) => startedAtMs + atMs;

function view(
  events: readonly StoryEvent[],
  { who = kim, nowMs = 60_000, opening = {} as Partial<StoryOpening> } = {},
) {
  const nameOf = (id: string) => (id === kim ? "김상담" : "이상담");
  const seen = callViewOf(storyAfter(events, opening), { agentId: who, nowMs: at(nowMs) as never, nameOf });
  return seen === null ? null : sentCall(seen);
}

type Row = { name: string; events: readonly StoryEvent[]; expected: unknown; opening?: Partial<StoryOpening> };

const outbound = { direction: "outbound", agentId: kim } as const;
const talking = [ringing, bridged];
const warned = [...talking, ...rudeLine("u1", 20_000), ...rudeLine("u2", 24_000), ...warning(24_100)];

test.for<Row>([
  { name: "a call that rings nowhere yet is on no desk", events: [], expected: null },
  { name: "it rings", events: [ringing], expected: { phase: "ringing", bridgedAtMs: null, heldBy: null } },
  {
    name: "it rang, and nobody took it",
    events: [ringing, { kind: "not-reached", agentId: kim, why: "no-answer", atMs: 9000 }],
    expected: null,
  },
  {
    name: "two people talk",
    events: talking,
    expected: {
      phase: "talking",
      bridgedAtMs: at(6000),
      hearing: { state: "listening", lagMs: 0, recognizer: null },
      other: { number: "010-****-5678" },
      protection: { decider: "automatic", warnings: { given: 0, beforeEnding: 2 }, band: null, next: null },
    },
  },
  { name: "an agent dials", events: [], opening: outbound, expected: { phase: "dialling" } },
  {
    name: "who was dialled hears the notice",
    events: [
      { kind: "notice-started", soundSha256: "s", text: "녹음됩니다.", synthetic: true, durationMs: 3000, atMs: 8000 },
    ],
    opening: outbound,
    expected: { phase: "notice" },
  },
  {
    name: "the agent holds",
    events: [...talking, { kind: "hold", by: "agent", atMs: 1 }],
    expected: { heldBy: "agent" },
  },
  {
    name: "both hold, and the agent comes back",
    events: [
      ...talking,
      { kind: "hold", by: "agent", atMs: 1 },
      { kind: "hold", by: "caller", atMs: 2 },
      { kind: "resumed", by: "agent", atMs: 3 },
    ],
    expected: { heldBy: "caller" },
  },
  {
    name: "recording",
    events: [...talking, { kind: "recording-started", path: "r", atMs: 100 }],
    expected: { recording: { mode: "all-call", on: true, failed: false } },
  },
  {
    name: "recording failed",
    events: [...talking, { kind: "recording-failed", reason: "disk-full", atMs: 100 }],
    expected: { recording: { on: false, failed: true } },
  },
  {
    name: "the ears are gone",
    events: [...talking, { kind: "hearing-lost", why: "down", atMs: 100 }],
    expected: { hearing: { state: "lost" } },
  },
  {
    name: "too many calls: this caller is not heard",
    events: [...talking, { kind: "hearing-lost", why: "overload", speaker: "caller", atMs: 100 }],
    expected: { hearing: { state: "set-aside", callerOnly: false } },
  },
  {
    name: "too many calls: only the caller is heard",
    events: [...talking, { kind: "hearing-lost", why: "overload", speaker: "agent", atMs: 100 }],
    expected: { hearing: { state: "listening", callerOnly: true } },
  },
  {
    name: "and the agent again",
    events: [
      ...talking,
      { kind: "hearing-lost", why: "overload", speaker: "agent", atMs: 100 },
      { kind: "hearing-restored", speaker: "agent", atMs: 200 },
    ],
    expected: { hearing: { state: "listening", callerOnly: false } },
  },
  {
    name: "what was heard, and why it matters",
    events: [...talking, ...rudeLine("u1", 20_000)],
    expected: {
      protection: {
        band: {
          risk: 0.6,
          heard: [{ lineId: "u1", label: "profanity", score: 0.97, confidence: 0.9, words: ["나쁜 놈"] }],
          rule: {
            ko: "기준에 드는 말이 들렸습니다 (합계 0.6 / 1.0).",
            en: "Something was said that counts (sum 0.6 / 1.0).",
          },
          sinceMs: at(20_001),
        },
      },
    },
  },
  {
    name: "a warning plays: its text, and when it will be over",
    events: warned.slice(0, -1),
    expected: {
      protection: {
        warnings: { given: 0, beforeEnding: 2 },
        band: {
          heard: [{ lineId: "u1" }, { lineId: "u2" }],
          rule: { ko: expect.stringContaining("기준에 이르렀습니다") },
        },
        next: {
          kind: "announcing",
          announcement: "warning",
          text: "폭언을 멈춰 주십시오.",
          synthetic: true,
          startedAtMs: at(24_200),
          endsAtMs: at(29_200),
        },
      },
    },
  },
  {
    name: "a warning was heard",
    events: warned,
    expected: { protection: { warnings: { given: 1 }, next: null, band: { risk: 0.6 } } },
  },
  {
    name: "a warning that was stopped is none",
    events: [
      ...warned.slice(0, -1),
      { kind: "warning-completed", warningNumber: 1, playedMs: 900, outcome: "stopped", atMs: 26_000 },
      { kind: "hint-cleared", atMs: 26_000 },
    ],
    expected: { protection: { warnings: { given: 0 }, next: null, band: null } },
  },
  {
    name: "an ending is offered, and runs out",
    events: [
      ...talking,
      {
        kind: "offered",
        offerId: "d4",
        offer: "ending",
        expiresAtMs: 60_000,
        cause: aCause("abuse-sum"),
        atMs: 30_000,
      },
    ],
    expected: { protection: { next: { kind: "offered", offerId: "d4", offer: "ending", expiresAtMs: at(60_000) } } },
  },
  {
    name: "the offer that runs out shows before the clock's, which stays",
    events: [
      ...talking,
      { kind: "offered", offerId: "d3", offer: "ending", expiresAtMs: null, cause: aCause("long-call-limit"), atMs: 2 },
      { kind: "offered", offerId: "d4", offer: "warning", expiresAtMs: 60_000, cause: aCause("abuse-sum"), atMs: 3 },
    ],
    expected: { protection: { next: { offerId: "d4", offer: "warning" } } },
  },
  {
    name: "and when that is withdrawn, the other shows",
    events: [
      ...talking,
      { kind: "offered", offerId: "d3", offer: "ending", expiresAtMs: null, cause: aCause("long-call-limit"), atMs: 2 },
      { kind: "offered", offerId: "d4", offer: "warning", expiresAtMs: 60_000, cause: aCause("abuse-sum"), atMs: 3 },
      { kind: "offer-withdrawn", offerId: "d4", why: "expired", atMs: 60_000 },
    ],
    expected: { protection: { next: { offerId: "d3", expiresAtMs: null } } },
  },
  {
    name: "an action without effect says why, until the next",
    events: [
      ...talking,
      { kind: "action-refused", by: "agent", action: { kind: "confirm" }, why: "nothing-offered", atMs: 30_000 },
    ],
    expected: {
      protection: {
        refused: { why: "nothing-offered", text: { ko: "지금 확인할 제안이 없습니다." }, atMs: at(30_000) },
      },
    },
  },
  {
    name: "the call is being ended",
    events: [...warned, ...ending(40_000).slice(0, 5)],
    expected: { phase: "talking", protection: { next: { kind: "ending" } } },
  },
  {
    name: "it was ended",
    events: [...warned, ...ending(40_000)],
    expected: {
      phase: "ended",
      endedAtMs: at(45_103),
      endedBy: "jikimi",
      endReason: "protection",
      protection: { band: null, next: null },
    },
  },
  {
    name: "the agent asks for help, and somebody comes",
    events: [
      ...talking,
      { kind: "help-requested", requestId: "h1", agentId: kim, note: "도와주세요", atMs: 30_000 },
      { kind: "help-taken", requestId: "h1", by: lee, atMs: 35_000 },
    ],
    expected: { help: { requestedAtMs: at(30_000), takenBy: "이상담" } },
  },
  {
    name: "a question outside, the number masked; the caller waits",
    events: [...talking, { kind: "consultation-started", to: "01012345678", agentId: null, atMs: 30_000 }],
    expected: { heldBy: "agent", consultation: { to: "010-****-5678", state: "ringing" } },
  },
  {
    name: "a colleague answers the question",
    events: [
      ...talking,
      { kind: "consultation-started", to: "lee", agentId: lee, atMs: 30_000 },
      { kind: "consultation-answered", atMs: 31_000 },
    ],
    expected: { consultation: { to: "이상담", state: "talking" } },
  },
  {
    name: "the agent's browser is gone, and comes back",
    events: [...talking, { kind: "agent-lost", atMs: 30_000 }],
    expected: { phase: "reconnecting" },
  },
  {
    name: "who passed the call on sees it ended",
    events: [...talking, { kind: "passed-to", agentId: lee, atMs: 30_000 }],
    expected: { phase: "ended", endReason: "transferred", endedAtMs: at(30_000) },
  },
])("$name", ({ events, expected, opening = {} }) => {
  const seen = view(events, { opening });
  if (expected === null) expect(seen).toBeNull();
  else expect(seen).toMatchObject(expected as Partial<CallView>);
});

test("a transfer rings at the colleague's desk alone, and is theirs once it has come", () => {
  const rings: StoryEvent = { kind: "rings-at", agentId: lee, atMs: 30_000 };
  expect(view([...talking, rings], { who: lee })).toMatchObject({ phase: "ringing", consultation: null });
  expect(view([...talking, rings])).toMatchObject({ phase: "talking" });
  const passed: StoryEvent = { kind: "passed-to", agentId: lee, atMs: 35_000 };
  expect(view([...talking, rings, passed], { who: lee })).toMatchObject({ phase: "talking" });
  expect(view([...talking, rings, { kind: "transfer-failed", to: "lee", atMs: 40_000 }], { who: lee })).toBeNull();
});

test("the lag that was last measured shows for ten seconds, and no longer", () => {
  const late: StoryEvent = { kind: "lagging", lagMs: 3400, atMs: 30_000 };
  expect(view([...talking, late], { nowMs: 31_000 })).toMatchObject({ hearing: { lagMs: 3400 } });
  expect(view([...talking, late], { nowMs: 41_000 })).toMatchObject({ hearing: { lagMs: 0 } });
  expect(view([...talking, late, ...rudeLine("u1", 32_000)], { nowMs: 33_000 })).toMatchObject({
    hearing: { lagMs: 500, recognizer: "demo" },
  });
});

type ClockRow = { name: string; policyId: string; events: readonly StoryEvent[]; expected: unknown };
const clock = (change: object = {}): StoryEvent => ({
  kind: "long-call-clock",
  limitAtMs: 6000 + 20 * 60_000,
  extensions: 0,
  topic: null,
  exempt: false,
  atMs: 6000,
  ...change,
});

test.for<ClockRow>([
  {
    name: "the default: two notices, three extensions, a button",
    policyId: "default",
    events: [clock()],
    expected: {
      limitAtMs: at(6000 + 20 * 60_000),
      noticesAtMs: [at(6000 + 15 * 60_000), at(6000 + 20 * 60_000)],
      atLimit: "button",
      extension: { minMinutes: 3, maxMinutes: 12, left: 3, reasonRequired: true },
      topics: [],
    },
  },
  {
    name: "extended twice",
    policyId: "default",
    events: [clock(), clock({ extensions: 2, limitAtMs: 6000 + 30 * 60_000 })],
    expected: { limitAtMs: at(6000 + 30 * 60_000), extension: { left: 1 } },
  },
  {
    name: "waived by 계속: no clock, no extension",
    policyId: "default",
    events: [clock(), clock({ limitAtMs: null })],
    expected: { limitAtMs: null, noticesAtMs: [], extension: null },
  },
  {
    name: "an exempt line",
    policyId: "moi-2018",
    events: [clock({ limitAtMs: null, exempt: true })],
    expected: { limitAtMs: null, extension: null, topics: [] },
  },
  {
    name: "what may be declared",
    policyId: "moi-2018",
    events: [clock({ limitAtMs: null })],
    expected: { topics: ["repeated-content", "out-of-competence"] },
  },
  {
    name: "what was declared is no longer offered",
    policyId: "moi-2018",
    events: [clock({ topic: "repeated-content", limitAtMs: 6000 + 10 * 60_000 })],
    expected: { limitAtMs: at(6000 + 10 * 60_000), topics: ["out-of-competence"] },
  },
])("long calls: $name", ({ policyId, events, expected }) => {
  const policy = presets.find(({ id }) => id === policyId);
  if (policy === undefined) throw new Error(`no preset ${policyId}: ${presets.map(({ id }) => id).join(" ")}`);
  expect(view([...talking, ...events], { opening: { policy } })).toMatchObject({ longCall: expected });
});
