import fc from "fast-check";
import { expect, test } from "vitest";
import { RtpReader, serializeRtp } from "./packet.ts";
import { RtpSender } from "./rtp-sender.ts";
import { sequenceDistance, timestampDistance } from "./sequence.ts";

const FRAME = new Uint8Array(160).fill(1);
const start = { ssrc: 99, sequence: 65_530, timestamp: 2 ** 32 - 400 };

function read(bytes: Uint8Array | null) {
  const reader = new RtpReader();
  if (bytes === null || !reader.read(bytes)) throw new Error("no packet");
  const { marker, payloadType, sequence, timestamp, ssrc } = reader;
  return { marker, payloadType, sequence, timestamp, ssrc, payload: [...reader.payload()] };
}

/** A packet of another source, as it came in. */
function incoming(sequence: number, timestamp: number, { ssrc = 5, marker = false } = {}): RtpReader {
  const reader = new RtpReader();
  const header = { marker, payloadType: 0, sequence: sequence & 0xffff, timestamp: timestamp >>> 0, ssrc };
  reader.read(Buffer.from(serializeRtp(header, FRAME)));
  return reader;
}

test("frames of our own follow one another, over the turn of both counters", () => {
  const sender = new RtpSender(start);
  const sent = Array.from({ length: 10 }, (_, i) => read(sender.frame(FRAME, 8, i * 20)));
  expect(sent.map(({ sequence }) => sequence)).toEqual(Array.from({ length: 10 }, (_, i) => (65_530 + i) & 0xffff));
  expect(sent.map(({ timestamp }) => timestamp)).toEqual(
    Array.from({ length: 10 }, (_, i) => (2 ** 32 - 400 + i * 160) >>> 0),
  );
  expect(sent.map(({ marker }) => marker)).toEqual([true, ...Array(9).fill(false)]);
  expect(sent[0]).toMatchObject({ ssrc: 99, payloadType: 8 });
});

test("a pause begins a talkspurt: the marker, and the time that went by", () => {
  const sender = new RtpSender(start);
  const before = read(sender.frame(FRAME, 0, 0));
  const after = read(sender.frame(FRAME, 0, 1000));
  expect(after.marker).toBe(true);
  expect((after.sequence - before.sequence) & 0xffff).toBe(1);
  expect(timestampDistance(before.timestamp, after.timestamp)).toBe(8000);
});

test("from prompt to talk to prompt, one source goes on", () => {
  const sender = new RtpSender(start);
  const step = (i: number) => {
    const nowMs = i * 20;
    const isTalk = i >= 5 && i < 10;
    return read(
      isTalk ? sender.relay(incoming(40_000 + i, 777_777 + i * 160), 0, nowMs) : sender.frame(FRAME, 0, nowMs),
    );
  };
  const sent = Array.from({ length: 15 }, (_, i) => step(i));
  for (const [index, packet] of sent.entries()) {
    const before = sent[index - 1];
    if (before === undefined) continue;
    expect(sequenceDistance(before.sequence, packet.sequence)).toBe(1);
    expect(timestampDistance(before.timestamp, packet.timestamp)).toBe(160);
    expect(packet.ssrc).toBe(99);
  }
  expect(sent.map(({ marker }) => marker)).toEqual(sent.map((_, i) => i === 0 || i === 5));
});

test("a relayed loss stays a loss, and a packet out of order keeps its own place", () => {
  const sender = new RtpSender(start);
  const sequences = [100, 101, 104, 103, 105];
  const sent = sequences.map((sequence, i) => read(sender.relay(incoming(sequence, sequence * 160), 0, i * 20)));
  const first = sent[0]?.sequence ?? 0;
  expect(sent.map(({ sequence }) => sequenceDistance(first, sequence))).toEqual([0, 1, 4, 3, 5]);
  expect(sent.map(({ timestamp }) => timestampDistance(sent[0]?.timestamp ?? 0, timestamp) / 160)).toEqual([
    0, 1, 4, 3, 5,
  ]);
});

test("a packet from before the run, or one that comes twice, is not sent", () => {
  const sender = new RtpSender(start);
  sender.frame(FRAME, 0, 0);
  sender.relay(incoming(100, 16_000), 0, 20);
  expect(sender.relay(incoming(99, 15_840), 0, 25)).toBeNull();
  expect(sender.relay(incoming(100, 16_000), 0, 30)).toBeNull();
  expect(sender.packets).toBe(2);
});

