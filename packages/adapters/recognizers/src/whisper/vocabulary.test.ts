import { readFileSync } from "node:fs";
import { join } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { defaultModelsDir } from "../models.ts";
import { Vocabulary } from "./vocabulary.ts";

const vocabulary = new Vocabulary(readFileSync(join(defaultModelsDir(), "whisper-base-ko", "vocab.b64"), "latin1"));
const syllable = fc.integer({ min: 0xac00, max: 0xd7a3 }).map((code) => String.fromCodePoint(code));

test("any Korean text is written as tokens and read back", () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof(syllable, fc.constantFrom(" ", ".", "?", "3", "A")), { maxLength: 30 }),
      (letters) => {
        const text = letters.join("");
        expect(vocabulary.text(vocabulary.encode(text))).toBe(text);
      },
    ),
  );
});

test("frequent words take fewer tokens than they have bytes", () => {
  expect(vocabulary.encode(" 있습니다").length).toBeLessThan(6);
});

test("a token of half a syllable is no whole text, and is not shown", () => {
  const tokens = vocabulary.encode("뷁");
  expect(tokens.length).toBeGreaterThan(1);
  expect(vocabulary.endsWhole(tokens)).toBe(true);
  expect(vocabulary.endsWhole(tokens.slice(0, -1))).toBe(false);
  expect(vocabulary.text(tokens.slice(0, -1))).toBe("");
});

test("words begin at a space; punctuation is told apart", () => {
  const [first] = vocabulary.encode(" 네");
  expect(vocabulary.beginsWord(first ?? -1)).toBe(true);
  expect(vocabulary.beginsWord(vocabulary.encode("네")[0] ?? -1)).toBe(false);
  expect(vocabulary.isPunctuation(vocabulary.encode("?")[0] ?? -1)).toBe(true);
  expect(vocabulary.isPunctuation(first ?? -1)).toBe(false);
  expect(vocabulary.bytes(vocabulary.end)).toHaveLength(0);
});
