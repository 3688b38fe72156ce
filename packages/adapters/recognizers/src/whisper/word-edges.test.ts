import { expect, test } from "vitest";
import { withinSound } from "./word-edges.ts";

const RATE = 16_000;
/** A hum where `isLoud`, a whisper of noise elsewhere. */
function sound(ms: number, isLoud: (ms: number) => boolean): Float32Array {
  return Float32Array.from({ length: (ms * RATE) / 1000 }, (_, i) => {
    const amplitude = isLoud((i * 1000) / RATE) ? 0.3 : 0.0005;
    return amplitude * Math.sin((2 * Math.PI * 200 * i) / RATE);
  });
}

test("the silence at both ends of a word goes, that inside it stays", () => {
  const pcm = sound(2000, (ms) => (ms >= 500 && ms < 700) || (ms >= 900 && ms < 1200));
  const [word] = withinSound([{ startMs: 100, endMs: 1800, text: "말" }], pcm);
  expect(word).toEqual({ startMs: 500, endMs: 1200, text: "말" });
});

test("a word that was said without a pause keeps its edges", () => {
  const pcm = sound(2000, () => true);
  expect(withinSound([{ startMs: 300, endMs: 800 }], pcm)).toEqual([{ startMs: 300, endMs: 800 }]);
});

test("two words that meet near a pause end and begin at its edges, whichever side attention took for theirs", () => {
  const pcm = sound(2000, (ms) => ms < 800 || ms >= 1000);
  for (const meetMs of [560, 780, 900, 1100, 1240]) {
    const words = withinSound(
      [
        { startMs: 0, endMs: meetMs },
        { startMs: meetMs, endMs: 2000 },
      ],
      pcm,
    );
    expect(words).toEqual([
      { startMs: 0, endMs: 800 },
      { startMs: 1000, endMs: 2000 },
    ]);
  }
  const far = withinSound(
    [
      { startMs: 0, endMs: 300 },
      { startMs: 300, endMs: 700 },
    ],
    pcm,
  );
  expect(far).toEqual([
    { startMs: 0, endMs: 300 },
    { startMs: 300, endMs: 700 },
  ]);
});

test.for([
  { name: "in silence", pcm: sound(1000, () => false), startMs: 0, endMs: 900 },
  { name: "behind the sound", pcm: sound(400, () => true), startMs: 900, endMs: 1300 },
  { name: "of no length", pcm: sound(400, () => true), startMs: 200, endMs: 200 },
  { name: "without a sound", pcm: new Float32Array(0), startMs: 0, endMs: 100 },
])("a word $name stays within its edges", ({ pcm, startMs, endMs }) => {
  const [word] = withinSound([{ startMs, endMs }], pcm);
  expect(word?.startMs).toBeGreaterThanOrEqual(startMs);
  expect(word?.endMs).toBeLessThanOrEqual(endMs);
  expect(word?.endMs).toBeGreaterThanOrEqual(Math.min(word?.startMs ?? 0, endMs));
});
