import { SeededRandom } from "@jikimi/kernel";
import { expect, test } from "vitest";
import { pitchesOf } from "./pitch.ts";

/** A buzz as vocal folds make it: every harmonic that a telephone carries, each weaker than the one before. */
const buzz = (hz: number, rateHz: number) =>
  Float32Array.from({ length: rateHz }, (_, i) => {
    let sum = 0;
    for (let harmonic = 1; harmonic * hz < 3400; harmonic++) {
      sum += Math.cos((2 * Math.PI * harmonic * hz * i) / rateHz) / harmonic;
    }
    return 0.1 * sum;
  });

test.for([
  { hz: 80, rateHz: 8000 },
  { hz: 125, rateHz: 8000 },
  { hz: 220, rateHz: 8000 },
  { hz: 400, rateHz: 8000 },
  { hz: 220, rateHz: 16_000 },
])("a voice of $hz Hz at $rateHz Hz is measured within a quarter of a semitone", ({ hz, rateHz }) => {
  const pitches = pitchesOf(buzz(hz, rateHz), rateHz);
  expect(pitches.length).toBeGreaterThan(25);
  for (const pitch of pitches) expect(Math.abs(12 * Math.log2((pitch ?? 0) / hz))).toBeLessThan(0.25);
});

test.for([
  { what: "silence", sound: () => new Float32Array(8000) },
  {
    what: "noise",
    sound: () => {
      const random = new SeededRandom(1);
      return Float32Array.from({ length: 8000 }, () => random.integer(2000) / 1000 - 1);
    },
  },
  { what: "less than a frame", sound: () => new Float32Array(300).fill(0.1) },
])("$what has no pitch", ({ sound }) => {
  expect(pitchesOf(sound(), 8000).filter((pitch) => pitch !== null)).toEqual([]);
});
