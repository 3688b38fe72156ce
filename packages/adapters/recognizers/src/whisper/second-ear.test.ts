import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { heardFor, type Script, scriptedReader } from "../../testing/scripted-reader.ts";
import { defaultModelsDir } from "../models.ts";
import { readText } from "./beam-search.ts";
import { hintsOf } from "./hints.ts";
import { RUDE_STEMS } from "./rude-stems.ts";
import { SecondEar } from "./second-ear.ts";
import { Vocabulary } from "./vocabulary.ts";

const vocabulary = new Vocabulary(readFileSync(join(defaultModelsDir(), "whisper-base-ko", "vocab.b64"), "latin1"));
const greedy = { width: 1 };
const shape = { choices: vocabulary.size + 1, opening: vocabulary.opening.length };
const heard = heardFor(200);
const secondEar = new SecondEar(vocabulary, RUDE_STEMS);

/** Writes `text`; where it stands at ` 신발`, `instead` was the next likeliest, with `probability` in all. */
async function hearing(text: string, instead: string, probability: number) {
  const tokens = vocabulary.encode(text);
  const at = vocabulary.encode(text.slice(0, text.indexOf(" 신발"))).length;
  const other = vocabulary.encode(instead);
  const script: Script = (before) => {
    const next = tokens[before.length] ?? vocabulary.end;
    const isText = before.every((token, i) => token === tokens[i]);
    if (isText && before.length === at) return { [next]: 0.5, [other[0] ?? -1]: probability };
    const inside = before.length - at;
    const isOther = inside > 0 && other.slice(0, inside).every((token, i) => before[at + i] === token);
    if (isOther) return { [other[inside] ?? vocabulary.end]: 1 };
    return { [next]: 0.9 };
  };
  const reader = scriptedReader(script, shape);
  const reading = await readText(reader, vocabulary, heard, greedy);
  const starts = reading.attention.map((_, i) => i * 5);
  return { reading, hints: hintsOf(await secondEar.listen(reader, heard, reading), starts), at, reader };
}

test("a rude word that was nearly written is a hint, with its own confidence and time", async () => {
  const { reading, hints, at } = await hearing(" 야 신발 뭐야", " 씨발", 0.4);
  expect(vocabulary.text(reading.tokens)).toBe(" 야 신발 뭐야");
  expect(hints).toEqual([
    { stem: "씨발", label: "profanity", confidence: expect.closeTo(0.4, 2), startMs: at * 100, endMs: at * 100 + 400 },
  ]);
});

test("a form is followed to its end, and stands for its stem", async () => {
  const { hints } = await hearing(" 저기 신발 봐요", " 병신아", 0.3);
  expect(hints.map(({ stem }) => stem)).toEqual(["병신"]);
});

test("what was unlikely is no hint", async () => {
  expect((await hearing(" 야 신발 뭐야", " 씨발", 0.05)).hints).toEqual([]);
});

test("a short stem, which ordinary words resemble, must be likelier", async () => {
  expect((await hearing(" 야 신발 뭐야", " 이년아", 0.3)).hints).toEqual([]);
  expect((await hearing(" 야 신발 뭐야", " 이년아", 0.42)).hints).toHaveLength(1);
});

test("what the text says itself is no hint", async () => {
  const text = vocabulary.encode(" 야 이 병신아");
  const script: Script = (before) => ({ [text[before.length] ?? vocabulary.end]: 0.9 });
  const reader = scriptedReader(script, shape);
  const reading = await readText(reader, vocabulary, heard, greedy);
  const candidates = await secondEar.listen(reader, heard, reading);
  expect(candidates.some(({ isWritten }) => isWritten)).toBe(true);
  expect(hintsOf(candidates, [])).toEqual([]);
});

test("ordinary speech costs no step of its own", async () => {
  const text = vocabulary.encode(" 서류는 언제 나오나요");
  const reader = scriptedReader((before) => ({ [text[before.length] ?? vocabulary.end]: 0.99 }), shape);
  const reading = await readText(reader, vocabulary, heard, greedy);
  const steps = reader.steps;
  expect(await secondEar.listen(reader, heard, reading)).toEqual([]);
  expect(reader.steps).toBe(steps);
});

test("every stem can be spelt, no form stands twice, and no form is a word that is mostly innocent", () => {
  const forms = RUDE_STEMS.flatMap((stem) => stem.forms.map((form) => form.replaceAll(" ", "")));
  for (const form of forms) expect(vocabulary.text(vocabulary.encode(form))).toBe(form);
  for (const innocent of ["보지", "자지", "씨", "죽겠", "새끼손가락", "개", "년", "놈"])
    expect(forms).not.toContain(innocent);
  for (const { stem, forms: own } of RUDE_STEMS) expect(new Set(own).size, stem).toBe(own.length);
});
