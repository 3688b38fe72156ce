import { ManualClock } from "@jikimi/kernel";
import { expect, test } from "vitest";
import { calibrate } from "./calibrate.ts";
import { ListeningError } from "./errors.ts";
import type { Recognizer, TranscribeOptions, Transcription } from "./ports.ts";

const nothing: Transcription = {
  text: "",
  words: [],
  hints: [],
  confidence: 0,
  accepted: false,
  noSpeech: null,
  cpuMs: 1,
};
const twoSeconds = new Float32Array(32_000);
const { signal } = new AbortController();

/** Takes the times given, one after the other, then the last again and again. */
function taking(clock: ManualClock, { full, lean }: { full: readonly number[]; lean: readonly number[] }) {
  const asked = { caller: 0, agent: 0 };
  const recognizer: Recognizer & { waiting: number } = {
    name: "demo",
    sampleRateHz: 16_000,
    waiting: 0,
    async transcribe(_pcm: Float32Array, { speaker = "caller" }: TranscribeOptions = {}) {
      const times = speaker === "caller" ? full : lean;
      const ms = times[Math.min(asked[speaker], times.length - 1)] ?? 0;
      asked[speaker] += 1;
      await clock.advance(ms);
      return nothing;
    },
  };
  return { recognizer, asked };
}

test("the quickest reading of each effort counts, per second of speech", async () => {
  const clock = new ManualClock();
  const { recognizer, asked } = taking(clock, { full: [900, 200, 160, 400], lean: [500, 100] });
  expect(await calibrate(recognizer, twoSeconds, { clock, signal })).toEqual({
    fullPerSecond: 0.08,
    leanPerSecond: 0.05,
  });
  expect(asked).toEqual({ caller: 5, agent: 5 });
});

test("a slow machine is not held up for longer than five seconds and a reading", async () => {
  const clock = new ManualClock();
  const fromMs = clock.monotonicMs();
  const { recognizer } = taking(clock, { full: [3000], lean: [1500] });
  expect(await calibrate(recognizer, twoSeconds, { clock, signal })).toEqual({
    fullPerSecond: 1.5,
    leanPerSecond: 0.75,
  });
  expect(clock.monotonicMs() - fromMs).toBe(7500);
});

test("it gives way to a call", async () => {
  const clock = new ManualClock();
  const { recognizer, asked } = taking(clock, { full: [100], lean: [50] });
  recognizer.waiting = 1;
  expect(await calibrate(recognizer, twoSeconds, { clock, signal })).toBeNull();
  expect(asked).toEqual({ caller: 0, agent: 0 });
});

test("a recogniser that fails leaves the cost unknown, one that is closed says so", async () => {
  const clock = new ManualClock();
  const { recognizer } = taking(clock, { full: [100], lean: [50] });
  const stopping = new AbortController();
  const failing = { ...recognizer, transcribe: () => Promise.reject(new ListeningError("recognizer-lost")) };
  expect(await calibrate(failing, twoSeconds, { clock, signal })).toBeNull();
  stopping.abort(new Error("stopped"));
  await expect(calibrate(failing, twoSeconds, { clock, signal: stopping.signal })).rejects.toThrow("stopped");
});
