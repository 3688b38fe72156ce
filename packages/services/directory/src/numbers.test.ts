import fc from "fast-check";
import { expect, test } from "vitest";
import { readNumber } from "./numbers.ts";

test.for([
  ["+82212345678", "+82212345678"],
  ["02-1234-5678", "+82212345678"],
  ["(02) 1234 5678", "+82212345678"],
  ["0212345678", "+82212345678"],
  ["82212345678", "+82212345678"],
  ["+82 (0)2 1234 5678", "+82212345678"],
  ["010-1234-5678", "+821012345678"],
  ["tel:+82-10-1234-5678;phone-context=x", "+821012345678"],
  ["1588-1234", "+8215881234"],
  ["+8215881234", "+8215881234"],
  ["120", "+82120"],
  ["1345", "+821345"],
  ["+14155550100", "+14155550100"],
  ["070-0000-0120", "+827000000120"],
  ["+8200212345678", "+82212345678"],
  ["+82012", null],
  ["0014155550100", null],
  ["", null],
  ["+", null],
  ["+0123", null],
  ["12", null],
  ["abc", null],
  ["010-1234-5678x", null],
  ["+1234567890123456", null],
  ["9999999", null],
] as const)("%s is read as %s", ([text, number]) => {
  expect(readNumber(text)).toBe(number);
});

test("whatever was read reads the same again, and network text never throws", () => {
  fc.assert(
    fc.property(
      fc.oneof(fc.string(), fc.stringMatching(/^[+0-9 ()-]{0,18}$/), fc.stringMatching(/^(\+?82)?0{0,3}[0-9]{0,12}$/)),
      (text) => {
        const number = readNumber(text);
        if (number === null) return;
        expect(number).toMatch(/^\+[1-9][0-9]{2,14}$/);
        expect(readNumber(number)).toBe(number);
      },
    ),
  );
});
