import { ListeningError } from "@jikimi/listening";
import fc from "fast-check";
import { expect, test } from "vitest";
import { transcriptionOf } from "./answer.ts";

const heard = (answer: unknown, soundMs = 4000) => transcriptionOf(JSON.stringify(answer), { soundMs });

const spans = (answer: unknown, soundMs = 4000) =>
  heard(answer, soundMs).words.map(({ text, startMs, endMs }) => [text, startMs, endMs]);

test("OpenAI's answer: words from the text, times from the words, confidence and no-speech by duration", () => {
  const { words, ...rest } = heard({
    task: "transcribe",
    language: "korean",
    duration: 4,
    text: " 책임자 바꿔  주세요. ",
    words: [
      { word: "책임자", start: 0.5, end: 1 },
      { word: "바꿔", start: 1, end: 1.75 },
      { word: "주세요", start: 1.75, end: 2.5 },
    ],
    segments: [
      { id: 0, start: 0, end: 3, text: " 책임자 바꿔", avg_logprob: -0.2, no_speech_prob: 0.1 },
      { id: 1, start: 3, end: 4, text: " 주세요.", avg_logprob: -1, no_speech_prob: 0.5 },
    ],
  });
  expect(rest).toEqual({
    text: "책임자 바꿔 주세요.",
    hints: [],
    confidence: expect.closeTo(Math.exp(-0.4)),
    noSpeech: expect.closeTo(0.2),
    accepted: true,
  });
  const confidence = rest.confidence;
  expect(words).toEqual([
    { text: "책임자", startMs: 500, endMs: 1000, confidence },
    { text: "바꿔", startMs: 1000, endMs: 1750, confidence },
    { text: "주세요.", startMs: 1750, endMs: 2500, confidence },
  ]);
});

test("words within the segments, each with its probability, as faster-whisper and whisper.cpp have them", () => {
  const { words } = heard({
    text: "네 네",
    segments: [
      { start: 0, end: 1, words: [{ word: "네", start: 0.25, end: 0.5, probability: 0.75 }] },
      { start: 1, end: 2, words: [{ word: "네", start: 1.25, end: 1.5, probability: 1.5 }] },
    ],
  });
  expect(words).toEqual([
    { text: "네", startMs: 250, endMs: 500, confidence: 0.75 },
    { text: "네", startMs: 1250, endMs: 1500, confidence: 1 },
  ]);
});

test.for([
  { what: "no words and no segments", answer: {}, expected: [0, 1000, 4000] },
  { what: "null in their place", answer: { words: null, segments: null }, expected: [0, 1000, 4000] },
  { what: "segments without words", answer: { segments: [{ start: 1, end: 3 }] }, expected: [1000, 1500, 3000] },
  {
    what: "another number of words than the text has",
    answer: { words: [{ word: "네네네네", start: 1, end: 2 }] },
    expected: [0, 1000, 4000],
  },
  { what: "a segment of no length", answer: { segments: [{ start: 2, end: 2 }] }, expected: [0, 1000, 4000] },
])("with $what, words are laid out by their length", ({ answer, expected: [from, middle, to] }) => {
  expect(spans({ text: "네 네네네", ...answer })).toEqual([
    ["네", from, middle],
    ["네네네", middle, to],
  ]);
});

test("times out of the sound or out of order are brought into it", () => {
  const words = [
    { start: -1, end: 0.5 },
    { start: 9, end: 8 },
    { start: 0.25, end: 99 },
  ];
  expect(spans({ text: "하나 둘 셋", words }, 1000)).toEqual([
    ["하나", 0, 500],
    ["둘", 1000, 1000],
    ["셋", 1000, 1000],
  ]);
});

