import { expect, test } from "vitest";
import { dominantFrequencyHz, levelDbfs, toneLevelDbfs } from "./measure.ts";
import { tone } from "./tone.ts";

test("a tone has the level it was made with, by both measures", () => {
  const pcm = tone({ frequencyHz: 1000, durationMs: 1000, levelDbfs: -20 });
  expect(levelDbfs(pcm)).toBeCloseTo(-20, 1);
  expect(toneLevelDbfs(pcm, 1000, 8000)).toBeCloseTo(-20, 1);
  expect(toneLevelDbfs(pcm, 1500, 8000)).toBeLessThan(-60);
});

test.for([151, 440, 1004, 2713, 3399])("a tone of %i Hz is found", (frequencyHz) => {
  expect(dominantFrequencyHz(tone({ frequencyHz, durationMs: 500 }), 8000)).toBeCloseTo(frequencyHz, -0.3);
});

test("silence has no frequency and no level", () => {
  expect(dominantFrequencyHz(new Int16Array(800), 8000)).toBeNull();
  expect(levelDbfs(new Int16Array(800))).toBe(Number.NEGATIVE_INFINITY);
  expect(levelDbfs(new Int16Array(0))).toBe(Number.NEGATIVE_INFINITY);
});
