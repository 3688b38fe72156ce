import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  clashingNumbers,
  departmentFor,
  formatPhoneNumber,
  nationalDigits,
  type PhoneNumber,
  parsePhoneNumber,
} from "./index.ts";

test.for([
  ["02-120", "+822120", "02-120"],
  ["02 120", "+822120", "02-120"],
  ["+82-2-120", "+822120", "02-120"],
  ["+82 (0)2 120", "+822120", "02-120"],
  ["(02) 2133-1234", "+82221331234", "02-2133-1234"],
  ["02.731.2120", "+8227312120", "02-731-2120"],
  ["tel:+82-2-2133-1234;phone-context=example.kr", "+82221331234", "02-2133-1234"],
  ["０２－２１３３－１２３４", "+82221331234", "02-2133-1234"],
  ["010-1234-5678", "+821012345678", "010-1234-5678"],
  ["+821012345678", "+821012345678", "010-1234-5678"],
  ["0082 10 1234 5678", "+821012345678", "010-1234-5678"],
  ["821012345678", null, null],
  ["011-234-5678", "+82112345678", "011-234-5678"],
  ["031-120", "+8231120", "031-120"],
  ["044-200-1234", "+82442001234", "044-200-1234"],
  ["070-0000-0120", "+827000000120", "070-0000-0120"],
  ["0505-123-4567", "+825051234567", "0505-123-4567"],
  ["050712345678", "+8250712345678", "0507-1234-5678"],
  ["080-123-4567", "+82801234567", "080-123-4567"],
  ["1588-1234", "+8215881234", "1588-1234"],
  ["+82 1588 1234", "+8215881234", "1588-1234"],
  ["112", "112", "112"],
  ["1393", "1393", "1393"],
  ["+1 415 555 0100", "+14155550100", "+14155550100"],
  ["001 81 3 1234 5678", "+81312345678", "+81312345678"],
  ["00700 1 415 555 0100", "+14155550100", "+14155550100"],
  ["", null, null],
  ["12", null, null],
  ["anonymous", null, null],
  ["02-120x", null, null],
  ["+", null, null],
  ["++8221", null, null],
  ["010-123-4567", null, null],
  ["010-1234-56789", null, null],
  ["02-21", null, null],
  ["02-12345-67890", null, null],
  ["+1234567890123456", null, null],
  ["5551234", null, null],
  ["0", null, null],
] as const)("%s -> %s, shown as %s", ([text, expected, shown]) => {
  const parsed = parsePhoneNumber(text);
  expect(parsed.kind === "ok" ? parsed.number : null).toBe(expected);
  expect(parsed.kind === "ok" ? formatPhoneNumber(parsed.number) : null).toBe(shown);
});

describe("over all texts", () => {
  const texts = fc.oneof(
    fc.string(),
    fc.string({ unit: fc.constantFrom(..."0123456789"), minLength: 3, maxLength: 13 }),
    fc.string({ unit: fc.constantFrom(..."0123456789+-() "), maxLength: 20 }),
    fc.stringMatching(/^(02|0[3-6][1-5]|010|070)[0-9]{7,8}$/),
  );

  test("reading never throws, and what was read reads again as itself, shown or dialled", () => {
    let read = 0;
    fc.assert(
      fc.property(texts, (text) => {
        const parsed = parsePhoneNumber(text);
        if (parsed.kind === "invalid") return;
        read += 1;
        for (const form of [parsed.number, nationalDigits(parsed.number), formatPhoneNumber(parsed.number)]) {
          expect(parsePhoneNumber(form)).toEqual(parsed);
        }
      }),
      { numRuns: 5000 },
    );
    expect(read).toBeGreaterThan(500);
  });

  test("two numbers with different digits are never the same number", () => {
    const domestic = fc.stringMatching(/^0(2|10|31|70)[0-9]{7,8}$/);
    fc.assert(
      fc.property(domestic, domestic, (a, b) => {
        const [one, other] = [parsePhoneNumber(a), parsePhoneNumber(b)];
        if (one.kind === "ok" && other.kind === "ok") expect(one.number === other.number).toBe(a === b);
      }),
      { numRuns: 2000 },
    );
  });
});

describe("departments", () => {
  const number = (text: string): PhoneNumber => {
    const parsed = parsePhoneNumber(text);
    if (parsed.kind === "invalid") throw new Error(`${text} is no number`);
    return parsed.number;
  };
  const traffic = { name: "교통과", numbers: [number("02-2133-1000"), number("02-120")] };
  const housing = { name: "주택과", numbers: [number("02-2133-2000")] };

  test.for([
    { dialled: "+8221331000", expected: null },
    { dialled: "02-2133-1000", expected: "교통과" },
    { dialled: "+82-2-2133-2000", expected: "주택과" },
    { dialled: "02 120", expected: "교통과" },
    { dialled: "02-1200-0000", expected: null },
    { dialled: "120", expected: null },
  ])("$dialled rings at $expected", ({ dialled, expected }) => {
    expect(departmentFor([traffic, housing], number(dialled))?.name ?? null).toBe(expected);
  });

  test("a number that two claim is told, one that is listed twice by the same is not", () => {
    const greedy = { numbers: [number("02-120"), number("02-120"), number("02-2133-3000")] };
    expect(clashingNumbers([traffic, housing, greedy])).toEqual([number("02-120")]);
    expect(clashingNumbers([greedy, housing])).toEqual([]);
  });
});
