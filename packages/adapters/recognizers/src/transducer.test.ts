import { mkdtemp, rm, truncate, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SystemClock, silentLog } from "@jikimi/kernel";
import { afterEach, beforeEach, expect, test } from "vitest";
import { HIGH_HZ, LOW_HZ, layTinyTransducer, MIDDLE_HZ, tones } from "../testing/tiny-transducer.ts";
import { defaultModelsDir } from "./models.ts";
import { ThreadedRecognizer } from "./threaded-recognizer.ts";

let pulledModelsDir = "";
let folder = "";
beforeEach(async () => {
  pulledModelsDir = await mkdtemp(join(tmpdir(), "jikimi-transducer-"));
  folder = await layTinyTransducer(pulledModelsDir);
});
afterEach(() => rm(pulledModelsDir, { recursive: true }));

function start(): Promise<ThreadedRecognizer> {
  const clock = new SystemClock();
  const name = "zipformer-ko-streaming";
  return ThreadedRecognizer.start({ name, modelsDir: defaultModelsDir(), pulledModelsDir, clock, log: silentLog });
}

test("three pitches are the right words at the right times, over many chunks", async () => {
  await using recognizer = await start();
  const sound = tones(
    4000,
    { hz: LOW_HZ, fromMs: 500, toMs: 800 },
    { hz: HIGH_HZ, fromMs: 800, toMs: 1000 },
    { hz: MIDDLE_HZ, fromMs: 1300, toMs: 2600 },
    { hz: MIDDLE_HZ, fromMs: 2900, toMs: 3300 },
  );
  const { text, words, confidence, accepted, noSpeech, hints } = await recognizer.transcribe(sound);
  // A tone that goes on for four chunks is said once: the caches were carried over.
  expect(text).toBe("가다 나 나");
  const starts = [500, 1300, 2900];
  for (const [i, { startMs, endMs }] of words.entries()) {
    expect(Math.abs(startMs - (starts[i] ?? 0)), words[i]?.text).toBeLessThan(100);
    expect(endMs).toBeGreaterThan(startMs);
  }
  expect(words[0]?.endMs).toBeGreaterThan(800);
  expect({ accepted, noSpeech, hints }).toEqual({ accepted: true, noSpeech: null, hints: [] });
  expect(confidence).toBeGreaterThan(0.5);
});

test("what is said at the very end is heard, and no word ends behind the sound", async () => {
  await using recognizer = await start();
  const { text, words } = await recognizer.transcribe(tones(1000, { hz: LOW_HZ, fromMs: 940, toMs: 1000 }));
  expect(text).toBe("가");
  expect(words[0]?.endMs).toBeLessThanOrEqual(1000);
});

test("two tones at once are less sure than one", async () => {
  await using recognizer = await start();
  const low = { hz: LOW_HZ, fromMs: 300, toMs: 700 };
  const alone = await recognizer.transcribe(tones(1000, low));
  const together = await recognizer.transcribe(tones(1000, low, { ...low, hz: MIDDLE_HZ, level: 0.2 }));
  expect(together.confidence).toBeLessThan(alone.confidence - 0.1);
  expect(together.words[0]?.confidence).toBeCloseTo(together.confidence);
});

const unsure = tones(
  1500,
  { hz: LOW_HZ, fromMs: 480, toMs: 900 },
  { hz: MIDDLE_HZ, fromMs: 480, toMs: 900, level: 0.06 },
);
const vocabulary = "<blk>\t0\n▁가\t-1\n▁나\t-2\n다\t-3\n▁\t-4\n가\t-5\n나\t-6\n";

test("hotwords beside the model help what is nearly as likely", async () => {
  await using without = await start();
  expect((await without.transcribe(unsure.slice())).text).toBe("가");
  await writeFile(join(folder, "hotwords.txt"), "나 :2.5\n");
  await writeFile(join(folder, "bpe.vocab"), vocabulary);
  await using with_ = await start();
  expect((await with_.transcribe(unsure.slice())).text).toBe("나");
});

test.for([
  { name: "hotwords.txt", text: "나 :much\n" },
  { name: "bpe.vocab", text: "▁가\n" },
])("$name that sherpa could not read is named with its line", async ({ name, text }) => {
  await writeFile(join(folder, "hotwords.txt"), "나\n");
  await writeFile(join(folder, "bpe.vocab"), vocabulary);
  await writeFile(join(folder, name), text);
  await expect(start()).rejects.toMatchObject({ code: "model-damaged", detail: `${join(folder, name)}:1` });
});

test("a model that was not fetched is named with the folder where it would lie", async () => {
  await rm(folder, { recursive: true });
  await expect(start()).rejects.toMatchObject({ code: "model-missing", detail: folder });
});

test.for([
  { what: "gone", spoil: (path: string) => rm(path), result: "missing" },
  { what: "cut", spoil: (path: string) => truncate(path, 100), result: "wrong-size" },
  { what: "altered", spoil: (path: string) => writeFile(path, "x".repeat(372)), result: "wrong-hash" },
])("a file that is $what is named, and ends no process", async ({ spoil, result }) => {
  const path = join(folder, "joiner-epoch-99-avg-1.int8.onnx");
  await spoil(path);
  await expect(start()).rejects.toMatchObject({ code: "model-damaged", detail: `${path} (${result})` });
});

test("a receipt that cannot be read is damage, too", async () => {
  await writeFile(join(folder, "pulled.json"), "{");
  await expect(start()).rejects.toMatchObject({
    code: "model-damaged",
    detail: `${join(folder, "pulled.json")} (wrong-hash)`,
  });
});
