import { ManualClock, SystemClock, silentLog } from "@jikimi/kernel";
import type { TranscribeOptions } from "@jikimi/listening";
import { expect, test } from "vitest";
import { readTestLine } from "../testing/test-sound.ts";
import { defaultModelsDir } from "./models.ts";
import { changeSpeed } from "./stability.ts";
import { ThreadedRecognizer, type ThreadedRecognizerOptions } from "./threaded-recognizer.ts";

/** Lengths with a meaning: 1 kills the thread, 2 hangs it, 3 fails; any other is transcribed as its own length. */
const MOODY = { url: new URL("../testing/moody-thread.mjs", import.meta.url), execArgv: [] };
const [DIE, HANG, FAIL] = [1, 2, 3];

function startMoody(options: Partial<ThreadedRecognizerOptions> = {}): Promise<ThreadedRecognizer> {
  return ThreadedRecognizer.start({
    name: "demo",
    modelsDir: "unused",
    clock: new SystemClock(),
    log: silentLog,
    entry: MOODY,
    ...options,
  });
}

const sound = (length: number) => new Float32Array(length);

test("the demo recogniser hears espeak-ng's voice over 8 kHz, from its thread", async () => {
  await using recognizer = await ThreadedRecognizer.start({
    name: "demo",
    modelsDir: defaultModelsDir(),
    clock: new SystemClock(),
    log: silentLog,
  });
  const { text, accepted, confidence, words } = await recognizer.transcribe(changeSpeed(readTestLine(), 0.5));
  expect(text).toMatch(/^책임자 .* 상품이/);
  expect(accepted).toBe(true);
  expect(confidence).toBeGreaterThan(0.8);
  expect(words.map((word) => word.text).join(" ")).toBe(text);
});

test("requests are answered each with its own, the caller's before the agent's", async () => {
  await using recognizer = await startMoody();
  const order: string[] = [];
  const ask = async (length: number, speaker: "caller" | "agent") => {
    order.push((await recognizer.transcribe(sound(length), { speaker })).text);
  };
  await Promise.all([ask(10, "agent"), ask(11, "agent"), ask(12, "agent"), ask(20, "caller"), ask(21, "caller")]);
  expect(order).toEqual(["10", "20", "21", "11", "12"]);
});

test("what the agent says, what is asked again soon, and what keeps others waiting is heard with less effort", async () => {
  await using recognizer = await startMoody();
  const effortFor = async (options: TranscribeOptions) =>
    (await recognizer.transcribe(sound(100), options)).words[0]?.text;
  expect(await effortFor({ speaker: "caller" })).toBe("full");
  expect(await effortFor({ speaker: "agent" })).toBe("lean");
  expect(await effortFor({ speaker: "caller", provisional: true })).toBe("lean");
  expect(await Promise.all([effortFor({}), effortFor({}), effortFor({})])).toEqual(["full", "lean", "full"]);
});

test("a part of a larger buffer is taken without the rest", async () => {
  await using recognizer = await startMoody();
  const whole = sound(100).fill(0.5);
  expect((await recognizer.transcribe(whole.subarray(10, 30))).text).toBe("20");
  expect(whole[50]).toBe(0.5);
});

test("a thread that dies loses what it held, keeps what waits, and is replaced", async () => {
  const lost: string[] = [];
  await using recognizer = await startMoody({ onLost: (why) => lost.push(why) });
  const fatal = recognizer.transcribe(sound(DIE));
  const waiting = recognizer.transcribe(sound(10));
  await expect(fatal).rejects.toMatchObject({ code: "recognizer-lost" });
  expect((await waiting).text).toBe("10");
  expect(lost).toEqual(["exit 3"]);
});

test("a thread that hangs is replaced", async () => {
  const clock = new ManualClock();
  await using recognizer = await startMoody({ clock, hungAfterMs: 30_000 });
  const stuck = recognizer.transcribe(sound(HANG)).catch((failure: unknown) => failure);
  const waiting = recognizer.transcribe(sound(10));
  await clock.advance(30_000);
  expect(await stuck).toMatchObject({ code: "recognizer-lost", message: "recognizer-lost: hung" });
  await clock.advance(250);
  expect((await waiting).text).toBe("10");
});

test("a failed decode costs one request", async () => {
  await using recognizer = await startMoody();
  await expect(recognizer.transcribe(sound(FAIL))).rejects.toMatchObject({ code: "recognizer-failed" });
  expect((await recognizer.transcribe(sound(10))).text).toBe("10");
});

test("too many waiting are refused, not kept", async () => {
  await using recognizer = await startMoody({ capacity: 2 });
  const first = recognizer.transcribe(sound(HANG)).catch((failure: unknown) => failure);
  const kept = [sound(10), sound(11)].map((pcm) => recognizer.transcribe(pcm).catch((failure: unknown) => failure));
  await expect(recognizer.transcribe(sound(12))).rejects.toMatchObject({ code: "recognizer-busy" });
  expect(recognizer.waiting).toBe(3);
  await recognizer[Symbol.asyncDispose]();
  for (const failure of [await first, ...(await Promise.all(kept))]) expect(failure).toMatchObject({ code: "closed" });
});

test("an aborted request is answered at once and leaves its place", async () => {
  await using recognizer = await startMoody();
  const stopping = new AbortController();
  const first = recognizer.transcribe(sound(HANG), { signal: stopping.signal });
  const second = recognizer.transcribe(sound(10), { signal: stopping.signal });
  stopping.abort(new Error("the call is over"));
  await expect(first).rejects.toThrow("the call is over");
  await expect(second).rejects.toThrow("the call is over");
  expect(recognizer.waiting).toBe(1);
  await expect(recognizer.transcribe(sound(10), { signal: stopping.signal })).rejects.toThrow("the call is over");
});

test("models that are not there are an error at the start, not later", async () => {
  const starting = ThreadedRecognizer.start({
    name: "whisper-base-ko",
    modelsDir: "/nowhere",
    clock: new SystemClock(),
    log: silentLog,
  });
  await expect(starting).rejects.toMatchObject({ code: "model-missing" });
});