test.for([
  { what: "the newest", sequences: [10, 11, 11], sent: [0, 1, null] },
  { what: "an older one", sequences: [10, 11, 10], sent: [0, 1, null] },
  { what: "a late one", sequences: [10, 12, 11, 11], sent: [0, 2, 1, null] },
  { what: "the oldest that can be late", sequences: [10, 74, 11, 11], sent: [0, 64, 1, null] },
  { what: "one that is too late", sequences: [10, 75, 11], sent: [0, 65, null] },
])("no number is used twice when a packet comes twice: $what", ({ sequences, sent }) => {
  const sender = new RtpSender(start);
  const packets = sequences.map((sequence, i) => sender.relay(incoming(sequence, sequence * 160), 0, i * 20));
  expect(packets.map((bytes) => bytes && sequenceDistance(start.sequence, read(bytes).sequence))).toEqual(sent);
});

test("a skipped packet that comes again does not take the number of the one before it", () => {
  const sender = new RtpSender(start);
  sender.relay(incoming(1, 160), 0, 0);
  sender.skip(incoming(2, 320));
  sender.relay(incoming(3, 480), 0, 40);
  expect(sender.relay(incoming(2, 320), 0, 45)).toBeNull();
});

test("a skipped packet leaves no hole in the sequence", () => {
  const sender = new RtpSender(start);
  const one = read(sender.relay(incoming(1, 160), 0, 0));
  sender.skip(incoming(2, 320));
  sender.skip(incoming(3, 320));
  const two = read(sender.relay(incoming(4, 640), 0, 60));
  expect(sequenceDistance(one.sequence, two.sequence)).toBe(1);
  expect(timestampDistance(one.timestamp, two.timestamp)).toBe(480);
});

test("after an interruption the same source goes on without a hole, and the time that went by shows", () => {
  const sender = new RtpSender(start);
  const one = read(sender.relay(incoming(1, 160), 0, 0));
  sender.interrupt();
  const two = read(sender.relay(incoming(51, 51 * 160), 0, 1000));
  expect(sequenceDistance(one.sequence, two.sequence)).toBe(1);
  expect(timestampDistance(one.timestamp, two.timestamp)).toBe(8000);
  expect(two.marker).toBe(true);
  expect(sender.relay(incoming(50, 50 * 160), 0, 1005)).toBeNull();
});

test("a source that sets its timestamps anew does not tear ours", () => {
  const sender = new RtpSender(start);
  const one = read(sender.relay(incoming(1, 160), 0, 0));
  const two = read(sender.relay(incoming(2, 3_000_000_000), 0, 20));
  expect(timestampDistance(one.timestamp, two.timestamp)).toBe(160);
});

test("all packets of a digit carry its start, and the audio after it goes on behind it", () => {
  const sender = new RtpSender(start);
  const before = read(sender.frame(FRAME, 0, 0));
  const event = (ticks: number) => Uint8Array.of(5, 10, ticks >> 8, ticks & 0xff);
  const first = read(sender.event(event(160), 101, true, 20));
  const second = read(sender.event(event(320), 101, false, 40));
  const after = read(sender.frame(FRAME, 0, 60));
  expect(first).toMatchObject({ marker: true, payloadType: 101 });
  expect(timestampDistance(before.timestamp, first.timestamp)).toBe(160);
  expect(second.timestamp).toBe(first.timestamp);
  expect(timestampDistance(first.timestamp, after.timestamp)).toBe(320);
  expect(sequenceDistance(before.sequence, after.sequence)).toBe(3);
});

test("another payload may take the place of the one that came", () => {
  const sender = new RtpSender(start);
  expect(read(sender.relay(incoming(1, 160), 8, 0, Uint8Array.of(7, 7))).payload).toEqual([7, 7]);
});

test("whatever is relayed, played and skipped, sequence and time never stand still and no number is used twice", () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant("frame" as const) }),
    fc.record({
      kind: fc.constantFrom("relay" as const, "skip" as const),
      ssrc: fc.constantFrom(1, 2),
      sequence: fc.integer({ min: 0, max: 30 }),
    }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const sender = new RtpSender(start);
      const used = new Set<number>();
      steps.forEach((given, i) => {
        if (given.kind === "skip") {
          sender.skip(incoming(given.sequence, given.sequence * 160, given));
          return;
        }
        const bytes =
          given.kind === "frame"
            ? sender.frame(FRAME, 0, i * 20)
            : sender.relay(incoming(given.sequence, given.sequence * 160, given), 0, i * 20);
        if (bytes === null) return;
        const { sequence } = read(bytes);
        expect(used.has(sequence)).toBe(false);
        used.add(sequence);
      });
    }),
  );
});
