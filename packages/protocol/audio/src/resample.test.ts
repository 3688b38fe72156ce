import fc from "fast-check";
import { expect, test } from "vitest";
import { dominantFrequencyHz, levelDbfs, toneLevelDbfs } from "./measure.ts";
import { Resampler, resample, resamplePcm, toFloat } from "./resample.ts";
import { tone } from "./tone.ts";

test.for([
  [8000, 16_000],
  [16_000, 8000],
  [44_100, 8000],
  [48_000, 8000],
  [11_025, 8000],
  [8000, 44_100],
  [191_999, 8000],
] as const)("a tone keeps its frequency, level and length from %i to %i Hz", ([fromHz, toHz]) => {
  const given = tone({ frequencyHz: 1004, durationMs: 500, sampleRateHz: fromHz });
  const got = resamplePcm(given, fromHz, toHz);
  expect(got.length).toBe(Math.round((given.length * toHz) / fromHz));
  expect(dominantFrequencyHz(got, toHz)).toBeCloseTo(1004, -0.3);
  expect(toneLevelDbfs(got, 1004, toHz)).toBeCloseTo(-15, 0);
});

test("what the lower rate cannot carry is gone, not folded back", () => {
  const got = resamplePcm(tone({ frequencyHz: 5500, durationMs: 500, sampleRateHz: 16_000 }), 16_000, 8000);
  expect(levelDbfs(got.subarray(400, got.length - 400))).toBeLessThan(-80);
});

test("the sound does not shift in time", () => {
  const click = new Float32Array(1600);
  click[800] = 1;
  const got = resample(click, 16_000, 8000);
  expect(got.indexOf(Math.max(...got))).toBe(400);
});

test("a stream cut anywhere comes out as it would in one piece", () => {
  const whole = toFloat(tone({ frequencyHz: 700, durationMs: 100, sampleRateHz: 48_000 }));
  const expected = new Resampler(48_000, 8000).push(whole);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: whole.length }), { maxLength: 20 }), (cuts) => {
      const resampler = new Resampler(48_000, 8000);
      const edges = [0, ...cuts.sort((a, b) => a - b), whole.length];
      const pieces = edges.slice(1).flatMap((end, i) => [...resampler.push(whole.subarray(edges[i], end))]);
      expect(pieces).toEqual([...expected]);
    }),
    { numRuns: 30 },
  );
});

test("nothing in is nothing out", () => {
  expect(resample(new Float32Array(0), 48_000, 8000).length).toBe(0);
});
