import { expect, test } from "vitest";
import { readWords, UNKNOWN_CONFIDENCE } from "./transducer-words.ts";

test("a piece with a space or ▁ in front opens a word, any other goes on with it", () => {
  const tokens = ["그", " 괜", "찮은", "▁척", "."];
  const timestamps = [0.4, 0.8, 0.96, 1.6, 1.8];
  const { words } = readWords({ tokens, timestamps, ys_probs: [0, 0, 0, 0, 0] }, 3000);
  expect(words.map(({ text, startMs, endMs }) => [text, startMs, endMs])).toEqual([
    ["그", 400, 520],
    ["괜찮은", 800, 1080],
    ["척.", 1600, 1920],
  ]);
});

test("a word's confidence is the mean of its pieces' probabilities, the whole's that of all pieces", () => {
  const ys_probs = [0.5, 1, 0.6].map(Math.log);
  const { words, confidence } = readWords({ tokens: [" 가", "나", " 다"], timestamps: [0, 0.2, 0.4], ys_probs }, 1000);
  expect(words.map((word) => word.confidence)).toEqual([0.75, expect.closeTo(0.6)]);
  expect(confidence).toBeCloseTo(0.7);
});

test("without probabilities the confidence is the constant that says so", () => {
  const { words, confidence } = readWords({ tokens: [" 가"], timestamps: [0], ys_probs: [] }, 1000);
  expect([words[0]?.confidence, confidence]).toEqual([UNKNOWN_CONFIDENCE, UNKNOWN_CONFIDENCE]);
});

test("a piece that is only a space is no word, and a word ends where the next begins or the sound does", () => {
  const { words } = readWords({ tokens: ["▁", "가", " 나"], timestamps: [0.1, 0.2, 0.24], ys_probs: [] }, 300);
  expect(words.map(({ text, startMs, endMs }) => [text, startMs, endMs])).toEqual([
    ["가", 100, 240],
    ["나", 240, 300],
  ]);
});

test("nothing is nothing, and sure of nothing", () => {
  expect(readWords({ tokens: [], timestamps: [], ys_probs: [] }, 0)).toEqual({ words: [], confidence: 0 });
});
