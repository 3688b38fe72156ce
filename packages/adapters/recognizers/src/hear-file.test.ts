import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { toInt16, writeWav } from "@jikimi/audio";
import { SeededRandom, SystemClock, silentLog } from "@jikimi/kernel";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readTestLine, TEST_LINE_PATH } from "../testing/test-sound.ts";
import { type Ears, hearFile, openEars, transcribeFile } from "./hear-file.ts";

let folder = "";
let demo: Ears;
let whisper: Ears;
const clock = new SystemClock();
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "jikimi-hear-"));
  demo = await openEars({ recognizer: "demo", clock, log: silentLog });
  whisper = await openEars({ recognizer: "whisper-base-ko", clock, log: silentLog });
});
afterAll(async () => {
  await demo[Symbol.asyncDispose]();
  await whisper[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

async function wav(name: string, ...channels: Int16Array[]): Promise<string> {
  const path = join(folder, `${name}.wav`);
  await writeFile(path, writeWav({ sampleRateHz: 8000, channels }));
  return path;
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

test("a synthetic caller's line is heard with its times and its confidence", async () => {
  const utterances = await collect(hearFile({ path: TEST_LINE_PATH, ears: demo }));
  expect(utterances.map((utterance) => utterance.text).join(" ")).toMatch(/^책임자 바꿔 주세요 주문한 상품이/);
  for (const { speaker, confidence, startMs, endMs, levelDbfs } of utterances) {
    expect(speaker).toBe("caller");
    expect(confidence).toBeGreaterThan(0.8);
    expect(endMs).toBeGreaterThan(startMs);
    expect(levelDbfs).toBeGreaterThan(-40);
    expect(levelDbfs).toBeLessThan(0);
  }
  // 0.6 s of silence before the words, 0.8 s behind.
  expect(utterances[0]?.startMs).toBeGreaterThan(550);
  expect(utterances[0]?.startMs).toBeLessThan(750);
  expect(utterances.at(-1)?.endMs).toBeLessThan(5900);
});

test("the left channel is the caller, the right the agent, each heard alone", async () => {
  const line = toInt16(readTestLine());
  const later = new Int16Array(line.length + 16_000);
  later.set(line, 16_000);
  const path = await wav(
    "stereo",
    Int16Array.from(later, (_, i) => line[i] ?? 0),
    later,
  );
  const utterances = await collect(hearFile({ path, ears: demo }));
  const said = (speaker: string) => utterances.filter((utterance) => utterance.speaker === speaker);
  expect(said("caller").map(({ text }) => text)).toEqual(said("agent").map(({ text }) => text));
  // The voice detector remembers what it heard, so an onset may be a few windows off.
  const [first] = said("caller");
  const [second] = said("agent");
  expect(Math.abs((second?.startMs ?? 0) - (first?.startMs ?? 0) - 2000)).toBeLessThan(250);
});

test("a file is transcribed as one line", async () => {
  const { file, text, words, confidence, audioMs, cpuMs } = await transcribeFile({ path: TEST_LINE_PATH, ears: demo });
  expect(file).toBe(TEST_LINE_PATH);
  expect(words.map((word) => word.text).join(" ")).toBe(text);
  expect(confidence).toBeGreaterThan(0.8);
  expect(audioMs).toBe(6571);
  expect(cpuMs).toBeGreaterThan(0);
});

/** Five seconds of each, at 8 kHz. */
function nonSpeech(): Record<string, Int16Array> {
  const random = new SeededRandom(11);
  const chance = () => random.integer(2001) / 1000 - 1;
  const seconds = (sample: (i: number) => number) =>
    Int16Array.from({ length: 40_000 }, (_, i) => Math.max(-32_768, Math.min(32_767, Math.round(sample(i) * 32_767))));
  const wave = (frequencyHz: number, i: number) => Math.sin((2 * Math.PI * frequencyHz * i) / 8000);
  return {
    silence: new Int16Array(40_000),
    "quiet noise": seconds(() => chance() * 0.03),
    "loud noise": seconds(() => chance() * 0.5),
    "ring-back": seconds((i) => (i % 24_000 < 8000 ? 0.1 * (wave(440, i) + wave(480, i)) : 0)),
    "keypad tones": seconds((i) => (i % 1600 < 800 ? 0.2 * (wave(770, i) + wave(1336, i)) : 0)),
    clicks: seconds(() => (random.integer(2000) === 0 ? chance() : 0)),
  };
}

test.for(Object.entries(nonSpeech()))("%s never becomes an utterance", async ([name, pcm]) => {
  const path = await wav(name, pcm);
  for (const ears of [whisper, demo]) expect(await collect(hearFile({ path, ears }))).toEqual([]);
});

test("the recogniser made for people does not stand by what it makes of noise when nothing guards it", async () => {
  const noise = Float32Array.from(nonSpeech()["loud noise"] ?? [], (sample) => sample / 32_768);
  const { text, accepted } = await whisper.recognizer.transcribe(noise.slice(0, 32_000));
  expect(text).not.toBe("");
  expect(accepted).toBe(false);
});

test("each recogniser refuses the other's world or is at least unsure of it", async () => {
  const [foreign] = await collect(hearFile({ path: TEST_LINE_PATH, ears: whisper }));
  const [own] = await collect(hearFile({ path: TEST_LINE_PATH, ears: demo }));
  expect(own?.confidence ?? 0).toBeGreaterThan(foreign?.confidence ?? 0);
});

test.for([
  { name: "nothing", bytes: new Uint8Array(0), code: "empty" },
  { name: "no WAV", bytes: new TextEncoder().encode("<html>not found</html>"), code: "not-sound" },
])("a file with $name in it is named", async ({ name, bytes, code }) => {
  const path = join(folder, `${name}.bin`);
  await writeFile(path, bytes);
  await expect(transcribeFile({ path, ears: demo })).rejects.toMatchObject({ code, path });
});

test("a file that is not there is named", async () => {
  await expect(collect(hearFile({ path: join(folder, "none.wav"), ears: demo }))).rejects.toThrow(/none\.wav/);
});

test.for(["line.flac", "line.mp3", "line.opus"])(
  "%s is heard as the WAV file is that it was made from",
  async (name) => {
    const path = fileURLToPath(new URL(`../../sound-files/testdata/${name}`, import.meta.url));
    const { text, problem } = await transcribeFile({ path, ears: demo });
    expect(text).toMatch(/^책임자 바꿔 주세요/);
    expect(problem).toBe(null);
  },
);

test("a recording that breaks off is heard as far as it goes, and says so", async () => {
  const whole = await readFile(TEST_LINE_PATH);
  const path = join(folder, "cut.wav");
  await writeFile(path, whole.subarray(0, 60_000));
  const progress: number[] = [];
  const { text, audioMs, problem } = await transcribeFile({ path, ears: demo, onProgress: (ms) => progress.push(ms) });
  expect(text).toMatch(/^책임자 바꿔 주세요/);
  expect(audioMs).toBe(3747);
  expect(problem).toBe("truncated");
  expect(progress.at(-1)).toBeCloseTo(audioMs, -1);
});
