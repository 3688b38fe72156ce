import { readFileSync } from "node:fs";
import type { CallId, EpochMs } from "@jikimi/kernel";
import { SeededRandom } from "@jikimi/kernel";
import fc from "fast-check";
import { expect, test } from "vitest";
import { createRecordingWriter, exportWav, RecordedCall } from "./index.ts";
import { pcm16Bytes, RecordingBench } from "./test-support.ts";

/** A file that begins so much later, with a tone of its own value on each channel. */
async function recorded(bench: RecordingBench, { laterMs = 0, value = 1000, ms = 2500 } = {}): Promise<string> {
  const path = bench.path();
  const { key, wrapped } = bench.keyring.newCallKey();
  const writer = await createRecordingWriter({
    path,
    callId: "c-test-1" as CallId,
    startedAtMs: (1_767_571_200_000 + laterMs) as EpochMs,
    callKey: key,
    wrappedKey: wrapped,
    clock: bench.clock,
    random: new SeededRandom(value),
    onFailure: () => {},
  });
  for (let start = 0; start < ms * 8; start += 160) {
    writer.write("caller", start, "pcm16", pcm16Bytes(Array(160).fill(value)));
    writer.write("agent", start, "pcm16", pcm16Bytes(Array(160).fill(-value)));
  }
  await writer.close();
  return path;
}

async function open(paths: readonly string[], bench: RecordingBench, untilMs?: number): Promise<RecordedCall> {
  const opened = await RecordedCall.open(paths, bench.keyring, untilMs === undefined ? {} : { untilMs });
  if (opened.kind === "refused") throw new Error(JSON.stringify(opened.finding));
  return opened.call;
}

async function bytesOf(call: RecordedCall, from = 0, to = call.byteLength): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of call.read(from, to)) chunks.push(chunk);
  return Buffer.concat(chunks);
}

test("read from end to end it is the WAV that an export writes, byte for byte", async () => {
  using bench = new RecordingBench();
  const path = await recorded(bench);
  await using recording = await bench.open(path);
  const { wavPath } = await exportWav(recording, { wavPath: bench.path("wav") });
  await using call = await open([path], bench);
  expect(call.durationMs).toBe(2500);
  expect((await bytesOf(call)).equals(readFileSync(wavPath))).toBe(true);
});

test("any range is that part of the whole", async () => {
  using bench = new RecordingBench();
  await using call = await open([await recorded(bench)], bench);
  const whole = await bytesOf(call);
  const place = fc.integer({ min: 0, max: whole.length + 10 });
  await fc.assert(
    fc.asyncProperty(place, place, async (from, to) => {
      expect((await bytesOf(call, from, to)).equals(whole.subarray(from, to))).toBe(true);
    }),
    { numRuns: 60 },
  );
});

test("a call in two files is one sound, the second at its own time", async () => {
  using bench = new RecordingBench();
  const paths = [await recorded(bench), await recorded(bench, { laterMs: 4000, value: 2000, ms: 1000 })];
  await using call = await open(paths, bench);
  expect(call.durationMs).toBe(5000);
  const wav = await bytesOf(call);
  const left = (ms: number) => wav.readInt16LE(44 + ms * 8 * 4);
  const right = (ms: number) => wav.readInt16LE(44 + ms * 8 * 4 + 2);
  expect([10, 2490, 3000, 4010, 4990].map(left)).toEqual([1000, 1000, 0, 2000, 2000]);
  expect([10, 3000, 4010].map(right)).toEqual([-1000, 0, -2000]);
});

test("what came after a moment can be cut off", async () => {
  using bench = new RecordingBench();
  await using call = await open([await recorded(bench)], bench, 1000);
  expect(call.durationMs).toBe(1000);
  expect((await bytesOf(call)).length).toBe(44 + 8000 * 4);
});

test("a file that is no recording is refused, and nothing stays open", async () => {
  using bench = new RecordingBench();
  const paths = [await recorded(bench), bench.put(Buffer.from("not a recording at all, by any means"))];
  expect(await RecordedCall.open(paths, bench.keyring)).toMatchObject({ kind: "refused" });
  await expect(RecordedCall.open([`${bench.folder}/none`], bench.keyring)).rejects.toMatchObject({
    code: "cannot-read",
  });
});
