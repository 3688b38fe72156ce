import type { AgentId, CallId, EpochMs } from "@jikimi/kernel";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type AgentEvent,
  type AgentState,
  nextPresenceChangeMs,
  presenceAt,
  reduceAgent,
  signedOutAgent,
} from "./index.ts";

const ms = (value: number) => value as EpochMs;
const callId = "c1" as CallId;

type Told = AgentEvent extends infer One
  ? One extends AgentEvent
    ? [atMs: number, event: Omit<One, "atMs">]
    : never
  : never;

function after(...events: readonly Told[]): AgentState {
  return events.reduce(
    (state, [atMs, event]) => reduceAgent(state, { ...event, atMs: ms(atMs) } as AgentEvent).state,
    signedOutAgent("a1" as AgentId, ms(0)),
  );
}

const working: readonly Told[] = [
  [1000, { kind: "signed-in" }],
  [2000, { kind: "ring-started", callId }],
  [3000, { kind: "call-started", callId }],
];
const resting: readonly Told[] = [
  ...working,
  [9000, { kind: "rest-assigned", durationMs: 600_000 }],
  [10_000, { kind: "call-released", callId, wrapUpMs: 30_000 }],
];

test.for<{ name: string; events: readonly Told[]; atMs: number; expected: unknown }>([
  { name: "nobody has seen them", events: [], atMs: 0, expected: { kind: "offline" } },
  { name: "signed in", events: working.slice(0, 1), atMs: 1500, expected: { kind: "ready", sinceMs: 1000 } },
  { name: "rung", events: working.slice(0, 2), atMs: 2500, expected: { kind: "ringing", callId, sinceMs: 2000 } },
  { name: "answered", events: working, atMs: 3500, expected: { kind: "talking", callId, sinceMs: 3000 } },
  {
    name: "writing up",
    events: [...working, [9000, { kind: "call-released", callId, wrapUpMs: 30_000 }]],
    atMs: 38_999,
    expected: { kind: "wrap-up", sinceMs: 9000, untilMs: 39_000 },
  },
  {
    name: "written up: free since then, without anybody's timer",
    events: [...working, [9000, { kind: "call-released", callId, wrapUpMs: 30_000 }]],
    atMs: 39_000,
    expected: { kind: "ready", sinceMs: 39_000 },
  },
  {
    name: "written up early",
    events: [
      ...working,
      [9000, { kind: "call-released", callId, wrapUpMs: 30_000 }],
      [12_000, { kind: "wrap-up-completed" }],
    ],
    atMs: 12_000,
    expected: { kind: "ready", sinceMs: 12_000 },
  },
  {
    name: "given longer to write up",
    events: [
      ...working,
      [9000, { kind: "call-released", callId, wrapUpMs: 30_000 }],
      [12_000, { kind: "wrap-up-extended", byMs: 60_000 }],
    ],
    atMs: 98_999,
    expected: { kind: "wrap-up", sinceMs: 9000, untilMs: 99_000 },
  },
  {
    name: "rest earned during the call begins with its end",
    events: resting,
    atMs: 10_000,
    expected: { kind: "protected-rest", sinceMs: 10_000, untilMs: 610_000 },
  },
  {
    name: "the write-up comes after the rest",
    events: resting,
    atMs: 610_000,
    expected: { kind: "wrap-up", sinceMs: 610_000, untilMs: 640_000 },
  },
  {
    name: "rest assigned after the call begins at once",
    events: [
      ...working,
      [9000, { kind: "call-released", callId, wrapUpMs: 0 }],
      [9100, { kind: "rest-assigned", durationMs: 1000 }],
    ],
    atMs: 9100,
    expected: { kind: "protected-rest", sinceMs: 9100, untilMs: 10_100 },
  },
  {
    name: "a second, shorter rest does not shorten the first",
    events: [...resting, [20_000, { kind: "rest-assigned", durationMs: 1000 }]],
    atMs: 20_000,
    expected: { kind: "protected-rest", sinceMs: 10_000, untilMs: 610_000 },
  },
  {
    name: "the agent ends their own rest, and writes up",
    events: [...resting, [60_000, { kind: "rest-ended", by: "agent" }]],
    atMs: 60_000,
    expected: { kind: "wrap-up", sinceMs: 60_000, untilMs: 90_000 },
  },
  {
    name: "the agent is ready before the rest is over",
    events: [...resting, [60_000, { kind: "set-ready", by: "agent" }]],
    atMs: 60_000,
    expected: { kind: "ready", sinceMs: 60_000 },
  },
  {
    name: "a supervisor cannot call them back",
    events: [
      ...resting,
      [60_000, { kind: "set-ready", by: "supervisor" }],
      [61_000, { kind: "rest-ended", by: "supervisor" }],
    ],
    atMs: 61_000,
    expected: { kind: "protected-rest", sinceMs: 10_000, untilMs: 610_000 },
  },
  {
    name: "nor does a restarted browser or telephone lose the rest",
    events: [...resting, [60_000, { kind: "signed-out" }], [70_000, { kind: "signed-in" }]],
    atMs: 70_000,
    expected: { kind: "protected-rest", sinceMs: 10_000, untilMs: 610_000 },
  },
  {
    name: "who calls out while resting goes back to the rest",
    events: [
      ...resting,
      [60_000, { kind: "call-started", callId }],
      [90_000, { kind: "call-released", callId, wrapUpMs: 0 }],
    ],
    atMs: 90_000,
    expected: { kind: "protected-rest", sinceMs: 10_000, untilMs: 610_000 },
  },
  {
    name: "a caller who gives up costs nobody their place",
    events: [...working.slice(0, 2), [3000, { kind: "ring-stopped", callId, why: "withdrawn" }]],
    atMs: 3000,
    expected: { kind: "ready", sinceMs: 1000 },
  },
  {
    name: "a missed ring does",
    events: [...working.slice(0, 2), [3000, { kind: "ring-stopped", callId, why: "missed" }]],
    atMs: 3000,
    expected: { kind: "ready", sinceMs: 3000 },
  },
  {
    name: "two in a row, and the telephone is taken to be unattended",
    events: [
      ...working.slice(0, 2),
      [3000, { kind: "ring-stopped", callId, why: "missed" }],
      [4000, { kind: "ring-started", callId }],
      [5000, { kind: "ring-stopped", callId, why: "missed" }],
    ],
    atMs: 5000,
    expected: { kind: "away", reason: "missed", sinceMs: 5000 },
  },
  {
    name: "until somebody is seen at it again",
    events: [
      ...working.slice(0, 2),
      [3000, { kind: "ring-stopped", callId, why: "missed" }],
      [4000, { kind: "ring-started", callId }],
      [5000, { kind: "ring-stopped", callId, why: "missed" }],
      [6000, { kind: "call-started", callId }],
      [7000, { kind: "call-released", callId, wrapUpMs: 0 }],
    ],
    atMs: 7000,
    expected: { kind: "ready", sinceMs: 7000 },
  },
  {
    name: "away set during a call holds after it",
    events: [
      ...working,
      [5000, { kind: "set-away", by: "agent", reason: "meal" }],
      [9000, { kind: "call-released", callId, wrapUpMs: 0 }],
    ],
    atMs: 9000,
    expected: { kind: "away", reason: "meal", sinceMs: 5000 },
  },
  {
    name: "a call that is on outlives a lost registration",
    events: [...working, [5000, { kind: "signed-out" }]],
    atMs: 6000,
    expected: { kind: "talking", callId, sinceMs: 3000 },
  },
])("$name", ({ events, atMs, expected }) => expect(presenceAt(after(...events), ms(atMs))).toEqual(expected));

