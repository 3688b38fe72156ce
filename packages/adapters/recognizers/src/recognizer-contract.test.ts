import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ResourceScope, recognizerNames, SystemClock, silentLog } from "@jikimi/kernel";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readTestLine } from "../testing/test-sound.ts";
import { layTinyTransducer } from "../testing/tiny-transducer.ts";
import { answeringWith, TranscriptionServer } from "../testing/transcription-server.ts";
import { defaultModelsDir } from "./models.ts";
import { type OwnedRecognizer, openRecognizer } from "./open-recognizer.ts";
import { changeSpeed } from "./stability.ts";

const options = { modelsDir: defaultModelsDir(), clock: new SystemClock(), log: silentLog };

let pulledModelsDir = "";
beforeAll(async () => {
  pulledModelsDir = await mkdtemp(join(tmpdir(), "jikimi-contract-"));
  await layTinyTransducer(pulledModelsDir);
});
afterAll(() => rm(pulledModelsDir, { recursive: true }));

/** What every recogniser promises (`services/listening/src/ports.ts`), whatever it is given. */
describe.for(recognizerNames)("%s", (name) => {
  const scope = new ResourceScope();
  let recognizer: OwnedRecognizer;
  beforeAll(async () => {
    if (name !== "openai-compatible") {
      recognizer = scope.use(await openRecognizer(name, { ...options, pulledModelsDir }));
    } else {
      const whisper = scope.use(await openRecognizer("whisper-base-ko", options));
      const { url } = scope.use(await TranscriptionServer.open(answeringWith(whisper)));
      const server = { url, model: "whisper-base-ko", keyFile: null };
      recognizer = scope.use(await openRecognizer(name, { ...options, server }));
    }
  });
  afterAll(() => scope[Symbol.asyncDispose]());

  const seconds = (count: number, sample: (i: number) => number) =>
    Float32Array.from({ length: count * 16_000 }, (_, i) => sample(i));
  const line = () => changeSpeed(readTestLine(), 0.5);

  test.for([
    { what: "no sample", pcm: () => new Float32Array(0) },
    { what: "one sample", pcm: () => new Float32Array(1) },
    { what: "10 ms", pcm: () => new Float32Array(160).fill(0.5) },
    { what: "silence", pcm: () => new Float32Array(48_000) },
    { what: "full scale", pcm: () => new Float32Array(48_000).fill(1) },
    { what: "noise", pcm: () => seconds(3, (i) => Math.sin(i * i)) },
    { what: "speech", pcm: line },
    { what: "40 s", pcm: () => seconds(40, (i) => 0.1 * Math.sin(i / 7)) },
  ])("$what is answered with a text, its words in order and in the sound, and shares of one", async ({ pcm }) => {
    const sound = pcm();
    const longMs = Math.max(400, (sound.length * 1000) / 16_000);
    const { text, words, hints, confidence, noSpeech, cpuMs } = await recognizer.transcribe(sound);
    expect(words.map((word) => word.text).join(" ")).toBe(text);
    // Linux counts a thread's time by the tick: a little model's few milliseconds may be none.
    expect(cpuMs).toBeGreaterThan(sound.length > 160_000 ? 0 : -1);
    for (const share of [confidence, noSpeech ?? 0, ...words.map((word) => word.confidence)]) {
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
    }
    for (const [i, { startMs, endMs }] of words.entries()) {
      expect(startMs).toBeGreaterThanOrEqual(words[i - 1]?.startMs ?? 0);
      expect(endMs).toBeGreaterThanOrEqual(startMs);
      expect(endMs).toBeLessThanOrEqual(longMs + 400);
    }
    for (const hint of hints) expect(hint.endMs).toBeGreaterThan(hint.startMs);
  });

  test("silence is not stood by", async () => {
    expect((await recognizer.transcribe(new Float32Array(32_000))).accepted).toBe(false);
  });
});
