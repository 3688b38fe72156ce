import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { z } from "zod";
import { MEL_BANDS, MelSpectrogram } from "./mel.ts";

const RATE = 16_000;
const Golden = z.object({ frames: z.number(), data: z.array(z.number()) });

/** 120 ms: a tone that rises, and from 60 ms on another that does not. */
function sweep(): Float32Array {
  return Float32Array.from({ length: 0.12 * RATE }, (_, i) => {
    const t = i / RATE;
    const second = t > 0.06 ? 0.05 * Math.sin(2 * Math.PI * 3000 * t) : 0;
    return 0.3 * Math.sin(2 * Math.PI * (200 + 9000 * t) * t) + second;
  });
}

test("a spectrogram is what NumPy and openai-whisper's own filters make of the same sound", () => {
  const path = new URL("../../testdata/mel-of-a-sweep.json", import.meta.url);
  const golden = Golden.parse(JSON.parse(readFileSync(path, "utf8")));
  const { frames, data } = new MelSpectrogram().of(sweep());
  expect(frames).toBe(golden.frames);
  expect(data).toHaveLength(golden.data.length);
  for (const [i, expected] of golden.data.entries()) expect(Math.abs((data[i] ?? 9) - expected)).toBeLessThan(2e-5);
});

test("one spectrogram leaves nothing behind for the next", () => {
  const mel = new MelSpectrogram();
  const first = mel.of(sweep()).data;
  mel.of(new Float32Array(8000).fill(0.9));
  expect(mel.of(sweep()).data).toEqual(first);
});

test("an odd number of frames, and silence, give finite numbers", () => {
  const { frames, data } = new MelSpectrogram().of(new Float32Array(160 * 7));
  expect(frames).toBe(7);
  expect(data).toHaveLength(7 * MEL_BANDS);
  expect(data.every((value) => Number.isFinite(value))).toBe(true);
});
