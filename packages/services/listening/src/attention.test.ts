import type { Speaker } from "@jikimi/kernel";
import fc from "fast-check";
import { expect, test } from "vitest";
import { type AttendedStream, shareAttention, wholeCalls } from "./attention.ts";

/** Ten callers, or fifteen heard with less effort, fill a thread. */
const cost = { fullPerSecond: 0.22, leanPerSecond: 0.15 };

type Named = AttendedStream & { readonly name: string };

const stream = (name: string, openedAtMs: number, atRisk = false): Named => ({
  name,
  speaker: name.startsWith("c") ? "caller" : "agent",
  openedAtMs,
  atRisk,
});

/** Calls 0 to `count` - 1, both sides. */
const calls = (count: number, atRisk: readonly string[] = []) =>
  Array.from({ length: count }, (_, i) => [`c${i}`, `a${i}`])
    .flat()
    .map((name, i) => stream(name, i, atRisk.includes(name)));

const heard = (streams: readonly Named[]) => [...shareAttention(streams, cost)].map(({ name }) => name).toSorted();

test("calls that fit are heard whole", () => {
  expect(wholeCalls(cost)).toBe(6);
  expect(heard(calls(6))).toEqual(
    calls(6)
      .map(({ name }) => name)
      .toSorted(),
  );
});

test.for([
  { what: "the latest agent is set aside first", streams: calls(7), unheard: ["a4", "a5", "a6"] },
  { what: "an agent on a call at risk is heard before others", streams: calls(7, ["a6"]), unheard: ["a3", "a4", "a5"] },
  {
    what: "every caller is heard before any agent",
    streams: calls(10),
    unheard: Array.from({ length: 10 }, (_, i) => `a${i}`),
  },
])("$what", ({ streams, unheard }) => {
  const all = new Set(streams.map(({ name }) => name));
  expect([...all].filter((name) => !heard(streams).includes(name)).toSorted()).toEqual(unheard);
});

test("beyond that the latest caller is not heard, unless the call is at risk", () => {
  const callers = (atRisk: readonly string[]) => calls(16, atRisk).filter(({ speaker }) => speaker === "caller");
  expect(heard(callers([]))).not.toContain("c15");
  expect(heard(callers(["c15"]))).toContain("c15");
  expect(heard(callers(["c15"]))).not.toContain("c14");
});

test("who is heard is not dropped for an equal who comes later", () => {
  const anyStream = fc.record({
    speaker: fc.constantFrom<Speaker>("caller", "agent"),
    atRisk: fc.boolean(),
    openedAtMs: fc.nat(100),
  });
  fc.assert(
    fc.property(fc.uniqueArray(anyStream, { maxLength: 60, selector: (one) => one.openedAtMs }), (streams) => {
      const before = shareAttention(streams, cost);
      for (const speaker of ["caller", "agent"] as const) {
        const after = shareAttention([...streams, { speaker, atRisk: false, openedAtMs: 101 }], cost);
        for (const one of before) if (one.speaker === speaker) expect(after.has(one)).toBe(true);
      }
    }),
  );
});
