import { expect, test } from "vitest";
import { decodeWhisper, parseVocabulary } from "./whisper-codes.ts";

/** Rows: " 안", the first two bytes of 녕, its last byte, "하", " 세". */
const pieces = [
  Buffer.from(" 안"),
  Buffer.from("녕").subarray(0, 2),
  Buffer.from("녕").subarray(2),
  Buffer.from("하"),
  Buffer.from(" 세"),
];
const vocabulary = parseVocabulary(`${pieces.map((piece) => piece.toString("base64")).join("\n")}\n`);

const write = (text: string) =>
  decodeWhisper({ text, lang: "" }, vocabulary)
    .words.map((word) => word.text)
    .join(" ");

test("a syllable spelt in several tokens comes back whole", () => {
  expect(write("0.7 1.7 2.7 3.7 4.7 ")).toBe("안녕하 세");
});

test("a word is as sure as its least sure token, the text as their geometric mean", () => {
  const decoded = decodeWhisper({ text: "0.7 3.2 4.5", lang: "" }, vocabulary);
  expect(decoded.words).toEqual([
    { text: "안하", confidence: 0.425 },
    { text: "세", confidence: 0.85 },
  ]);
  expect(decoded.confidence).toBeCloseTo((0.99 * 0.425 * 0.85) ** (1 / 3), 10);
});

test.for([
  { lang: "ns00", noSpeech: 0 },
  { lang: "ns08", noSpeech: 0.5 },
  { lang: "ns15", noSpeech: 15 / 16 },
  { lang: "ko", noSpeech: null },
  { lang: "", noSpeech: null },
])("the language '$lang' says no-speech $noSpeech", ({ lang, noSpeech }) => {
  expect(decodeWhisper({ text: "", lang }, vocabulary).noSpeech).toBe(noSpeech);
});

test.for(["", " ", "99.1", "0.9", "0", "abc", "-1.2", "..", "0.7.7 x"])(
  "text that is no code ('%s') never throws",
  (text) => {
    expect(write(text).length).toBeLessThanOrEqual(1);
    const { confidence, noSpeech } = decodeWhisper({ text, lang: "ns99x" }, vocabulary);
    expect(noSpeech).toBeNull();
    expect(confidence).toBeLessThanOrEqual(1);
  },
);

test("a syllable cut off at the end is dropped", () => {
  expect(write("0.7 1.7")).toBe("안");
});
