import fc from "fast-check";
import { expect, test } from "vitest";
import { JitterBuffer } from "./jitter-buffer.ts";

function collect(options: { holdMs?: number; capacity?: number } = {}) {
  const out: { id: number; lost: number }[] = [];
  const buffer = new JitterBuffer({
    ...options,
    out: { packet: ({ payload, lostBefore }) => out.push({ id: payload[0] ?? -1, lost: lostBefore }) },
  });
  const push = (sequence: number, nowMs = 0, ssrc = 1) =>
    buffer.push(ssrc, sequence & 0xffff, (sequence * 160) >>> 0, Uint8Array.of(sequence & 0xff), "pcmu", nowMs);
  return { buffer, out, push };
}

test("packets in sequence go through at once", () => {
  const { out, push, buffer } = collect();
  for (const sequence of [65_534, 65_535, 65_536, 65_537]) push(sequence);
  expect(out.map(({ id }) => id)).toEqual([254, 255, 0, 1]);
  expect(buffer.isHolding).toBe(false);
});

test("what comes out of order is put in order, and nothing is lost", () => {
  const { out, push } = collect();
  for (const sequence of [1, 3, 4, 2, 5]) push(sequence);
  expect(out).toEqual([1, 2, 3, 4, 5].map((id) => ({ id, lost: 0 })));
});

test("a packet that does not come is given up after the hold, and said before the next", () => {
  const { out, push, buffer } = collect({ holdMs: 100 });
  push(1, 0);
  push(4, 60);
  push(5, 80);
  buffer.expire(159);
  expect(out).toHaveLength(1);
  buffer.expire(160);
  expect(out).toEqual([
    { id: 1, lost: 0 },
    { id: 4, lost: 2 },
    { id: 5, lost: 0 },
  ]);
  push(2, 170);
  expect(buffer.late).toBe(1);
  expect(out).toHaveLength(3);
});

test("the buffer never holds more than it may", () => {
  const { out, push } = collect({ capacity: 4, holdMs: 1e9 });
  push(1);
  for (const sequence of [3, 4, 5, 6]) push(sequence);
  expect(out.map(({ id }) => id)).toEqual([1, 3, 4, 5, 6]);
  push(60);
  expect(out.at(-1)).toEqual({ id: 60, lost: 53 });
});

test("a new SSRC, or a leap too far to be a loss, begins anew", () => {
  const { out, push } = collect();
  push(1);
  push(3);
  push(500, 0, 2);
  push(20_000, 0, 2);
  expect(out).toEqual([
    { id: 1, lost: 0 },
    { id: 3, lost: 1 },
    { id: 500 & 0xff, lost: 0 },
    { id: 20_000 & 0xff, lost: 0 },
  ]);
});

test("however shuffled, lost and doubled, packets come out in order, once, and every loss is counted", () => {
  const shuffled = fc
    .array(fc.tuple(fc.integer({ min: 0, max: 60 }), fc.integer({ min: 0, max: 8 })), { minLength: 1, maxLength: 80 })
    .map((rows) => rows.map(([at, jitter]) => ({ sequence: at, key: at + jitter })))
    .map((rows) => rows.sort((a, b) => a.key - b.key).map(({ sequence }) => sequence));
  fc.assert(
    fc.property(shuffled, (sequences) => {
      const { out, push, buffer } = collect({ capacity: 128 });
      for (const sequence of sequences) push(sequence);
      buffer.flush();
      const first = sequences[0] ?? 0;
      const expected = [...new Set(sequences)].filter((sequence) => sequence >= first).sort((a, b) => a - b);
      expect(out.map(({ id }) => id)).toEqual(expected);
      const lost = out.reduce((sum, packet) => sum + packet.lost, 0);
      expect(lost).toBe((expected.at(-1) ?? 0) - first + 1 - expected.length);
    }),
  );
});
