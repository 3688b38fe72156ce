import { expect, test } from "vitest";
import { standsBy } from "./stands-by.ts";

test.for([
  { text: "네", confidence: 0.3, noSpeech: 0.49, expected: true },
  { text: "네", confidence: 0.29, noSpeech: 0, expected: false },
  { text: "네", confidence: 0.49, noSpeech: 0.5, expected: false },
  { text: "네", confidence: 0.5, noSpeech: 0.99, expected: true },
  { text: "네", confidence: 0.3, noSpeech: null, expected: true },
  { text: "", confidence: 1, noSpeech: 0, expected: false },
])("'$text' at $confidence, nobody spoke $noSpeech -> $expected", ({ expected, ...heard }) => {
  expect(standsBy(heard)).toBe(expected);
});