test.for([
  { what: "nothing about it", segment: {}, expected: { confidence: 0.5, noSpeech: null, accepted: true } },
  { what: "0, not knowing", segment: { avg_logprob: 0 }, expected: { confidence: 0.5, accepted: true } },
  {
    what: "that nobody spoke",
    segment: { avg_logprob: -0.9, no_speech_prob: 0.8 },
    expected: { noSpeech: 0.8, accepted: false },
  },
  {
    what: "only that nobody spoke",
    segment: { no_speech_prob: 0.75 },
    expected: { confidence: 0.25, noSpeech: 0.75, accepted: false },
  },
  { what: "that it guessed", segment: { avg_logprob: -1.3 }, expected: { noSpeech: null, accepted: false } },
  {
    what: "more than a share can be",
    segment: { avg_logprob: 2, no_speech_prob: 7 },
    expected: { confidence: 1, noSpeech: 1, accepted: true },
  },
])("of its confidence a server says $what", ({ segment, expected }) => {
  expect(heard({ text: "네", segments: [{ start: 0, end: 1, ...segment }] })).toMatchObject(expected);
});

test("numbers beyond all sense still make shares", () => {
  const segments = [
    { start: -1e308, end: 1e308, avg_logprob: 1e308, no_speech_prob: 1e308 },
    { start: 0, end: 1, avg_logprob: -1e308, no_speech_prob: -1e308 },
  ];
  const { confidence, noSpeech, words } = heard({ text: "네 네", segments });
  for (const share of [confidence, noSpeech, ...words.map((word) => word.confidence)]) {
    expect(share).toBeGreaterThanOrEqual(0);
    expect(share).toBeLessThanOrEqual(1);
  }
});

test("an empty text is not stood by, however sure the server is", () => {
  const segments = [{ start: 0, end: 1, avg_logprob: -0.01 }];
  expect(heard({ text: " \n ", segments })).toMatchObject({ text: "", words: [], accepted: false });
});

test("what no database would take is no part of the text", () => {
  expect(transcriptionOf('{"text":"네\\u0000그래\\ud800요"}', { soundMs: 1000 }).text).toBe("네 그래 요");
});

test.for([
  "",
  "<html><body>개인정보</body></html>",
  '{"text":"개인정보',
  '{"text":5}',
  "null",
  "[]",
  '{"text":"개인정보","words":[{"word":"개인정보"}]}',
  '{"text":"개인정보","segments":"개인정보"}',
  '{"text":"개인정보","words":[{"start":1e999,"end":1}]}',
])("%s is no transcription, and is not repeated", (body) => {
  const reading = () => transcriptionOf(body, { soundMs: 1000 });
  expect(reading).toThrow(ListeningError);
  expect(reading).toThrow(/^recognizer-failed: [a-z ']+(?:JSON|\([a-z, ]+\))$/);
});

test("whatever comes, it is a transcription in its bounds or a ListeningError", () => {
  const seconds = fc.oneof(
    { weight: 20, arbitrary: fc.double({ noNaN: true, noDefaultInfinity: true }) },
    { weight: 1, arbitrary: fc.string() },
  );
  const word = fc.record({ start: seconds, end: seconds, probability: seconds }, { requiredKeys: [] });
  const segment = fc.record(
    { start: seconds, end: seconds, avg_logprob: seconds, no_speech_prob: seconds, words: fc.array(word) },
    { requiredKeys: ["start", "end"] },
  );
  const answer = fc.record(
    { text: fc.string({ unit: "binary" }), words: fc.array(word), segments: fc.array(segment) },
    { requiredKeys: ["text"] },
  );
  fc.assert(
    fc.property(
      fc.oneof(
        answer.map((value) => JSON.stringify(value)),
        fc.json(),
        fc.string(),
      ),
      (body) => {
        try {
          const { text, words, confidence, noSpeech } = transcriptionOf(body, { soundMs: 1000 });
          expect(words.map((each) => each.text).join(" ")).toBe(text);
          for (const value of [confidence, noSpeech ?? 0, ...words.map((each) => each.confidence)]) {
            expect(value).toBeGreaterThanOrEqual(0);
            expect(value).toBeLessThanOrEqual(1);
          }
          for (const [i, { startMs, endMs }] of words.entries()) {
            expect(startMs).toBeGreaterThanOrEqual(words[i - 1]?.startMs ?? 0);
            expect(endMs).toBeGreaterThanOrEqual(startMs);
            expect(endMs).toBeLessThanOrEqual(1000);
          }
        } catch (failure) {
          if (!(failure instanceof ListeningError)) throw failure;
        }
      },
    ),
  );
});
