import fc from "fast-check";
import { expect, test } from "vitest";
import { ReceiverStatistics } from "./receiver-statistics.ts";

function receive(sequences: readonly number[], ssrc = 1, statistics = new ReceiverStatistics()): ReceiverStatistics {
  for (const [i, sequence] of sequences.entries()) statistics.update(ssrc, sequence & 0xffff, i * 160, i * 20);
  return statistics;
}

test.for([
  { what: "nothing lost", sequences: [1, 2, 3, 4], lost: 0, late: 0 },
  { what: "two lost", sequences: [1, 2, 5], lost: 2, late: 0 },
  { what: "reordered", sequences: [1, 3, 2, 4], lost: 0, late: 1 },
  { what: "one twice, one lost", sequences: [1, 2, 2, 4], lost: 0, late: 1 },
  { what: "over the turn", sequences: [65_534, 65_535, 0, 1], lost: 0, late: 0 },
  { what: "lost over the turn", sequences: [65_534, 2], lost: 3, late: 0 },
])("$what: $lost lost, $late late", ({ sequences, lost, late }) => {
  const statistics = receive(sequences);
  expect(statistics.packetsLost).toBe(lost);
  expect(statistics.packetsLate).toBe(late);
  expect(statistics.packetsReceived).toBe(sequences.length);
});

test("a new SSRC begins a new count and keeps what was lost before", () => {
  const statistics = receive([1, 4]);
  receive([30_000, 30_002], 2, statistics);
  expect(statistics.packetsLost).toBe(3);
  expect(statistics.ssrc).toBe(2);
});

test("the fraction is of what was expected since the last report", () => {
  const statistics = receive([0, 1, 2, 3]);
  expect(statistics.report()).toMatchObject({ fractionLost: 0, cumulativeLost: 0, highestSequence: 3 });
  receive([4, 7], 1, statistics);
  expect(statistics.report()).toMatchObject({ fractionLost: 128, cumulativeLost: 2, highestSequence: 7 });
  expect(statistics.report().fractionLost).toBe(0);
});

test("jitter is that of RFC 3550 A.8: a sixteenth of each difference in transit", () => {
  const statistics = new ReceiverStatistics();
  statistics.update(1, 0, 0, 0);
  statistics.update(1, 1, 160, 20);
  expect(statistics.jitterMs).toBe(0);
  statistics.update(1, 2, 320, 56);
  expect(statistics.jitterMs).toBeCloseTo(1, 10);
  statistics.update(1, 3, 480, 60);
  expect(statistics.jitterMs).toBeCloseTo(1 + (16 - 1) / 16, 10);
});

test("whatever comes, the numbers stay sane", () => {
  const packet = fc.tuple(
    fc.constantFrom(1, 2),
    fc.integer({ min: 0, max: 0xffff }),
    fc.integer({ min: 0, max: 2 ** 32 - 1 }),
  );
  fc.assert(
    fc.property(fc.array(packet), (packets) => {
      const statistics = new ReceiverStatistics();
      for (const [i, [ssrc, sequence, timestamp]] of packets.entries()) statistics.update(ssrc, sequence, timestamp, i);
      const { fractionLost, cumulativeLost, jitterTicks } = statistics.report();
      expect(fractionLost).toBeGreaterThanOrEqual(0);
      expect(fractionLost).toBeLessThanOrEqual(255);
      expect(cumulativeLost).toBeGreaterThanOrEqual(0);
      expect(Number.isFinite(jitterTicks)).toBe(true);
    }),
  );
});
