import type { Speaker } from "@jikimi/kernel";
import { expect, test } from "vitest";
import type { SpeechSegment } from "../segmenter.ts";
import { CallFloor } from "./call-floor.ts";
import { VoiceEar } from "./voice-ear.ts";

/** A second of a buzz. */
function spoken({ levelDbfs = -30, hz = 150 }: { levelDbfs?: number; hz?: number } = {}): SpeechSegment {
  const amplitude = 10 ** (levelDbfs / 20);
  const pcm = Float32Array.from({ length: 8000 }, (_, i) => amplitude * (((i * hz) / 8000) % 1 < 0.2 ? 2 : -0.5));
  const times = { soundStartMs: 1000, startMs: 1000, endMs: 2000, voicedMs: 1000 };
  return { pcm, sampleRateHz: 8000, ...times, meanProbability: 0.95, levelDbfs, noiseDbfs: -61.234 };
}

const six = "여섯 음절 말";

function callOf(speaker: Speaker = "caller") {
  const ear = new VoiceEar({ speaker, floor: new CallFloor() });
  for (let i = 0; i < 3; i++) ear.voiceOf(spoken(), six);
  return ear;
}

test.for([
  { what: "louder and higher than before", said: { levelDbfs: -20, hz: 220 }, signals: ["shouting"] },
  { what: "louder only: the telephone may be nearer", said: { levelDbfs: -20 }, signals: [] },
  { what: "higher only: a question", said: { hz: 220 }, signals: [] },
  { what: "as before", said: {}, signals: [] },
])("$what", ({ said, signals }) => {
  expect(callOf().voiceOf(spoken(said), six).signals).toEqual(signals);
});

test("faster than before, and fast for anybody", () => {
  expect(callOf().voiceOf(spoken(), "아주아주 빠르게 말합니다").signals).toEqual(["fast"]);
});

test("what was measured is told in tenths", () => {
  expect(callOf().voiceOf(spoken({ levelDbfs: -24, hz: 200 }), six)).toEqual({
    noiseDbfs: -61.2,
    pitchHz: expect.closeTo(200, 0),
    syllablesPerS: 5,
    aboveOwnDb: 6,
    aboveOwnSemitones: expect.closeTo(5, 0),
    overlapMs: 0,
    signals: [],
  });
});

test("a draft is compared and not learned from", () => {
  const ear = callOf();
  for (let i = 0; i < 40; i++) ear.voiceOf(spoken({ levelDbfs: -20, hz: 220 }), six, { draft: true });
  expect(ear.voiceOf(spoken({ levelDbfs: -20, hz: 220 }), six).signals).toEqual(["shouting"]);
});

test("of an agent's voice nothing is measured", () => {
  expect(callOf("agent").voiceOf(spoken({ levelDbfs: -10, hz: 300 }), six)).toEqual({
    noiseDbfs: -61.2,
    pitchHz: null,
    syllablesPerS: null,
    aboveOwnDb: null,
    aboveOwnSemitones: null,
    overlapMs: 0,
    signals: [],
  });
});