test.for<{ name: string; events: readonly Told[]; event: Told; refused: string }>([
  { name: "ringing at rest", events: resting, event: [20_000, { kind: "ring-started", callId }], refused: "resting" },
  { name: "ringing the absent", events: [], event: [1, { kind: "ring-started", callId }], refused: "not-free" },
  {
    name: "ringing the busy",
    events: working,
    event: [5000, { kind: "ring-started", callId: "c2" as CallId }],
    refused: "not-free",
  },
  {
    name: "a second call",
    events: working,
    event: [5000, { kind: "call-started", callId: "c2" as CallId }],
    refused: "not-free",
  },
  {
    name: "releasing another call",
    events: working,
    event: [5000, { kind: "call-released", callId: "c2" as CallId, wrapUpMs: 0 }],
    refused: "not-this-call",
  },
  {
    name: "ending somebody's rest",
    events: resting,
    event: [20_000, { kind: "rest-ended", by: "supervisor" }],
    refused: "not-yours",
  },
  {
    name: "more time for a write-up that is over",
    events: [...working, [9000, { kind: "call-released", callId, wrapUpMs: 1000 }]],
    event: [10_000, { kind: "wrap-up-extended", byMs: 60_000 }],
    refused: "not-writing-up",
  },
  {
    name: "ending no rest",
    events: working,
    event: [5000, { kind: "rest-ended", by: "agent" }],
    refused: "not-resting",
  },
])("$name is refused and changes nothing", ({ events, event: [atMs, event], refused }) => {
  const state = after(...events);
  const step = reduceAgent(state, { ...event, atMs: ms(atMs) } as AgentEvent);
  expect(step.refused).toBe(refused);
  expect(step.state).toBe(state);
});

