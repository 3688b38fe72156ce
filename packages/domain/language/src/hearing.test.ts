import { describe, expect, test } from "vitest";
import type { Evidence } from "./assessment.ts";
import { hearingShares } from "./hearing.ts";

const text = "네 그런데 씨발";
const evidence: Evidence[] = [{ label: "profanity", start: 6, end: 8, surface: "씨발", weight: 5 }];
const share = (hearing: Parameters<typeof hearingShares>[1]) => hearingShares(text, hearing, evidence)("profanity");

describe("how much of a score stands", () => {
  test.for([
    { hearing: {}, expected: 1 },
    { hearing: { confidence: 1 }, expected: 1 },
    { hearing: { confidence: 0.6 }, expected: 1 },
    { hearing: { confidence: 0.45 }, expected: 0.5 },
    { hearing: { confidence: 0.3 }, expected: 0 },
    { hearing: { confidence: 0 }, expected: 0 },
    { hearing: { confidence: Number.NaN }, expected: 0 },
  ])("$hearing → $expected", ({ hearing, expected }) => {
    expect(share(hearing)).toBeCloseTo(expected, 6);
  });

  test("the words that carry the evidence answer for it", () => {
    const words = [
      { text: "네", confidence: 0.99 },
      { text: "그런데", confidence: 0.95 },
      { text: "씨발", confidence: 0.2 },
    ];
    expect(share({ confidence: 0.8, words })).toBe(0);
    expect(hearingShares(text, { confidence: 0.8, words }, evidence)("threat")).toBe(1);
  });

  test("well-heard words do not raise a badly heard whole", () => {
    expect(share({ confidence: 0.3, words: [{ text: "씨발", confidence: 1 }] })).toBe(0);
  });

  test("words that are not in the text are passed over", () => {
    expect(
      share({
        confidence: 0.9,
        words: [
          { text: "딴말", confidence: 0.1 },
          { text: "", confidence: 0 },
        ],
      }),
    ).toBe(1);
  });
});
