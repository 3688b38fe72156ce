import {
  createProtection,
  type Protection,
  RTCP_LABELS,
  RTP_LABELS,
  type SrtpKeys,
  type SrtpProfile,
} from "./protection.ts";
import { ReplayWindow } from "./replay-window.ts";

const RTP_HEADER_BYTES = 12;
const RTCP_CLEAR_BYTES = 8;
const INDEX_BYTES = 4;
const ENCRYPTED_FLAG = 0x8000_0000;
const MOST_SOURCES = 8;
/** Packets that may wait in the socket at once without sharing memory. */
const SCRATCH_PACKETS = 8;
const LARGEST_PACKET = 2048;
const ROOM = 32;

/** What leaves: plain RTP and RTCP in, SRTP and SRTCP out (RFC 3711). A packet is valid until eight packets later. */
export class SrtpSender {
  readonly #rtp: Protection;
  readonly #rtcp: Protection;
  readonly #scratch = Array.from({ length: SCRATCH_PACKETS }, () => Buffer.allocUnsafe(LARGEST_PACKET));
  #scratchIndex = 0;
  #ssrc = -1;
  #rollover = 0;
  #lastSequence = -1;
  #rtcpIndex = 0;

  constructor(profile: SrtpProfile, keys: SrtpKeys) {
    this.#rtp = createProtection(profile, keys, RTP_LABELS);
    this.#rtcp = createProtection(profile, keys, RTCP_LABELS);
  }

  /** Of one source of ours, in sequence or a little out of it; null for what is no RTP or too large. */
  rtp(packet: Uint8Array): Buffer | null {
    const clear = rtpHeaderBytes(packet, packet.length);
    if (clear === null || packet.length > LARGEST_PACKET - ROOM) return null;
    const sequence = uint16(packet, 2);
    const ssrc = uint32(packet, 8);
    if (ssrc !== this.#ssrc) {
      this.#ssrc = ssrc;
      this.#rollover = 0;
      this.#lastSequence = sequence;
    }
    const high = guessRollover(this.#rollover, this.#lastSequence, sequence);
    if (high > this.#rollover || (high === this.#rollover && sequence > this.#lastSequence)) {
      this.#rollover = high;
      this.#lastSequence = sequence;
    }
    const to = this.#next();
    return to.subarray(0, this.#rtp.protect(packet, clear, { ssrc, high: Math.max(high, 0), low: sequence, trailer: null }, to));
  }

  rtcp(packet: Uint8Array): Buffer | null {
    if (packet.length < RTCP_CLEAR_BYTES || packet.length > LARGEST_PACKET - ROOM) return null;
    this.#rtcpIndex = (this.#rtcpIndex + 1) % 0x8000_0000;
    const trailer = Buffer.alloc(INDEX_BYTES);
    trailer.writeUInt32BE((ENCRYPTED_FLAG | this.#rtcpIndex) >>> 0);
    const to = this.#next();
    const number = { ssrc: uint32(packet, 4), high: 0, low: this.#rtcpIndex, trailer };
    return to.subarray(0, this.#rtcp.protect(packet, RTCP_CLEAR_BYTES, number, to));
  }

  #next(): Buffer {
    this.#scratchIndex = (this.#scratchIndex + 1) % SCRATCH_PACKETS;
    return this.#scratch[this.#scratchIndex] as Buffer;
  }
}

type Source = { rollover: number; highest: number; readonly window: ReplayWindow };

/** What comes in: each packet once, and only if the party made it. Never throws. */
export class SrtpReceiver {
  readonly #rtp: Protection;
  readonly #rtcp: Protection;
  readonly #sources = new Map<number, Source>();
  readonly #rtcpWindows = new Map<number, ReplayWindow>();

  constructor(profile: SrtpProfile, keys: SrtpKeys) {
    this.#rtp = createProtection(profile, keys, RTP_LABELS);
    this.#rtcp = createProtection(profile, keys, RTCP_LABELS);
  }

  /** Null for what is forged, came before, or is no packet. */
  rtp(packet: Buffer): Buffer | null {
    const clear = rtpHeaderBytes(packet, packet.length - this.#rtp.tagBytes);
    if (clear === null) return null;
    const ssrc = uint32(packet, 8);
    const sequence = uint16(packet, 2);
    const source = this.#sources.get(ssrc) ?? { rollover: 0, highest: sequence, window: new ReplayWindow() };
    const rollover = guessRollover(source.rollover, source.highest, sequence);
    const index = rollover * 65_536 + sequence;
    if (rollover < 0 || !source.window.isNew(index)) return null;
    const plain = this.#rtp.unprotect(packet, clear, { ssrc, high: rollover, low: sequence, trailer: null });
    if (plain === null) return null;
    source.window.note(index);
    if (index >= source.rollover * 65_536 + source.highest) {
      source.rollover = rollover;
      source.highest = sequence;
    }
    remember(this.#sources, ssrc, source);
    return plain;
  }

  rtcp(packet: Buffer): Buffer | null {
    const end = packet.length - this.#rtcp.tagBytes;
    if (end < RTCP_CLEAR_BYTES + INDEX_BYTES) return null;
    // The index lies before HMAC's tag, and after GCM's.
    const at = this.#rtcp.tagBytes === 16 ? packet.length - INDEX_BYTES : end - INDEX_BYTES;
    const trailer = packet.subarray(at, at + INDEX_BYTES);
    const flagged = trailer.readUInt32BE(0);
    if (flagged < ENCRYPTED_FLAG) return null;
    const index = flagged - ENCRYPTED_FLAG;
    const ssrc = uint32(packet, 4);
    const window = this.#rtcpWindows.get(ssrc) ?? new ReplayWindow();
    if (!window.isNew(index)) return null;
    const plain = this.#rtcp.unprotect(packet, RTCP_CLEAR_BYTES, { ssrc, high: 0, low: index, trailer });
    if (plain === null) return null;
    window.note(index);
    remember(this.#rtcpWindows, ssrc, window);
    return plain;
  }
}

/** Only the party itself gets here: it may have a few sources, and the oldest give way. */
function remember<Value>(sources: Map<number, Value>, ssrc: number, value: Value): void {
  if (sources.has(ssrc)) return;
  const [oldest] = sources.keys();
  if (sources.size >= MOST_SOURCES && oldest !== undefined) sources.delete(oldest);
  sources.set(ssrc, value);
}

/** RFC 3711 §3.3.1. */
function guessRollover(rollover: number, highest: number, sequence: number): number {
  if (highest < 32_768) return sequence - highest > 32_768 ? rollover - 1 : rollover;
  return highest - 32_768 > sequence ? rollover + 1 : rollover;
}

/** With contributing sources and extension, which stay readable; null when it does not fit into `end`. */
function rtpHeaderBytes(packet: Uint8Array, end: number): number | null {
  if (end < RTP_HEADER_BYTES) return null;
  const first = packet[0] as number;
  if (first >> 6 !== 2) return null;
  let bytes = RTP_HEADER_BYTES + (first & 0x0f) * 4;
  if ((first & 0x10) !== 0) {
    if (bytes + 4 > end) return null;
    bytes += 4 + uint16(packet, bytes + 2) * 4;
  }
  return bytes <= end ? bytes : null;
}

function uint16(bytes: Uint8Array, at: number): number {
  return ((bytes[at] as number) << 8) | (bytes[at + 1] as number);
}

function uint32(bytes: Uint8Array, at: number): number {
  return (uint16(bytes, at) * 65_536 + uint16(bytes, at + 2)) >>> 0;
}
