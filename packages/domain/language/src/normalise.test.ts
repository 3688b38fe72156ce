import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { maxTextUnits, normalise } from "./normalise.ts";

describe("disguises are undone", () => {
  test.for([
    ["씨.발", "씨발"],
    ["시1발 환불해", "시발 환불해"],
    ["씨ㅂㅏㄹ", "씨발"],
    ["ㅅㅣㅂㅏㄹ", "시발"],
    ["시이이발", "시발"],
    ["씨이발", "씨발"],
    ["씨@@발", "씨발"],
    ["씨\u200b발", "씨발"],
    ["씨💢발", "씨발"],
    ["시~발", "시발"],
    ["tlqkf", "시발"],
    ["Tlqkf", "씨발"],
    ["rotoRldi", "개새끼야"],
    ["qudtls", "병신"],
    ["ㅆl발", "씨발"],
    ["씨바ㄹ", "씨발"],
    ["ｓｓｉｂａｌ", "씨발"],
    ["병1신아", "병신아"],
    ["미1친놈", "미친놈"],
    ["닥1쳐", "닥쳐"],
    ["18놈아", "씨팔놈아"],
    ["시8", "시팔"],
    ["c8", "씨발"],
    ["ㅄ아", "ㅂㅅ아"],
    ["개새끼".normalize("NFD"), "개새끼"],
  ] as const)("%s → %s", ([disguised, plain]) => {
    expect(normalise(disguised).text).toBe(plain);
  });
});

describe("what is no disguise stays", () => {
  test.for([
    ["3시1발", "3시1발"],
    ["3시8분이요", "3시8분이요"],
    ["십팔만 원", "십팔만 원"],
    ["10년 썼어요", "10년 썼어요"],
    ["18번 창구", "18번 창구"],
    ["아이 우유", "아이 우유"],
    ["ㅋㅋㅋㅋㅋ", "ㅋㅋ"],
    ["hello world", "hello world"],
    ["Wi-Fi 7", "wi fi 7"],
    ["010-1000-0000", "010 1000 0000"],
    ["고마워요!그래요.", "고마워요 그래요"],
    ["  한  칸\t만\n", "한 칸 만"],
    ["", ""],
    ["…?!", ""],
  ] as const)("%s → %s", ([text, plain]) => {
    expect(normalise(text).text).toBe(plain);
  });
});

/** Strings made to be nasty: disguise material, any UTF-16 including lone surrogates, and whole Unicode. */
const anyText = fc.oneof(
  fc
    .array(fc.constantFrom(..."씨발시병신지랄개새끼이아야바1 8.cㅂㅏㄹㅅㅆㅣl~tlqkfTㅋ\u200bİ가각"), { maxLength: 25 })
    .map((a) => a.join("")),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 30 }).map((codes) => String.fromCharCode(...codes)),
  fc.string({ unit: "binary", maxLength: 40 }),
);

test("normalising twice changes nothing more", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const once = normalise(text).text;
      expect(normalise(once).text).toBe(once);
    }),
    { numRuns: 3000 },
  );
});

test("every unit points to a stretch of the original, in order", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const { text: plain, starts, ends } = normalise(text);
      expect([starts.length, ends.length]).toEqual([plain.length, plain.length]);
      let before = 0;
      for (let at = 0; at < plain.length; at++) {
        const [start, end] = [starts[at] ?? -1, ends[at] ?? -1];
        expect(start).toBeGreaterThanOrEqual(before);
        expect(end).toBeGreaterThan(start);
        expect(end).toBeLessThanOrEqual(text.length);
        before = start;
      }
    }),
    { numRuns: 3000 },
  );
});

test("the way back quotes the disguise", () => {
  const text = "야 씨.발 진짜";
  const { text: plain, starts, ends } = normalise(text);
  const at = plain.indexOf("씨발");
  expect(text.slice(starts[at], ends[at + 1])).toBe("씨.발");
});

test("a text far longer than a breath is cut", () => {
  expect(normalise("가나".repeat(maxTextUnits)).text).toHaveLength(maxTextUnits);
});
