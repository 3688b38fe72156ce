import { expect, test } from "vitest";
import { OwnVoice } from "./own-voice.ts";

const calm = (levelDbfs: number, pitchHz: number | null = 200, syllablesPerS = 5) => ({
  levelDbfs,
  pitchHz,
  syllablesPerS,
});

test("nobody is compared with themselves before three utterances", () => {
  const own = new OwnVoice();
  for (const level of [-30, -28]) own.learn(calm(level));
  expect(own.against(calm(-10))).toEqual({ aboveDb: null, aboveSemitones: null, timesRate: null });
});

test("louder, higher and faster than one's own median", () => {
  const own = new OwnVoice();
  for (const level of [-30, -28, -35]) own.learn(calm(level));
  expect(own.against(calm(-18, 400, 10))).toEqual({ aboveDb: 12, aboveSemitones: 12, timesRate: 2 });
  expect(own.against(calm(-40, null, 5))).toEqual({ aboveDb: -10, aboveSemitones: null, timesRate: 1 });
});

test("a habit may change: what is long ago is forgotten", () => {
  const own = new OwnVoice();
  for (let i = 0; i < 3; i++) own.learn(calm(-40));
  for (let i = 0; i < 40; i++) own.learn(calm(-20));
  expect(own.against(calm(-20)).aboveDb).toBe(0);
});
