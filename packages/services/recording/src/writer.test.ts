import { readFileSync, statSync } from "node:fs";
import { decodeG711 } from "@jikimi/audio";
import { ManualClock, type Timer } from "@jikimi/kernel";
import fc from "fast-check";
import { expect, test } from "vitest";
import { FaultyDisk } from "../testing/index.ts";
import { pcm16Bytes, RecordingBench } from "./test-support.ts";
import type { RecordingCodec, RecordingTrack } from "./types.ts";
import { verifyRecording } from "./verify.ts";

const TRACKS: readonly RecordingTrack[] = ["caller", "agent", "announcement"];
const PACKET = 160;

type Step =
  | { kind: "write"; track: RecordingTrack; start: number; codec: RecordingCodec; bytes: Uint8Array }
  | { kind: "gap"; track: RecordingTrack; start: number; end: number }
  | { kind: "wait"; ms: number };

const track = fc.constantFrom(...TRACKS);
const place = fc.integer({ min: -200, max: 20_000 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("write" as const),
      track,
      start: place,
      codec: fc.constantFrom<RecordingCodec>("pcmu", "pcma", "pcm16"),
      bytes: fc.uint8Array({ minLength: 0, maxLength: 400 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("gap" as const), track, start: place, end: place }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 1200 }) }) },
);

function pcmOf(codec: RecordingCodec, bytes: Uint8Array): Int16Array {
  if (codec !== "pcm16") return decodeG711(codec, bytes);
  return Int16Array.from({ length: bytes.length >> 1 }, (_, i) => Buffer.from(bytes).readInt16LE(i * 2));
}

test("any interleaving of writes and gaps comes back with every sample in its place", async () => {
  using bench = new RecordingBench();
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      const path = bench.path();
      const writer = await bench.writer(path);
      const expected = {
        caller: new Int16Array(40_000),
        agent: new Int16Array(40_000),
        announcement: new Int16Array(40_000),
      };
      let end = 0;
      for (const now of steps) {
        if (now.kind === "wait") await bench.clock.advance(now.ms);
        else if (now.kind === "gap") {
          writer.gap(now.track, now.start, now.end, "packet-loss");
          if (now.end > Math.max(0, now.start)) end = Math.max(end, now.end);
        } else {
          writer.write(now.track, now.start, now.codec, now.bytes);
          const samples = pcmOf(now.codec, now.bytes).subarray(Math.max(0, -now.start));
          expected[now.track].set(samples, Math.max(0, now.start));
          if (samples.length > 0) end = Math.max(end, Math.max(0, now.start) + samples.length);
        }
      }
      const summary = await writer.close();
      const { left, right, manifest } = await bench.exported(path);
      expect(summary.complete).toBe(true);
      expect(manifest.findings).toEqual([]);
      expect(manifest.sha256.recording).toBe(summary.sha256);
      expect(left).toEqual(expected.caller.subarray(0, end));
      const mixed = expected.agent.map((sample, i) => {
        return Math.max(-32_768, Math.min(32_767, sample + (expected.announcement[i] ?? 0)));
      });
      expect(right).toEqual(mixed.subarray(0, end));
    }),
    { numRuns: 40 },
  );
});

test("a gap keeps its reason, and silence that nobody explained is named so", async () => {
  using bench = new RecordingBench();
  const path = bench.path();
  const writer = await bench.writer(path);
  writer.gap("agent", 0, 8000, "not-connected");
  writer.write("caller", 0, "pcmu", new Uint8Array(8000));
  writer.write("agent", 8000, "pcmu", new Uint8Array(8000));
  writer.gap("caller", 8000, 12_000, "packet-loss");
  writer.write("caller", 12_000, "pcmu", new Uint8Array(2000));
  const summary = await writer.close();
  expect(summary).toMatchObject({ path, durationMs: 2000, complete: true });
  expect(summary.gaps).toEqual([
    { channel: "agent", startMs: 0, endMs: 1000, reason: "not-connected" },
    { channel: "caller", startMs: 1000, endMs: 1500, reason: "packet-loss" },
  ]);
  const { manifest } = await bench.exported(path);
  expect(manifest.gaps).toEqual([
    { channel: "caller", startMs: 1000, endMs: 1500, reason: "packet-loss" },
    { channel: "caller", startMs: 1750, endMs: 2000, reason: "unexplained" },
    { channel: "agent", startMs: 0, endMs: 1000, reason: "not-connected" },
  ]);
});

