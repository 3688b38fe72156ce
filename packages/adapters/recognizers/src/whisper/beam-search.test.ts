import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { heardFor, type Script, scriptedReader } from "../../testing/scripted-reader.ts";
import { defaultModelsDir } from "../models.ts";
import { readText } from "./beam-search.ts";
import { Vocabulary } from "./vocabulary.ts";

const vocabulary = new Vocabulary(readFileSync(join(defaultModelsDir(), "whisper-base-ko", "vocab.b64"), "latin1"));
const greedy = { width: 1 };
const shape = { choices: vocabulary.size + 1, opening: vocabulary.opening.length };

/** Says these tokens, each with this probability, and then ends. */
function saying(tokens: readonly number[], probability = 0.9): Script {
  return (before) => ({ [tokens[before.length] ?? vocabulary.end]: probability });
}

test("the likeliest token follows the likeliest, until the model ends", async () => {
  const text = vocabulary.encode(" 여보세요 안녕하세요");
  const reading = await readText(scriptedReader(saying(text), shape), vocabulary, heardFor(200), greedy);
  expect(vocabulary.text(reading.tokens)).toBe(" 여보세요 안녕하세요");
  // One for each token and one for the end, with everything that else was possible.
  expect(reading.logProbabilities).toHaveLength(text.length + 1);
  expect(reading.attention).toHaveLength(text.length + 1);
  expect(reading.cache.length).toBe(shape.opening + text.length);
  expect(Math.exp(reading.logProbabilities[0]?.[text[0] ?? -1] ?? -99)).toBeCloseTo(0.9, 5);
});

test("that nobody spoke is read at the opening's first token", async () => {
  const reader = scriptedReader(saying([]), { ...shape, noSpeech: 0.8 });
  const { tokens, noSpeech } = await readText(reader, vocabulary, heardFor(100), greedy);
  expect(tokens).toEqual([]);
  expect(noSpeech).toBeCloseTo(0.8);
});

test("a text that never ends is cut at what anyone can say in the time", async () => {
  const rows = vocabulary.encode(" 가나다라마바사아자차카타파하");
  const endless: Script = (before) => ({ [rows[(before.length * before.length) % rows.length] ?? 0]: 0.9 });
  const { tokens } = await readText(scriptedReader(endless, shape), vocabulary, heardFor(50), greedy);
  expect(tokens.length).toBeLessThanOrEqual(19);
});

test("what begins again from the start of the sound is not written twice", async () => {
  const once = vocabulary.encode(" 우리가 하고 있는 책으로");
  const look = (place: number) => ((place % once.length) / once.length) * 120;
  const twice = scriptedReader(saying([...once, ...once, ...once]), { ...shape, look });
  const { tokens } = await readText(twice, vocabulary, heardFor(120), greedy);
  expect(tokens.length).toBeLessThan(1.7 * once.length);
});

test("what is repeated while attention goes on stays", async () => {
  const text = vocabulary.encode(" 끊어 끊어 끊어");
  const { tokens } = await readText(scriptedReader(saying(text), shape), vocabulary, heardFor(200), greedy);
  expect(tokens).toEqual(text);
});

test("a prompt stands before the opening and is no part of the text", async () => {
  const prompt = vocabulary.encode(" 안녕하세요");
  const text = vocabulary.encode(" 네");
  const opening = shape.opening + prompt.length + 1;
  const reader = scriptedReader(saying(text), { ...shape, opening });
  const reading = await readText(reader, vocabulary, heardFor(100), { ...greedy, prompt });
  expect(reading.tokens).toEqual(text);
  expect(reading.openingTokens).toBe(opening);
});

test("a beam finds the text whose beginning was not the likeliest", async () => {
  const [near, far] = [vocabulary.encode(" 신발"), vocabulary.encode(" 책임자")];
  const script: Script = (before) => {
    if (before.length === 0) return { [near[0] ?? -1]: 0.5, [far[0] ?? -1]: 0.4 };
    const [text, probability] = before[0] === near[0] ? [near, 0.2] : [far, 0.95];
    return { [text[before.length] ?? vocabulary.end]: probability };
  };
  const read = async (width: number) => {
    const { tokens, cache } = await readText(scriptedReader(script, shape), vocabulary, heardFor(200), { width });
    const seen = Array.from({ length: cache.length }, (_, i) => cache.keys[i * 512]).slice(shape.opening);
    expect(seen).toEqual(tokens);
    return vocabulary.text(tokens);
  };
  expect(await read(1)).toBe(" 신발");
  expect(await read(3)).toBe(" 책임자");
});

test("a text that is far behind is not read on", async () => {
  const text = vocabulary.encode(" 여보세요 안녕하세요");
  const script: Script = (before) => ({ [text[before.length] ?? vocabulary.end]: 0.99, 0: 0.001 });
  const rows: number[] = [];
  const reader = scriptedReader(script, shape);
  const counting = {
    step: (...given: Parameters<typeof reader.step>) => {
      rows.push(given[1].length);
      return reader.step(...given);
    },
  };
  await readText(counting, vocabulary, heardFor(200), { width: 4 });
  expect(Math.max(...rows)).toBe(1);
});
