import fc from "fast-check";
import { expect, test } from "vitest";
import { createFourier } from "./fourier.ts";

/** The definition, term by term. */
function slowly(re: readonly number[], im: readonly number[]): { re: number[]; im: number[] } {
  const n = re.length;
  const sum = (part: (angle: number, at: number) => number) =>
    Array.from({ length: n }, (_, k) =>
      Array.from({ length: n }, (_, at) => part((-2 * Math.PI * ((k * at) % n)) / n, at)).reduce((a, b) => a + b, 0),
    );
  return {
    re: sum((angle, at) => (re[at] ?? 0) * Math.cos(angle) - (im[at] ?? 0) * Math.sin(angle)),
    im: sum((angle, at) => (re[at] ?? 0) * Math.sin(angle) + (im[at] ?? 0) * Math.cos(angle)),
  };
}

const number = fc.double({ min: -1, max: 1, noNaN: true });

test.for([1, 2, 3, 4, 5, 7, 8, 12, 20, 35, 49, 100, 400])("a transform of %d numbers is the definition's", (length) => {
  const transform = createFourier(length);
  const list = fc.array(number, { minLength: length, maxLength: length });
  fc.assert(
    fc.property(list, list, (re, im) => {
      const actual = { re: Float64Array.from(re), im: Float64Array.from(im) };
      transform(actual.re, actual.im);
      const expected = slowly(re, im);
      for (let i = 0; i < length; i++) {
        expect(actual.re[i]).toBeCloseTo(expected.re[i] ?? Number.NaN, 9);
        expect(actual.im[i]).toBeCloseTo(expected.im[i] ?? Number.NaN, 9);
      }
    }),
    { numRuns: length > 50 ? 3 : 30 },
  );
});

test("a length with a large prime in it is refused", () => {
  expect(() => createFourier(22)).toThrow(RangeError);
});
