import fc from "fast-check";
import { expect, test } from "vitest";
import { AudioPlacer } from "./audio-placer.ts";

type Placed = { kind: "audio"; from: number; to: number } | { kind: "gap"; from: number; to: number; reason: string };

function place({ isQuiet = () => true }: { isQuiet?: () => boolean } = {}) {
  const placed: Placed[] = [];
  const placer = new AudioPlacer({
    out: {
      audio: (position, _codec, payload) =>
        placed.push({ kind: "audio", from: position, to: position + payload.length }),
      gap: (from, to, reason) => placed.push({ kind: "gap", from, to, reason }),
    },
    isQuiet,
    silence: (_codec, samples) => new Uint8Array(samples),
  });
  const payload = new Uint8Array(160);
  const push = (sequence: number, timestamp: number, arrivalMs: number, ssrc = 1) =>
    placer.push(ssrc, sequence & 0xffff, timestamp >>> 0, payload, "pcmu", arrivalMs);
  return { placed, placer, push };
}

/** The pieces in order, audio and gaps, without a seam or an overlap. */
function expectSeamless(placed: readonly Placed[]) {
  for (const [index, piece] of placed.entries()) {
    const before = placed[index - 1];
    if (before !== undefined) expect(piece.from).toBe(before.to);
  }
}

test("a packet belongs where it was said: one packet before it came", () => {
  const { placed, push } = place();
  push(1, 5000, 1020);
  expect(placed).toEqual([{ kind: "audio", from: 8000, to: 8160 }]);
});

test("network jitter moves nothing", () => {
  const { placed, push } = place();
  const late = [0, 30, 5, 80, 0, 45, 10];
  for (const [i, lateMs] of late.entries()) push(i, i * 160, 1000 + i * 20 + lateMs);
  expect(placed.map(({ from }) => from)).toEqual(late.map((_, i) => 7840 + i * 160));
});

test("a loss leaves a hole of its true length, over the turn of sequence and timestamp", () => {
  const { placed, placer, push } = place();
  push(65_534, 2 ** 32 - 160, 1000);
  push(65_535, 0, 1020);
  push(65_539, 640, 1100);
  placer.flush();
  expect(placed.slice(1)).toEqual([
    { kind: "audio", from: 8000, to: 8160 },
    { kind: "gap", from: 8160, to: 8640, reason: "packet-loss" },
    { kind: "audio", from: 8640, to: 8800 },
  ]);
});

test("a party that was silent without a loss leaves a gap that says so", () => {
  const { placed, push } = place();
  push(1, 0, 1000);
  push(2, 8000, 2000);
  expect(placed[1]).toEqual({ kind: "gap", from: 8000, to: 15_840, reason: "no-rtp" });
});

test("timestamps that are set anew are anchored to the arrival", () => {
  const { placed, push } = place();
  push(1, 0, 1000);
  push(2, 3_000_000_000, 1020);
  push(3, 3_000_000_160, 1040);
  expect(placed.map(({ from, to }) => [from, to])).toEqual([
    [7840, 8000],
    [8000, 8160],
    [8160, 8320],
  ]);
});

test.for([
  { clock: "fast", ppm: 200 },
  { clock: "slow", ppm: -200 },
  { clock: "far too fast", ppm: 2000 },
  { clock: "far too slow", ppm: -2000 },
])("a clock that runs $clock is kept within 50 ms of ours, and makes no gap", ({ ppm }) => {
  const { placed, push } = place();
  const packetMs = 20 / (1 + ppm / 1e6);
  for (let i = 0; i < 30_000; i++) push(i, i * 160, 1000 + i * packetMs);
  expectSeamless(placed);
  expect(placed.filter(({ kind }) => kind === "gap")).toEqual([]);
  const end = placed.at(-1)?.to ?? 0;
  expect(Math.abs(end - (1000 + 29_999 * packetMs) * 8)).toBeLessThan(400);
});

test("in speech a small drift waits for a quiet packet; a large one is corrected anyway", () => {
  const { placed, push } = place({ isQuiet: () => false });
  const packetMs = 20 / (1 - 500 / 1e6);
  for (let i = 0; i < 30_000; i++) push(i, i * 160, 1000 + i * packetMs);
  const end = placed.at(-1)?.to ?? 0;
  expect(Math.abs(end - (1000 + 29_999 * packetMs) * 8)).toBeLessThan(1200);
});

test("whatever comes, positions never go back and never leave our clock by more than 4 s", () => {
  const packet = fc.record({
    ssrc: fc.constantFrom(1, 2),
    sequence: fc.integer({ min: 0, max: 0xffff }),
    timestamp: fc.oneof(fc.integer({ min: 0, max: 100_000 }), fc.integer({ min: 0, max: 2 ** 32 - 1 })),
    afterMs: fc.integer({ min: 0, max: 500 }),
  });
  fc.assert(
    fc.property(fc.array(packet, { maxLength: 200 }), (packets) => {
      const { placed, placer, push } = place();
      let nowMs = 10_000;
      for (const { ssrc, sequence, timestamp, afterMs } of packets) {
        nowMs += afterMs;
        push(sequence, timestamp, nowMs, ssrc);
        placer.expire(nowMs);
        for (const { to } of placed) expect(to).toBeLessThanOrEqual((nowMs + 4000) * 8);
      }
      expectSeamless(placed);
    }),
  );
});
