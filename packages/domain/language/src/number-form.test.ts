import fc from "fast-check";
import { expect, test } from "vitest";
import { spokenNumbers } from "./number-form.ts";

test.for([
  ["30분", "삼십분"],
  ["8살 때", "여덟 살 때"],
  ["20살", "스무 살"],
  ["21명이", "스물한 명이"],
  ["2배 정도", "두 배 정도"],
  ["3시에", "세 시에"],
  ["15시에", "십오시에"],
  ["3시간", "세 시간"],
  ["6개월", "육개월"],
  ["6개", "여섯 개"],
  ["1901년부터", "천구백일년부터"],
  ["10,000원", "만원"],
  ["12,345,678원", "천이백삼십사만오천육백칠십팔원"],
  ["100000000", "일억"],
  ["3.5점", "삼점오점"],
  ["1.05", "일점영오"],
  ["0", "공"],
  ["010-1234-5678", "공일공 일이삼사 오육칠팔"],
  ["02-120번", "공이 일이공번"],
  ["G20 정상회담", "G이십 정상회담"],
  ["제3자", "제삼자"],
  ["숫자가 없다", "숫자가 없다"],
  ["", ""],
])("%s is read %s", ([written, spoken]) => {
  expect(spokenNumbers(written ?? "")).toBe(spoken);
});

test("no digit is left, and what was spoken already stays", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: fc.constantFrom("0", "1", "7", "9", ",", ".", "-", " ", "분", "시", "개", "가") }),
      (text) => {
        const spoken = spokenNumbers(text);
        expect(spoken).not.toMatch(/\d/);
        expect(spokenNumbers(spoken)).toBe(spoken);
      },
    ),
  );
});
