import type { PolicyId } from "@jikimi/kernel";
import fc from "fast-check";
import { expect, test } from "vitest";
import { at, simulateCall } from "../testing/simulated-call.ts";
import { abuseLabels, type Decision, defaultPolicy, type LabelRule, type Policy } from "./index.ts";

const rule = fc.record<LabelRule>({
  threshold: fc.constant(0.8),
  weight: fc.constantFrom(0, 0.3, 0.6, 1),
  warningsBeforeEnding: fc.nat({ max: 3 }),
  ending: fc.constantFrom("announced", "at-once"),
});

const policies: fc.Arbitrary<Policy> = fc
  .record({
    labels: fc.record({
      profanity: rule,
      insult: rule,
      threat: rule,
      sexual_harassment: rule,
      discrimination: rule,
    }),
    halfLifeMs: fc.constantFrom(null, 20_000),
    graceAfterWarningMs: fc.constantFrom(0, 3000),
  })
  .map(({ labels, halfLifeMs, graceAfterWarningMs }) => ({
    ...defaultPolicy,
    id: "random" as PolicyId,
    labels,
    accumulation: { warnAt: 1, halfLifeMs },
    graceAfterWarningMs,
    longCall: null,
  }));

const utterances = fc.array(
  fc.record({
    seconds: fc.integer({ min: 20, max: 1200 }).map((tenths) => tenths / 10),
    label: fc.constantFrom(...abuseLabels),
  }),
  { minLength: 1, maxLength: 14 },
);

/** When each stage was first reached, in ms; never: infinity. */
function stageTimes(decisions: readonly Decision[]): Readonly<Record<string, number>> {
  const first = (found: (decision: Decision) => boolean) => decisions.find(found)?.atMs ?? Number.POSITIVE_INFINITY;
  const warning = (n: number) =>
    first(
      (one) =>
        one.kind === "play-announcement" && one.announcement.kind === "warning" && one.announcement.warningNumber >= n,
    );
  const ending = first((one) => one.kind === "open-incident");
  return {
    hint: first((one) => one.kind === "hint"),
    // Whoever is already being ended is past every warning.
    warning1: Math.min(warning(1), ending),
    warning2: Math.min(warning(2), ending),
    warning3: Math.min(warning(3), ending),
    ending,
  };
}

test("more abuse in a call never brings any stage later", () => {
  let ended = 0;
  fc.assert(
    fc.property(policies, utterances, utterances, (policy, some, more) => {
      const say = (list: typeof some, from: string) =>
        list.map(({ seconds, label }, i) => at.says(seconds, { [label]: 0.9 }, { id: `${from}${i}`, lengthMs: 500 }));
      const fewer = stageTimes(simulateCall(policy, say(some, "a"), { announcementMs: 5000 }).decisions);
      const all = stageTimes(
        simulateCall(policy, [...say(some, "a"), ...say(more, "b")], { announcementMs: 5000 }).decisions,
      );
      for (const [stage, atMs] of Object.entries(fewer)) {
        if ((all[stage] ?? 0) > atMs) throw new Error(`${stage}: ${all[stage]} with more abuse, ${atMs} with less`);
      }
      if (Number.isFinite(all.ending)) ended += 1;
    }),
    { numRuns: 3000 },
  );
  expect(ended).toBeGreaterThan(300);
});

test("a whole call is the same in both directions, told line for line", () => {
  fc.assert(
    fc.property(policies, utterances, (policy, list) => {
      const script = list.map(({ seconds, label }, i) => at.says(seconds, { [label]: 0.9 }, { id: `u${i}` }));
      const inbound = simulateCall(policy, script, { direction: "inbound" }).story;
      expect(simulateCall(policy, script, { direction: "outbound" }).story).toEqual(inbound);
    }),
    { numRuns: 300 },
  );
});
