import fc from "fast-check";
import { expect, test } from "vitest";
import { isRtcp, RtpReader, serializeRtp } from "./packet.ts";

const header = fc.record({
  marker: fc.boolean(),
  payloadType: fc.integer({ min: 0, max: 127 }),
  sequence: fc.integer({ min: 0, max: 0xffff }),
  timestamp: fc.integer({ min: 0, max: 0xffff_ffff }),
  ssrc: fc.integer({ min: 0, max: 0xffff_ffff }),
});

/** Version 2, padding, extension, one CSRC; marker, type 0, sequence 0x1234 … then extension, payload and padding. */
const FULL = Uint8Array.from([
  0xb1, 0x80, 0x12, 0x34, 0xde, 0xad, 0xbe, 0xef, 0x01, 0x02, 0x03, 0x04, 9, 9, 9, 9, 0xbe, 0xde, 0, 1, 7, 7, 7, 7,
  0x55, 0xaa, 0, 0, 3,
]);

test("what is written is read back the same", () => {
  const reader = new RtpReader();
  fc.assert(
    fc.property(header, fc.uint8Array({ maxLength: 200 }), (given, payload) => {
      expect(reader.read(serializeRtp(given, payload))).toBe(true);
      const { marker, payloadType, sequence, timestamp, ssrc, isPlain } = reader;
      expect({ marker, payloadType, sequence, timestamp, ssrc }).toEqual(given);
      expect(isPlain).toBe(true);
      expect([...reader.payload()]).toEqual([...payload]);
    }),
  );
});

test("contributing sources, an extension and padding are left out of the payload", () => {
  const reader = new RtpReader();
  expect(reader.read(FULL)).toBe(true);
  expect(reader).toMatchObject({ marker: true, payloadType: 0, sequence: 0x1234, timestamp: 0xdeadbeef });
  expect(reader.ssrc).toBe(0x01020304);
  expect(reader.isPlain).toBe(false);
  expect([...reader.payload()]).toEqual([0x55, 0xaa]);
});

test("cut off anywhere, a packet is refused or its payload lies within it", () => {
  const reader = new RtpReader();
  for (let end = 0; end < FULL.length; end++) {
    if (!reader.read(FULL.subarray(0, end))) continue;
    expect(reader.payloadStart).toBeGreaterThanOrEqual(12);
    expect(reader.payloadEnd).toBeLessThanOrEqual(end);
    expect(reader.payloadStart).toBeLessThanOrEqual(reader.payloadEnd);
  }
});

test("whatever comes, reading never throws and never looks outside", () => {
  const reader = new RtpReader();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), (bytes) => {
      if (!reader.read(bytes)) return;
      expect(reader.payload().length).toBeLessThanOrEqual(bytes.length - 12);
    }),
  );
});

test("RTCP on the RTP port is told by its type", () => {
  expect(isRtcp(Uint8Array.of(0x80, 200, 0, 1, 0, 0, 0, 1))).toBe(true);
  expect(
    isRtcp(serializeRtp({ marker: true, payloadType: 0, sequence: 0, timestamp: 0, ssrc: 0 }, new Uint8Array(9))),
  ).toBe(false);
  expect(isRtcp(Uint8Array.of(0x80, 200))).toBe(false);
});
