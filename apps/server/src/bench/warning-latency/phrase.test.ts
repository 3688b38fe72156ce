import { tone } from "@jikimi/audio";
import { expect, test } from "vitest";
import { phraseOf } from "./phrase.ts";

test("silence behind the last word is not counted", () => {
  const spoken = tone({ frequencyHz: 440, durationMs: 100 });
  const pcm = new Int16Array(spoken.length + 8000);
  pcm.set(spoken);
  const { frames, lastVoicedFrame } = phraseOf(pcm);
  expect(frames).toHaveLength(55);
  expect(frames.every((frame) => frame.length === 160)).toBe(true);
  expect(lastVoicedFrame).toBe(4);
});

test("a phrase without silence ends with its last frame", () => {
  expect(phraseOf(tone({ frequencyHz: 440, durationMs: 50 })).lastVoicedFrame).toBe(2);
});

test("silence is no phrase", () => {
  expect(() => phraseOf(new Int16Array(1600))).toThrow("silent");
  expect(() => phraseOf(new Int16Array(0))).toThrow("silent");
});