test("what was played to the caller is on the right channel and listed", async () => {
  using bench = new RecordingBench();
  const path = bench.path();
  const writer = await bench.writer(path);
  writer.write("agent", 0, "pcm16", pcm16Bytes(new Array(1600).fill(1000)));
  writer.write("announcement", 800, "pcm16", pcm16Bytes(new Array(400).fill(500)));
  await writer.close();
  const { left, right, manifest } = await bench.exported(path);
  expect([right[0], right[800], right[1199], right[1200]]).toEqual([1000, 1500, 1500, 1000]);
  expect(left.every((sample) => sample === 0)).toBe(true);
  expect(manifest.announcements).toEqual([{ startMs: 100, endMs: 150 }]);
});

test("nothing is in clear on disk, and only the owner may read the file", async () => {
  using bench = new RecordingBench();
  const path = bench.path();
  const writer = await bench.writer(path);
  const pattern = Buffer.from("the words that nobody else may ever read");
  for (let i = 0; i < 100; i++) writer.write("caller", i * pattern.length, "pcmu", pattern);
  await bench.clock.advance(600);
  writer.write("agent", 0, "pcma", pattern);
  await writer.close();
  const bytes = readFileSync(path);
  expect(bytes.length).toBeGreaterThan(100 * pattern.length);
  expect(bytes.includes(pattern.subarray(0, 8))).toBe(false);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test("an existing file is never written over", async () => {
  using bench = new RecordingBench();
  const path = bench.put(Buffer.from("evidence"));
  await expect(bench.writer(path)).rejects.toMatchObject({ code: "cannot-create" });
  expect(readFileSync(path, "utf8")).toBe("evidence");
});

test("a second of speech is on disk half a second later, without a close", async () => {
  using bench = new RecordingBench();
  const disk = new FaultyDisk();
  const writer = await bench.writer("call", disk);
  for (let i = 0; i < 50; i++) {
    writer.write("caller", i * PACKET, "pcmu", new Uint8Array(PACKET));
    await bench.clock.advance(20);
  }
  await bench.clock.advance(500);
  const result = await verifyRecording(bench.put(disk.bytesOf("call")), bench.keyring);
  expect(result.content?.durationMs).toBe(1000);
  expect(result.findings.map(({ kind }) => kind)).toEqual(["not-closed"]);
  await writer.close();
});

test("packets seal an old block themselves when timers are starved", async () => {
  using bench = new RecordingBench();
  const disk = new FaultyDisk();
  const clock = new StarvedClock();
  const writer = await bench.writer("call", disk, clock);
  for (let i = 0; i < 100; i++, clock.elapsedMs += 20) {
    writer.write("caller", i * PACKET, "pcmu", new Uint8Array(PACKET));
  }
  await bench.clock.advance(0);
  const result = await verifyRecording(bench.put(disk.bytesOf("call")), bench.keyring);
  expect(result.content?.durationMs).toBeGreaterThanOrEqual(1500);
  await writer.close();
});

/** Time passes and no timer ever fires, as in a process saturated with packets. */
class StarvedClock extends ManualClock {
  elapsedMs = 0;

  override monotonicMs(): number {
    return this.elapsedMs;
  }

  override after(): Timer {
    return { cancel() {} };
  }
}

/** Writes `seconds` of both tracks as a call does, from sample `from` on. */
async function talk(
  bench: RecordingBench,
  writer: Awaited<ReturnType<RecordingBench["writer"]>>,
  from: number,
  seconds: number,
) {
  for (let i = 0; i < seconds * 50; i++) {
    writer.write("caller", from + i * PACKET, "pcmu", new Uint8Array(PACKET));
    writer.write("agent", from + i * PACKET, "pcmu", new Uint8Array(PACKET));
    if (i % 10 === 9) await bench.clock.advance(200);
  }
  return from + seconds * 8000;
}

test("a disk that is full for a moment costs nothing: the blocks wait and follow", async () => {
  using bench = new RecordingBench();
  const disk = new FaultyDisk();
  const writer = await bench.writer("call", disk);
  let at = await talk(bench, writer, 0, 2);
  disk.capacityBytes = disk.bytesOf("call").length + 100;
  at = await talk(bench, writer, at, 10);
  expect(bench.failures).toEqual(["disk-full"]);
  disk.capacityBytes = Number.POSITIVE_INFINITY;
  at = await talk(bench, writer, at, 4);
  const summary = await writer.close();
  expect(summary).toMatchObject({ complete: true, gaps: [], durationMs: 16_000 });
  const result = await verifyRecording(bench.put(disk.bytesOf("call")), bench.keyring, {
    expectedSha256: summary.sha256,
  });
  expect(result).toMatchObject({ intact: true, content: { durationMs: 16_000, gaps: [] } });
});

test("a disk that stays full costs bounded memory, and the loss is a gap with its reason", async () => {
  using bench = new RecordingBench();
  const disk = new FaultyDisk();
  const writer = await bench.writer("call", disk);
  let at = await talk(bench, writer, 0, 2);
  disk.failure = "ENOSPC";
  at = await talk(bench, writer, at, 150);
  disk.failure = null;
  at = await talk(bench, writer, at, 6);
  const summary = await writer.close();
  expect(bench.failures).toEqual(["disk-full"]);
  expect(summary.complete).toBe(false);
  expect(summary.gaps.map(({ channel, reason }) => ({ channel, reason }))).toEqual([
    { channel: "agent", reason: "disk-full" },
    { channel: "caller", reason: "disk-full" },
  ]);
  const [gap = { startMs: 0, endMs: 0 }] = summary.gaps;
  // 1 MiB waits at most: about 64 s of two tracks; the rest of the 150 s is lost.
  expect(gap.endMs - gap.startMs).toBeGreaterThan(80_000);
  expect(gap.endMs - gap.startMs).toBeLessThan(95_000);
  const result = await verifyRecording(bench.put(disk.bytesOf("call")), bench.keyring);
  expect(result.findings).toEqual([]);
  expect(result.content?.gaps.map(({ reason }) => reason)).toEqual(["disk-full", "disk-full"]);
});

test("a close on a full disk gives up in time and leaves a file that reads to its last whole block", async () => {
  using bench = new RecordingBench();
  const disk = new FaultyDisk();
  const writer = await bench.writer("call", disk);
  const at = await talk(bench, writer, 0, 2);
  disk.capacityBytes = disk.bytesOf("call").length + 10;
  await talk(bench, writer, at, 1);
  const closing = writer.close();
  await bench.clock.advance(6000);
  const summary = await closing;
  expect(summary.complete).toBe(false);
  const result = await verifyRecording(bench.put(disk.bytesOf("call")), bench.keyring, {
    expectedSha256: summary.sha256,
  });
  expect(result.findings).toEqual([{ kind: "not-closed", lastIndex: expect.any(Number), strayBytes: 0 }]);
  expect(result.content?.durationMs).toBeGreaterThanOrEqual(1000);
});

test("each failure is told once, and told again when it comes back", async () => {
  using bench = new RecordingBench();
  const disk = new FaultyDisk();
  const writer = await bench.writer("call", disk);
  let at = await talk(bench, writer, 0, 1);
  for (const failure of ["EIO", "ENOSPC"] as const) {
    disk.failure = failure;
    at = await talk(bench, writer, at, 3);
    disk.failure = null;
    at = await talk(bench, writer, at, 3);
  }
  expect(bench.failures).toEqual(["io-error", "disk-full"]);
  expect((await writer.close()).complete).toBe(true);
});

test("a disk that stands still never holds up the call", async () => {
  using bench = new RecordingBench();
  const disk = new FaultyDisk();
  const writer = await bench.writer("call", disk);
  disk.stall();
  const at = await talk(bench, writer, 0, 100);
  expect(bench.failures).toEqual(["io-error"]);
  disk.resume();
  await talk(bench, writer, at, 2);
  const summary = await writer.close();
  expect(summary.gaps.map(({ reason }) => reason)).toEqual(["io-error", "io-error"]);
  expect((await verifyRecording(bench.put(disk.bytesOf("call")), bench.keyring)).findings).toEqual([]);
});

test("a failed sync makes the recording one to verify, not one to believe", async () => {
  using bench = new RecordingBench();
  const disk = new FaultyDisk();
  const writer = await bench.writer("call", {
    create: async (path) => ({ ...(await disk.create(path)), sync: () => Promise.reject(new Error("EIO")) }),
  });
  await talk(bench, writer, 0, 1);
  expect((await writer.close()).complete).toBe(false);
  expect(bench.failures).toEqual(["io-error"]);
});

test("a long call is synced every few seconds, and no timer stays behind", async () => {
  using bench = new RecordingBench();
  const disk = new FaultyDisk();
  const writer = await bench.writer("call", disk);
  await talk(bench, writer, 0, 31);
  expect(disk.syncs).toBeGreaterThanOrEqual(5);
  expect(disk.syncs).toBeLessThanOrEqual(7);
  const [first, second] = await Promise.all([writer.close(), writer.close()]);
  expect(second).toEqual(first);
  writer.write("caller", 0, "pcmu", new Uint8Array(PACKET));
  expect(bench.clock.pendingTimers).toBe(0);
});
