import type { PolicyId } from "@jikimi/kernel";
import { describe, expect, test } from "vitest";
import { at, type Script, simulateCall } from "../testing/simulated-call.ts";
import { countingLabels, defaultPolicy, type Policy, presets } from "./index.ts";

const one = { threshold: 0.8, weight: 1, warningsBeforeEnding: 1, ending: "announced" } as const;

/** Every counting utterance is a stage; a grace of 2 s after a warning. */
const strict: Policy = {
  ...defaultPolicy,
  id: "strict" as PolicyId,
  labels: { profanity: one, insult: one, threat: one, sexual_harassment: one, discrimination: one },
  accumulation: { warnAt: 1, halfLifeMs: null },
  graceAfterWarningMs: 2000,
  longCall: null,
};

function stagesOf(policy: Policy, script: Script): readonly string[] {
  const stage = / play | offer ending| end call/;
  return simulateCall(policy, script, { untilMs: 900_000 }).story.filter((line) => stage.test(line));
}

describe("what counts", () => {
  test.for<{ name: string; script: Script; expected: readonly string[] }>([
    { name: "a score at the threshold", script: [at.says(10, { insult: 0.8 })], expected: ["10.3 play warning 1"] },
    { name: "not a score below it", script: [at.says(10, { insult: 0.7999 })], expected: [] },
    { name: "not what is no number", script: [at.says(10, { insult: Number.NaN })], expected: [] },
    { name: "not the agent's words", script: [at.says(10, { threat: 1 }, { speaker: "agent" })], expected: [] },
    {
      name: "confidence at the limit",
      script: [at.says(10, { insult: 1 }, { confidence: 0.5 })],
      expected: ["10.3 play warning 1"],
    },
    {
      name: "not what the recogniser doubts",
      script: [at.says(10, { insult: 1 }, { confidence: 0.49 })],
      expected: [],
    },
    {
      name: "not without any confidence",
      script: [at.says(10, { insult: 1 }, { confidence: Number.NaN })],
      expected: [],
    },
    { name: "not what was said before the bridge", script: [at.says(1.5, { insult: 1 })], expected: [] },
    {
      name: "not what was said while the agent held",
      script: [
        { kind: "hold", by: "agent", atMs: 8000 },
        { kind: "resumed", by: "agent", atMs: 9500 },
        at.says(10, { insult: 1 }),
      ],
      expected: [],
    },
    {
      name: "what was said while the caller held: their own doing",
      script: [{ kind: "hold", by: "caller", atMs: 8000 }, at.says(10, { insult: 1 })],
      expected: ["10.3 play warning 1"],
    },
    {
      name: "not what came from a time when nobody listened",
      script: [
        at.happens(8, { kind: "hearing-lost" }),
        at.says(10, { insult: 1 }),
        at.happens(11, { kind: "hearing-restored" }),
      ],
      expected: [],
    },
    {
      name: "again once hearing is back",
      script: [
        at.happens(8, { kind: "hearing-lost" }),
        at.happens(8.5, { kind: "hearing-restored" }),
        at.says(10, { insult: 1 }),
      ],
      expected: ["10.3 play warning 1"],
    },
    {
      name: "not what began before the warning was heard and answered: it plays 10.3 to 16.3, and 2 s are given",
      script: [at.says(10, { insult: 1 }), at.says(19, { insult: 1 }, { lengthMs: 701 })],
      expected: ["10.3 play warning 1"],
    },
    {
      name: "what began right after that",
      script: [at.says(10, { insult: 1 }), at.says(19, { insult: 1 }, { lengthMs: 700 })],
      expected: ["10.3 play warning 1", "19.3 play ending", "25.3 end call (abuse, announcement completed)"],
    },
  ])("$name", ({ script, expected }) => expect(stagesOf(strict, script)).toEqual(expected));
});