describe("over random days", () => {
  const calls = fc.constantFrom("c1" as CallId, "c2" as CallId);
  const by = fc.constantFrom("agent" as const, "supervisor" as const);
  const events = fc.oneof(
    fc.constantFrom(
      { kind: "signed-in" } as const,
      { kind: "signed-out" } as const,
      { kind: "wrap-up-completed" } as const,
    ),
    fc.record({ kind: fc.constant("set-ready" as const), by }),
    fc.record({
      kind: fc.constant("set-away" as const),
      by,
      reason: fc.constantFrom("meal" as const, "other" as const),
    }),
    fc.record({ kind: fc.constantFrom("ring-started" as const, "call-started" as const), callId: calls }),
    fc.record({
      kind: fc.constant("ring-stopped" as const),
      callId: calls,
      why: fc.constantFrom("missed" as const, "declined" as const, "withdrawn" as const),
    }),
    fc.record({ kind: fc.constant("call-released" as const), callId: calls, wrapUpMs: fc.constantFrom(0, 5000) }),
    fc.record({ kind: fc.constant("wrap-up-extended" as const), byMs: fc.constantFrom(0, 60_000) }),
    fc.record({ kind: fc.constant("rest-assigned" as const), durationMs: fc.constantFrom(0, 20_000, 60_000) }),
    fc.record({ kind: fc.constant("rest-ended" as const), by }),
  );
  const days = fc.array(fc.tuple(fc.constantFrom(0, 100, 3000, 30_000), events), {
    minLength: 10,
    maxLength: 40,
    size: "max",
  });

  test("a protected rest ends when it was to end, or by the agent's own hand, and never by anybody else's", () => {
    let rests = 0;
    fc.assert(
      fc.property(days, (day) => {
        let state = signedOutAgent("a1" as AgentId, ms(0));
        let nowMs = 0;
        for (const [gapMs, event] of day) {
          nowMs += gapMs;
          const before = presenceAt(state, ms(nowMs));
          const step = reduceAgent(state, { ...event, atMs: ms(nowMs) } as AgentEvent);
          state = step.state;
          if (before.kind !== "protected-rest") continue;
          rests += 1;
          const now = presenceAt(state, ms(nowMs));
          const own = "by" in event && event.by === "agent" && event.kind !== "set-away";
          const owed = (state.restUntilMs ?? 0) >= before.untilMs;
          expect(own || owed).toBe(true);
          // Their own outgoing call and their own absence are their own doing too; being rung is not.
          if (!own) expect(["protected-rest", "talking", "offline"]).toContain(now.kind);
        }
      }),
      { numRuns: 3000 },
    );
    expect(rests).toBeGreaterThan(1000);
  });

  test("nobody who is not ready is ever rung, and what is refused changes nothing", () => {
    fc.assert(
      fc.property(days, (day) => {
        let state = signedOutAgent("a1" as AgentId, ms(0));
        let nowMs = 0;
        for (const [gapMs, event] of day) {
          nowMs += gapMs;
          const before = presenceAt(state, ms(nowMs));
          const step = reduceAgent(state, { ...event, atMs: ms(nowMs) } as AgentEvent);
          if (event.kind === "ring-started") expect(step.refused === null).toBe(before.kind === "ready");
          if (step.refused !== null) expect(step.state).toBe(state);
          state = step.state;
          const changeMs = nextPresenceChangeMs(state, ms(nowMs));
          if (changeMs !== null) {
            expect(changeMs).toBeGreaterThan(nowMs);
            expect(presenceAt(state, ms(changeMs))).not.toEqual(presenceAt(state, ms(changeMs - 1)));
          }
        }
      }),
      { numRuns: 3000 },
    );
  });
});
