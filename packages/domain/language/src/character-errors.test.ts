import fc from "fast-check";
import { expect, test } from "vitest";
import { characterErrors } from "./character-errors.ts";

test.for([
  { said: "책임자 바꿔 주세요", written: "책임자 바꿔 주세요", errors: 0, length: 8 },
  { said: "책임자 바꿔 주세요.", written: "책임자바꿔주세요!", errors: 0, length: 8 },
  { said: "아직 안 왔어요", written: "아지 간 왔어요", errors: 2, length: 6 },
  { said: "삼십분 뒤에", written: "30분 뒤에", errors: 0, length: 5 },
  { said: "네", written: "네 네", errors: 1, length: 1 },
  { said: "여보세요", written: "", errors: 4, length: 4 },
  { said: "", written: "가", errors: 1, length: 0 },
])("'$written' for '$said' is $errors of $length wrong", ({ said, written, errors, length }) => {
  expect(characterErrors(said, written)).toEqual({ errors, length });
});

test("no text is further from another than both are long, and errors are the same both ways", () => {
  const text = fc.string({ unit: fc.constantFrom("가", "나", "다", " ", ".") });
  fc.assert(
    fc.property(text, text, (a, b) => {
      const there = characterErrors(a, b);
      expect(there.errors).toBe(characterErrors(b, a).errors);
      expect(there.errors).toBeLessThanOrEqual(Math.max(there.length, characterErrors(b, a).length));
    }),
  );
});
