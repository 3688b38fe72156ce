import fc from "fast-check";
import { expect, test } from "vitest";
import { middleNtp, ntpTime, parseRtcp, serializeRtcp } from "./rtcp.ts";

const u32 = fc.integer({ min: 0, max: 0xffff_ffff });
const report = fc.record({
  ssrc: u32,
  fractionLost: fc.integer({ min: 0, max: 255 }),
  cumulativeLost: fc.integer({ min: 0, max: 0xffffff }),
  highestSequence: u32,
  jitterTicks: u32,
  lastSenderReport: u32,
  delaySinceLastSenderReport: u32,
});
const info = fc.record({ ntpSeconds: u32, ntpFraction: u32, rtpTimestamp: u32, packets: u32, octets: u32 });

test("a compound packet is read back as it was written", () => {
  fc.assert(
    fc.property(
      u32,
      fc.string({ maxLength: 40 }),
      fc.option(info, { nil: null }),
      fc.array(report, { maxLength: 31 }),
      fc.boolean(),
      (ssrc, cname, info, reports, goodbye) => {
        const bytes = serializeRtcp({ ssrc, cname, info, reports, goodbye });
        expect(bytes.length % 4).toBe(0);
        expect(parseRtcp(bytes)).toEqual([
          info === null ? { kind: "receiver-report", ssrc, reports } : { kind: "sender-report", ssrc, info, reports },
          ...(goodbye ? [{ kind: "goodbye", ssrcs: [ssrc] }] : []),
        ]);
      },
    ),
  );
});

test("cut off anywhere, it is refused or read and never throws", () => {
  const bytes = serializeRtcp({
    ssrc: 7,
    cname: "abc",
    info: { ntpSeconds: 1, ntpFraction: 2, rtpTimestamp: 3, packets: 4, octets: 5 },
    reports: [],
    goodbye: true,
  });
  const read = Array.from({ length: bytes.length + 1 }, (_, end) => end).filter(
    (end) => parseRtcp(bytes.subarray(0, end)) !== null,
  );
  expect(read).toEqual([28, 44, bytes.length]);
});

test("whatever comes, parsing never throws", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), fc.boolean(), (bytes, dressed) => {
      if (dressed && bytes.length > 4) bytes.set([0x80 | ((bytes[0] ?? 0) & 0x1f), 200 + ((bytes[1] ?? 0) % 4), 0]);
      const packets = parseRtcp(bytes);
      expect(packets === null || Array.isArray(packets)).toBe(true);
    }),
  );
});

test("NTP time counts from 1900", () => {
  expect(ntpTime(0)).toEqual({ ntpSeconds: 2_208_988_800, ntpFraction: 0 });
  expect(ntpTime(1500)).toEqual({ ntpSeconds: 2_208_988_801, ntpFraction: 2 ** 31 });
  expect(middleNtp({ ntpSeconds: 0x12345678, ntpFraction: 0x9abcdef0 })).toBe(0x56789abc);
});
