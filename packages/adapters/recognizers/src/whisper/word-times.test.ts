import fc from "fast-check";
import { expect, test } from "vitest";
import { tokenStarts } from "./word-times.ts";

/** Each token looks at its own stretch of frames. */
function looks(stretches: readonly (readonly [from: number, to: number])[], frames: number): Float32Array[] {
  return stretches.map(([from, to]) =>
    Float32Array.from({ length: frames }, (_, i) => (i >= from && i < to ? 1 : 0.01)),
  );
}

test("tokens begin where attention comes to them", () => {
  const starts = tokenStarts(
    looks(
      [
        [0, 20],
        [20, 50],
        [50, 90],
        [90, 100],
      ],
      100,
    ),
    100,
  );
  expect(starts).toHaveLength(4);
  for (const [i, expected] of [0, 20, 50, 90].entries())
    expect(Math.abs((starts[i] ?? -99) - expected)).toBeLessThan(5);
});

test("what is looked at behind the sound does not count", () => {
  const starts = tokenStarts(
    looks(
      [
        [0, 20],
        [20, 40],
        [60, 100],
      ],
      100,
    ),
    40,
  );
  expect(Math.max(...starts)).toBeLessThan(40);
});

test("there is nothing to tell of nothing", () => {
  expect(tokenStarts([], 10)).toEqual([]);
  expect(tokenStarts([new Float32Array(0)], 0)).toEqual([]);
});

test("whatever the attention, starts never go back and lie in the sound", () => {
  const row = fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: 30, maxLength: 30 });
  fc.assert(
    fc.property(fc.array(row, { minLength: 1, maxLength: 12 }), (rows) => {
      const starts = tokenStarts(
        rows.map((values) => Float32Array.from(values)),
        30,
      );
      expect(starts).toHaveLength(rows.length);
      for (const [i, start] of starts.entries()) {
        expect(start).toBeGreaterThanOrEqual(starts[i - 1] ?? 0);
        expect(start).toBeLessThan(30);
      }
    }),
  );
});
