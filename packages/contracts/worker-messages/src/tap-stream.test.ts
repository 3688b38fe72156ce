import fc from "fast-check";
import { expect, test } from "vitest";
import { TapDecoder, TapEncoder, type TapMessage } from "./tap-stream.ts";

const stream = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const token = fc
  .array(fc.integer({ min: 0x21, max: 0x7e }), { minLength: 1, maxLength: 256 })
  .map((codes) => String.fromCharCode(...codes));
const pcm = fc
  .array(fc.integer({ min: -32_768, max: 32_767 }), { maxLength: 300 })
  .map((list) => Int16Array.from(list));
const atMs = fc.double({ min: 0, max: 1e13, noNaN: true });
const message: fc.Arbitrary<TapMessage> = fc.oneof(
  fc.record({ kind: fc.constant("open" as const), stream, token }),
  fc.record({ kind: fc.constant("frame" as const), stream, frame: fc.record({ atMs, pcm }) }),
  fc.record({ kind: fc.constant("close" as const), stream }),
  fc.record({ kind: fc.constant("ended" as const), stream }),
);

function put(encoder: TapEncoder, message: TapMessage): boolean {
  switch (message.kind) {
    case "open":
      return encoder.open(message.stream, message.token);
    case "frame":
      return encoder.frame(message.stream, message.frame);
    case "close":
      return encoder.close(message.stream);
    case "ended":
      return encoder.ended(message.stream);
  }
}

function encode(messages: readonly TapMessage[]): Buffer {
  const encoder = new TapEncoder(64 * 1024);
  for (const message of messages) if (!put(encoder, message)) throw new Error("more than the test has room for");
  return Buffer.from(encoder.take());
}

const one: readonly TapMessage[] = [
  { kind: "open", stream: 7, token: "t0ken" },
  { kind: "frame", stream: 7, frame: { atMs: 1000.125, pcm: Int16Array.from([1, -2, 300]) } },
  { kind: "frame", stream: 4_294_967_295, frame: { atMs: 1020, pcm: Int16Array.from([-32_768, 32_767]) } },
  { kind: "close", stream: 7 },
  { kind: "ended", stream: 7 },
];

test("on the wire it is as described", () => {
  expect(encode(one).toString("hex")).toBe(
    [
      ["0000000a", "01", "00000007", "74306b656e"],
      ["00000013", "02", "00000007", "408f410000000000", "0100feff2c01"],
      ["00000011", "02", "ffffffff", "408fe00000000000", "0080ff7f"],
      ["00000005", "03", "00000007"],
      ["00000005", "04", "00000007"],
    ]
      .flat()
      .join(""),
  );
});

test("messages survive being cut anywhere", () => {
  fc.assert(
    fc.property(fc.array(message, { maxLength: 8 }), fc.array(fc.nat()), (messages, cuts) => {
      const bytes = encode(messages);
      const decoder = new TapDecoder();
      const inside = cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b);
      const edges = [0, ...inside, bytes.length];
      const events = edges.slice(1).flatMap((end, i) => decoder.push(bytes.subarray(edges[i], end)));
      expect(events).toEqual(messages);
    }),
  );
});

test("cut off at any byte, it is the messages that are whole", () => {
  const bytes = encode(one);
  const ends = one.map((_, i) => encode(one.slice(0, i + 1)).length);
  for (let length = 0; length <= bytes.length; length++) {
    const whole = ends.filter((end) => end <= length).length;
    expect(new TapDecoder().push(bytes.subarray(0, length))).toEqual(one.slice(0, whole));
  }
});

test("hostile bytes break the connection once and never throw", () => {
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 2 }),
      fc.array(fc.uint8Array({ maxLength: 400 })),
      (messages, pieces) => {
        const decoder = new TapDecoder();
        const events = [encode(messages), ...pieces].flatMap((piece) => decoder.push(Buffer.from(piece)));
        expect(events.slice(0, messages.length)).toEqual(messages);
        const broken = events.findIndex((event) => event.kind === "broken");
        if (broken >= 0) expect(broken).toBe(events.length - 1);
      },
    ),
  );
});

test.for([
  { what: "no room for a stream", hex: "00000004 01000000" },
  { what: "a frame of more than a second", hex: "00003e8f 02" },
  { what: "a gigabyte", hex: "40000000" },
  { what: "half a sample", hex: "0000000e 02 00000001 408f400000000000 01" },
  { what: "a frame without its time", hex: "0000000c 02 00000001 408f4000000000" },
  { what: "a time that is none", hex: "0000000d 02 00000001 7ff8000000000000" },
  { what: "no token", hex: "00000005 01 00000001" },
  { what: "a token too long", hex: `00000106 01 00000001 ${"41".repeat(257)}` },
  { what: "a close that says more", hex: "00000006 03 00000001 00" },
  { what: "an end that says more", hex: "00000006 04 00000001 00" },
  { what: "a kind nobody knows", hex: "00000005 05 00000001" },
])("$what breaks the connection, and what follows is not read", ({ hex }) => {
  const decoder = new TapDecoder();
  const bytes = Buffer.concat([Buffer.from(hex.replaceAll(" ", ""), "hex"), encode(one)]);
  expect(decoder.push(bytes)).toEqual([{ kind: "broken", why: expect.stringMatching(/^a message /) }]);
  expect(decoder.push(encode(one))).toEqual([]);
});

test("the longest frame is a second", () => {
  const second: TapMessage = { kind: "frame", stream: 1, frame: { atMs: 1, pcm: new Int16Array(8000).fill(-3) } };
  expect(encode([second])).toHaveLength(16_017);
  expect(new TapDecoder().push(encode([second]))).toEqual([second]);
});

test("what does not fit is refused and leaves no trace; taken, there is room again", () => {
  const encoder = new TapEncoder(40);
  const frame: TapMessage = { kind: "frame", stream: 1, frame: { atMs: 5, pcm: Int16Array.of(1, 2) } };
  expect(encoder.isEmpty).toBe(true);
  expect(put(encoder, frame)).toBe(true);
  expect(put(encoder, frame)).toBe(false);
  expect(encoder.close(1)).toBe(true);
  expect(encoder.isEmpty).toBe(false);
  expect(new TapDecoder().push(Buffer.from(encoder.take()))).toEqual([frame, { kind: "close", stream: 1 }]);
  expect(encoder.isEmpty).toBe(true);
  expect(put(encoder, frame)).toBe(true);
  expect(new TapDecoder().push(Buffer.from(encoder.take()))).toEqual([frame]);
});