describe("the sum", () => {
  const weights: Policy = {
    ...strict,
    labels: {
      ...strict.labels,
      insult: { ...one, weight: 0.5 },
      profanity: { ...one, weight: 0.4 },
      threat: { ...one, weight: 0 },
    },
    accumulation: { warnAt: 1, halfLifeMs: 60_000 },
  };

  test.for<{ name: string; script: Script; warned: boolean }>([
    {
      name: "two halves at one moment",
      script: [at.says(10, { insult: 1 }), at.says(10, { insult: 1 }, { id: "b" })],
      warned: true,
    },
    {
      name: "two halves a second apart are a little less than one",
      script: [at.says(10, { insult: 1 }), at.says(11, { insult: 1 })],
      warned: false,
    },
    {
      name: "three halves a minute apart are 0.875",
      script: [10, 70, 130].map((s) => at.says(s, { insult: 1 })),
      warned: false,
    },
    { name: "three halves in a minute", script: [10, 40, 70].map((s) => at.says(s, { insult: 1 })), warned: true },
    {
      name: "an utterance counts once, by its heaviest label",
      script: [at.says(10, { insult: 1, profanity: 1 })],
      warned: false,
    },
    {
      name: "an utterance that comes again counts once",
      script: [1, 2, 3].map((s) => at.says(10 + s / 10, { insult: 1 }, { id: "same" })),
      warned: false,
    },
    {
      name: "a second ear may raise an utterance",
      script: [at.says(10, { insult: 1 }, { id: "same" }), at.says(10, { discrimination: 1 }, { id: "same" })],
      warned: true,
    },
    {
      name: "a label without weight is only shown",
      script: [10, 11, 12, 13].map((s) => at.says(s, { threat: 1 })),
      warned: false,
    },
  ])("$name", ({ script, warned }) => expect(stagesOf(weights, script)).toHaveLength(warned ? 1 : 0));

  test("ten tenths are one, whatever floating point says", () => {
    const tenths = { ...one, weight: 0.1 };
    const policy: Policy = { ...strict, labels: { ...strict.labels, insult: tenths } };
    const script = Array.from({ length: 10 }, (_, i) => at.says(10 + i, { insult: 1 }));
    expect(stagesOf(policy, script)).toEqual(["19.3 play warning 1"]);
  });

  test("a slow recogniser changes nothing: time is counted between the caller's own words", () => {
    const late = (seconds: number) => ({ ...at.says(seconds, { insult: 1 }), atMs: 100_000 + seconds });
    const prompt = [10, 40, 70].map((s) => at.says(s, { insult: 1 }));
    expect(stagesOf(weights, [10, 40, 70].map(late))).toHaveLength(stagesOf(weights, prompt).length);
  });

  test("an ending needs the sum from words that may end: a threat's half and an insult's half only warn", () => {
    const policy: Policy = {
      ...weights,
      labels: { ...weights.labels, threat: { ...one, weight: 0.5, warningsBeforeEnding: 0 } },
      accumulation: { warnAt: 1, halfLifeMs: null },
    };
    expect(stagesOf(policy, [at.says(10, { threat: 1 }), at.says(12, { insult: 1 })])).toEqual(["12.3 play warning 1"]);
    expect(stagesOf(policy, [at.says(10, { threat: 1 }), at.says(12, { threat: 1 })])[0]).toBe("12.3 play ending");
  });
});

describe("the hint", () => {
  test("says what was heard, how it compares, and goes when nothing follows", () => {
    const { decisions } = simulateCall(defaultPolicy, [at.says(10, { profanity: 0.9, insult: 0.3 })], {
      untilMs: 300_000,
    });
    expect(decisions.map((decision) => decision.kind)).toEqual(["hint", "clear-hint"]);
    expect(decisions[0]).toMatchObject({
      risk: 0.6,
      labels: ["profanity"],
      cause: {
        rule: "utterance-counts",
        policyId: "default",
        policyVersion: 1,
        utteranceIds: ["u@10"],
        values: { sum: 0.6, confidence: 0.9, profanity: 0.9 },
        thresholds: { sum: 1, confidence: 0.5, profanity: 0.5 },
        by: null,
      },
    });
    expect(decisions[1]?.atMs).toBe(10_300 + defaultPolicy.hintForMs);
  });

  test.for([
    { name: "doubtful words", script: [at.says(10, { insult: 1 }, { confidence: 0.3 })], rule: "utterance-unsure" },
    {
      name: "words during a warning",
      script: [at.says(10, { insult: 1 }), at.says(13, { insult: 1 })],
      rule: "utterance-too-soon",
    },
  ])("$name are shown with the reason why they do not count", ({ script, rule }) => {
    const { decisions } = simulateCall(strict, script, { untilMs: 20_000 });
    expect(decisions.filter((decision) => decision.kind === "hint").at(-1)?.cause.rule).toBe(rule);
  });
});

test("a stage tells every utterance, score and threshold it rests on", () => {
  const { decisions } = simulateCall(defaultPolicy, [at.says(10, { profanity: 0.9 }), at.says(20, { insult: 0.85 })], {
    untilMs: 30_000,
  });
  const warning = decisions.find((decision) => decision.kind === "play-announcement");
  expect(warning?.cause).toMatchObject({
    rule: "abuse-sum",
    utteranceIds: ["u@10", "u@20"],
    values: { warningsHeard: 0, profanity: 0.9, insult: 0.85, confidence: 0.9 },
    thresholds: { sum: 1, warningsHeard: 2, profanity: 0.5, insult: 0.5, confidence: 0.5 },
  });
  expect(warning?.cause.values.sum).toBeGreaterThanOrEqual(1);
});

test.for(presets)("angry but not abusive is never punished under $id: no label, however loud", (policy) => {
  const script = Array.from({ length: 50 }, (_, i) => at.says(2 + i, { profanity: 0.49, insult: 0.49, threat: 0.49 }));
  expect(simulateCall(policy, script, { untilMs: 600_000 }).story).toEqual([]);
});

test("the labels that count for a classifier are those that count for a warning", () => {
  const utterance = { labels: { profanity: 0.5, insult: 0.49, threat: 1 } };
  expect(countingLabels(utterance, defaultPolicy)).toEqual(["profanity", "threat"]);
});
