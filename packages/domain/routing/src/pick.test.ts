import type { AgentId, CallId, EpochMs } from "@jikimi/kernel";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type AgentEvent,
  type AgentState,
  aroundTheClock,
  type Candidate,
  newSearch,
  nextStep,
  officeHours,
  type Presence,
  pickAgent,
  presenceAt,
  reduceAgent,
  signedOutAgent,
} from "./index.ts";

const id = (name: string) => name as AgentId;
const ms = (value: number) => value as EpochMs;
const ready = (agentId: string, sinceMs: number): Candidate => ({
  agentId: id(agentId),
  presence: { kind: "ready", sinceMs: ms(sinceMs) },
});
const talking = (agentId: string): Candidate => ({
  agentId: id(agentId),
  presence: { kind: "talking", callId: "c1" as CallId, sinceMs: ms(0) },
});

test.for<{ name: string; candidates: readonly Candidate[]; tried: readonly string[]; expected: unknown }>([
  {
    name: "the one idle longest",
    candidates: [ready("a", 20), ready("b", 10), ready("c", 30)],
    tried: [],
    expected: { kind: "agent", agentId: "b" },
  },
  {
    name: "the next when that one was tried",
    candidates: [ready("a", 20), ready("b", 10)],
    tried: ["b"],
    expected: { kind: "agent", agentId: "a" },
  },
  {
    name: "equal idleness goes by name",
    candidates: [ready("b", 10), ready("a", 10)],
    tried: [],
    expected: { kind: "agent", agentId: "a" },
  },
  {
    name: "never who is talking",
    candidates: [talking("a"), ready("b", 10)],
    tried: [],
    expected: { kind: "agent", agentId: "b" },
  },
  { name: "all busy", candidates: [talking("a")], tried: [], expected: { kind: "nobody", why: "all-busy" } },
  {
    name: "all tried",
    candidates: [ready("a", 10), talking("b")],
    tried: ["a"],
    expected: { kind: "nobody", why: "all-tried" },
  },
  {
    name: "nobody there",
    candidates: [{ agentId: id("a"), presence: { kind: "offline" } }],
    tried: [],
    expected: { kind: "nobody", why: "nobody-signed-in" },
  },
  { name: "no agents at all", candidates: [], tried: [], expected: { kind: "nobody", why: "nobody-signed-in" } },
])("$name", ({ candidates, tried, expected }) => {
  expect(pickAgent(candidates, new Set(tried.map(id)))).toEqual(expected);
});

describe("a caller's search", () => {
  const closedAt = ms(Date.parse("2026-11-28T10:00:00+09:00"));
  const openAt = ms(Date.parse("2026-11-27T17:59:59+09:00"));
  const base = {
    search: newSearch,
    hours: officeHours,
    ringTimeoutMs: 20_000,
    candidates: [ready("a", 0)],
    nowMs: openAt,
  };

  test("rings the free agent for as long as the department says", () => {
    expect(nextStep(base)).toEqual({
      search: { tried: new Set(["a"]) },
      step: { kind: "ring", agentId: "a", ringTimeoutMs: 20_000 },
    });
  });

  test("outside the hours hears that it is closed, and nobody is rung", () => {
    expect(nextStep({ ...base, nowMs: closedAt }).step).toEqual({
      kind: "announce",
      announcement: "closed",
      why: "day-off",
    });
  });

  test("that came in time goes on when the office closes while it rings", () => {
    const { search } = nextStep(base);
    const later = nextStep({ ...base, search, candidates: [ready("a", 0), ready("b", 1)], nowMs: ms(openAt + 20_000) });
    expect(later.step).toMatchObject({ kind: "ring", agentId: "b" });
  });

  test("ends with an announcement, never in silence", () => {
    expect(nextStep({ ...base, candidates: [] }).step).toMatchObject({ kind: "announce", announcement: "nobody-free" });
  });
});

describe("over random floors", () => {
  const presences: fc.Arbitrary<Presence> = fc.oneof(
    fc.constant<Presence>({ kind: "offline" }),
    fc.nat({ max: 50 }).map((sinceMs): Presence => ({ kind: "ready", sinceMs: ms(sinceMs) })),
    fc.constant<Presence>({ kind: "ringing", callId: "c" as CallId, sinceMs: ms(0) }),
    fc.constant<Presence>({ kind: "talking", callId: "c" as CallId, sinceMs: ms(0) }),
    fc.constant<Presence>({ kind: "wrap-up", sinceMs: ms(0), untilMs: ms(99) }),
    fc.constant<Presence>({ kind: "away", reason: "meal", sinceMs: ms(0) }),
    fc.constant<Presence>({ kind: "protected-rest", sinceMs: ms(0), untilMs: ms(99) }),
  );
  const floors = fc
    .array(presences, { maxLength: 12 })
    .map((list) => list.map((presence, i): Candidate => ({ agentId: id(`a${i}`), presence })));

  test("a search rings every free agent once, longest idle first, nobody else, and then ends", () => {
    fc.assert(
      fc.property(floors, (candidates) => {
        let search = newSearch;
        const rung: AgentId[] = [];
        for (;;) {
          const next = nextStep({ search, hours: aroundTheClock, candidates, ringTimeoutMs: 1, nowMs: ms(100) });
          search = next.search;
          if (next.step.kind === "announce") break;
          rung.push(next.step.agentId);
        }
        const free = candidates.flatMap(({ agentId, presence }) =>
          presence.kind === "ready" ? [{ agentId, sinceMs: presence.sinceMs }] : [],
        );
        free.sort((a, b) => a.sinceMs - b.sinceMs || (a.agentId < b.agentId ? -1 : 1));
        expect(rung).toEqual(free.map(({ agentId }) => agentId));
      }),
      { numRuns: 1000 },
    );
  });

  test("the order in which agents are listed makes no difference", () => {
    fc.assert(
      fc.property(floors, (candidates) => {
        expect(pickAgent([...candidates].reverse(), new Set())).toEqual(pickAgent(candidates, new Set()));
      }),
    );
  });
});

test("fairness: when everybody answers, nobody takes a second call before each has had one", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 40 }), (people, callCount) => {
      let floor: readonly AgentState[] = Array.from(
        { length: people },
        (_, i) => reduceAgent(signedOutAgent(id(`a${i}`), ms(0)), { kind: "signed-in", atMs: ms(0) }).state,
      );
      const taken = new Map<AgentId, number>();
      for (let call = 1; call <= callCount; call++) {
        const nowMs = ms(call * 10_000);
        const candidates = floor.map((state) => ({ agentId: state.agentId, presence: presenceAt(state, nowMs) }));
        const pick = pickAgent(candidates, new Set());
        if (pick.kind === "nobody") throw new Error("somebody is free");
        taken.set(pick.agentId, (taken.get(pick.agentId) ?? 0) + 1);
        const callId = `c${call}` as CallId;
        const events: readonly AgentEvent[] = [
          { kind: "ring-started", callId, atMs: nowMs },
          { kind: "call-started", callId, atMs: ms(nowMs + 1000) },
          { kind: "call-released", callId, wrapUpMs: 0, atMs: ms(nowMs + 9000) },
        ];
        floor = floor.map((state) =>
          state.agentId === pick.agentId ? events.reduce((one, event) => reduceAgent(one, event).state, state) : state,
        );
      }
      const counts = floor.map(({ agentId }) => taken.get(agentId) ?? 0);
      expect(Math.max(...counts) - Math.min(...counts)).toBeLessThanOrEqual(1);
    }),
    { numRuns: 200 },
  );
});
