import fc from "fast-check";
import { expect, test } from "vitest";
import { agreement, changeSpeed, delay, keptItems } from "./stability.ts";

test.for([
  { a: "abcd", b: "abcd", kept: "1111", agreed: 1 },
  { a: "abcd", b: "abxd", kept: "1101", agreed: 0.75 },
  { a: "abcd", b: "bcd", kept: "0111", agreed: 0.75 },
  { a: "abc", b: "abcdef", kept: "111", agreed: 0.5 },
  { a: "abc", b: "", kept: "000", agreed: 0 },
  { a: "", b: "", kept: "", agreed: 1 },
  { a: "abc", b: "xyz", kept: "000", agreed: 0 },
])("'$a' against '$b' keeps $kept", ({ a, b, kept, agreed }) => {
  expect(keptItems([...a], [...b])).toEqual([...kept].map((mark) => mark === "1"));
  expect(agreement([...a], [...b])).toBeCloseTo(agreed, 10);
});

test("agreement is between 0 and 1, and 1 only for the same", () => {
  const letters = fc.array(fc.constantFrom("a", "b", "c"), { maxLength: 12 });
  fc.assert(
    fc.property(letters, letters, (a, b) => {
      const agreed = agreement(a, b);
      expect(agreed).toBeGreaterThanOrEqual(0);
      expect(agreed === 1).toBe(a.join("") === b.join(""));
    }),
  );
});

test("speed changes length and pitch, delay puts silence in front", () => {
  const tone = Float32Array.from({ length: 1600 }, (_, i) => Math.sin((2 * Math.PI * i) / 40));
  const faster = changeSpeed(tone, 1.25);
  expect(faster.length).toBe(1279);
  expect(faster[8]).toBeCloseTo(tone[10] ?? 0, 5);
  expect(changeSpeed(new Float32Array(0), 1.1)).toHaveLength(0);
  const later = delay(tone, 3);
  expect(later.length).toBe(1603);
  expect([...later.subarray(0, 4)]).toEqual([0, 0, 0, 0]);
  expect(later[13]).toBe(tone[10]);
});
