import { byte, uint32, writeUint32 } from "./packet.ts";

const SENDER_REPORT = 200;
const RECEIVER_REPORT = 201;
const SOURCE_DESCRIPTION = 202;
const GOODBYE = 203;
const REPORT_BYTES = 24;
const CNAME = 1;
const MAX_PACKETS = 32;
/** Seconds from 1900 (NTP) to 1970. */
const NTP_EPOCH_S = 2_208_988_800;

/** A reception report block (RFC 3550 §6.4.1). */
export type ReceptionReport = {
  readonly ssrc: number;
  /** Of 256, since the report before. */
  readonly fractionLost: number;
  readonly cumulativeLost: number;
  readonly highestSequence: number;
  readonly jitterTicks: number;
  /** Middle 32 bits of the NTP time of the last sender report that came from this source; 0 without one. */
  readonly lastSenderReport: number;
  /** Since that report came, in 1/65536 s. */
  readonly delaySinceLastSenderReport: number;
};

export type SenderInfo = {
  /** Seconds since 1900 in the upper 32 bits, their fraction in the lower. */
  readonly ntpSeconds: number;
  readonly ntpFraction: number;
  readonly rtpTimestamp: number;
  readonly packets: number;
  readonly octets: number;
};

export type RtcpPacket =
  | {
      readonly kind: "sender-report";
      readonly ssrc: number;
      readonly info: SenderInfo;
      readonly reports: readonly ReceptionReport[];
    }
  | { readonly kind: "receiver-report"; readonly ssrc: number; readonly reports: readonly ReceptionReport[] }
  | { readonly kind: "goodbye"; readonly ssrcs: readonly number[] };

/**
 * Reads a compound packet (RFC 3550 §6.1, A.2); kinds we have no use for are passed over. Null when it is not RTCP or does
 * not add up. Never throws.
 */
export function parseRtcp(bytes: Uint8Array): RtcpPacket[] | null {
  const packets: RtcpPacket[] = [];
  let at = 0;
  for (let count = 0; at < bytes.length; count++) {
    if (count >= MAX_PACKETS || at + 4 > bytes.length || byte(bytes, at) >> 6 !== 2) return null;
    const items = byte(bytes, at) & 0x1f;
    const kind = byte(bytes, at + 1);
    const end = at + 4 + ((byte(bytes, at + 2) << 8) | byte(bytes, at + 3)) * 4;
    if (end > bytes.length || kind < 192 || kind > 223) return null;
    const body = bytes.subarray(at + 4, end);
    const packet = parseOne(kind, items, body);
    if (packet === "malformed") return null;
    if (packet !== null) packets.push(packet);
    at = end;
  }
  return at === 0 ? null : packets;
}

/** A compound of one report (a sender's when `info` is given), our name and, at the end, goodbye (RFC 3550 §6.1). */
export function serializeRtcp({
  ssrc,
  cname,
  info,
  reports,
  goodbye = false,
}: {
  ssrc: number;
  /** Of chance, not a machine's name: nothing inside leaves (RFC 7022). */
  cname: string;
  info: SenderInfo | null;
  reports: readonly ReceptionReport[];
  goodbye?: boolean;
}): Buffer {
  const name = Buffer.from(cname, "latin1").subarray(0, 255);
  const reportBytes = 8 + (info === null ? 0 : 20) + reports.length * REPORT_BYTES;
  // Header, SSRC, item type and length, the name, at least one zero octet, to a multiple of four.
  const descriptionBytes = (8 + 2 + name.length + 4) & ~3;
  const bytes = Buffer.alloc(reportBytes + descriptionBytes + (goodbye ? 8 : 0));
  let at = header(bytes, 0, info === null ? RECEIVER_REPORT : SENDER_REPORT, reports.length, reportBytes, ssrc);
  if (info !== null) {
    for (const value of [info.ntpSeconds, info.ntpFraction, info.rtpTimestamp, info.packets, info.octets]) {
      writeUint32(bytes, at, value);
      at += 4;
    }
  }
  for (const report of reports) {
    writeUint32(bytes, at, report.ssrc);
    writeUint32(bytes, at + 4, (report.fractionLost << 24) | (report.cumulativeLost & 0xffffff));
    writeUint32(bytes, at + 8, report.highestSequence);
    writeUint32(bytes, at + 12, report.jitterTicks);
    writeUint32(bytes, at + 16, report.lastSenderReport);
    writeUint32(bytes, at + 20, report.delaySinceLastSenderReport);
    at += REPORT_BYTES;
  }
  const item = header(bytes, at, SOURCE_DESCRIPTION, 1, descriptionBytes, ssrc);
  bytes[item] = CNAME;
  bytes[item + 1] = name.length;
  bytes.set(name, item + 2);
  if (goodbye) header(bytes, at + descriptionBytes, GOODBYE, 1, 8, ssrc);
  return bytes;
}

/** Wall-clock time as NTP has it. */
export function ntpTime(epochMs: number): { ntpSeconds: number; ntpFraction: number } {
  const seconds = Math.floor(epochMs / 1000);
  return {
    ntpSeconds: (seconds + NTP_EPOCH_S) >>> 0,
    ntpFraction: Math.floor(((epochMs - seconds * 1000) / 1000) * 2 ** 32) >>> 0,
  };
}

/** The middle 32 bits, as a reception report quotes a sender report. */
export function middleNtp({ ntpSeconds, ntpFraction }: { ntpSeconds: number; ntpFraction: number }): number {
  return (((ntpSeconds & 0xffff) << 16) | (ntpFraction >>> 16)) >>> 0;
}

function header(bytes: Buffer, at: number, kind: number, items: number, length: number, ssrc: number): number {
  bytes[at] = 0x80 | items;
  bytes[at + 1] = kind;
  bytes.writeUInt16BE(length / 4 - 1, at + 2);
  writeUint32(bytes, at + 4, ssrc);
  return at + 8;
}

function parseOne(kind: number, items: number, body: Uint8Array): RtcpPacket | "malformed" | null {
  switch (kind) {
    case SENDER_REPORT: {
      if (body.length < 24 + items * REPORT_BYTES) return "malformed";
      const info = {
        ntpSeconds: uint32(body, 4),
        ntpFraction: uint32(body, 8),
        rtpTimestamp: uint32(body, 12),
        packets: uint32(body, 16),
        octets: uint32(body, 20),
      };
      return { kind: "sender-report", ssrc: uint32(body, 0), info, reports: parseReports(body, 24, items) };
    }
    case RECEIVER_REPORT:
      if (body.length < 4 + items * REPORT_BYTES) return "malformed";
      return { kind: "receiver-report", ssrc: uint32(body, 0), reports: parseReports(body, 4, items) };
    case GOODBYE:
      if (body.length < items * 4) return "malformed";
      return { kind: "goodbye", ssrcs: Array.from({ length: items }, (_, i) => uint32(body, i * 4)) };
    default:
      return null;
  }
}

function parseReports(body: Uint8Array, from: number, items: number): ReceptionReport[] {
  return Array.from({ length: items }, (_, i) => {
    const at = from + i * REPORT_BYTES;
    return {
      ssrc: uint32(body, at),
      fractionLost: byte(body, at + 4),
      cumulativeLost: uint32(body, at + 4) & 0xffffff,
      highestSequence: uint32(body, at + 8),
      jitterTicks: uint32(body, at + 12),
      lastSenderReport: uint32(body, at + 16),
      delaySinceLastSenderReport: uint32(body, at + 20),
    };
  });
}
