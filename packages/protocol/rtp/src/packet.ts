/** A plain RTP header (RFC 3550 §5.1) without contributing sources or an extension. */
export const RTP_HEADER_BYTES = 12;

/**
 * Reads one packet at a time; its fields are those of the last packet that `read` took, until the next. Nothing is copied
 * and nothing is allocated: `payload()` is a view into the packet.
 */
export class RtpReader {
  bytes: Uint8Array = new Uint8Array(0);
  marker = false;
  payloadType = 0;
  sequence = 0;
  /** In ticks of the media clock (8 kHz for G.711), modulo 2^32. */
  timestamp = 0;
  ssrc = 0;
  payloadStart = 0;
  payloadEnd = 0;

  /** False for anything that is not a whole RTP version 2 packet; the fields are then worth nothing. */
  read(bytes: Uint8Array): boolean {
    const { length } = bytes;
    if (length < RTP_HEADER_BYTES) return false;
    const first = byte(bytes, 0);
    if (first >> 6 !== 2) return false;
    let start = RTP_HEADER_BYTES + (first & 0x0f) * 4;
    let end = length;
    if ((first & 0x10) !== 0) {
      if (start + 4 > length) return false;
      start += 4 + ((byte(bytes, start + 2) << 8) | byte(bytes, start + 3)) * 4;
    }
    if ((first & 0x20) !== 0) {
      const padding = byte(bytes, length - 1);
      if (padding === 0) return false;
      end -= padding;
    }
    if (start > end) return false;
    const second = byte(bytes, 1);
    this.bytes = bytes;
    this.marker = second > 127;
    this.payloadType = second & 0x7f;
    this.sequence = (byte(bytes, 2) << 8) | byte(bytes, 3);
    this.timestamp = uint32(bytes, 4);
    this.ssrc = uint32(bytes, 8);
    this.payloadStart = start;
    this.payloadEnd = end;
    return true;
  }

  payload(): Uint8Array {
    return this.bytes.subarray(this.payloadStart, this.payloadEnd);
  }

  /** True where the packet is a plain header and a payload: it can be sent on with its header rewritten in place. */
  get isPlain(): boolean {
    return this.payloadStart === RTP_HEADER_BYTES && this.payloadEnd === this.bytes.length;
  }
}

export type RtpHeader = {
  readonly marker: boolean;
  readonly payloadType: number;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
};

/** Writes a plain header over the first 12 bytes. */
export function writeRtpHeader(
  bytes: Uint8Array,
  marker: boolean,
  payloadType: number,
  sequence: number,
  timestamp: number,
  ssrc: number,
): void {
  bytes[0] = 0x80;
  bytes[1] = (marker ? 0x80 : 0) | payloadType;
  bytes[2] = sequence >> 8;
  bytes[3] = sequence;
  writeUint32(bytes, 4, timestamp);
  writeUint32(bytes, 8, ssrc);
}

export function serializeRtp(header: RtpHeader, payload: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(RTP_HEADER_BYTES + payload.length);
  writeRtpHeader(bytes, header.marker, header.payloadType, header.sequence, header.timestamp, header.ssrc);
  bytes.set(payload, RTP_HEADER_BYTES);
  return bytes;
}

/** RTCP on the RTP port is told by its packet type (RFC 5761 §4). */
export function isRtcp(bytes: Uint8Array): boolean {
  return bytes.length >= 8 && byte(bytes, 0) >> 6 === 2 && byte(bytes, 1) >= 192 && byte(bytes, 1) <= 223;
}

export function byte(bytes: Uint8Array, at: number): number {
  return bytes[at] as number;
}

export function uint32(bytes: Uint8Array, at: number): number {
  return (
    ((byte(bytes, at) << 24) | (byte(bytes, at + 1) << 16) | (byte(bytes, at + 2) << 8) | byte(bytes, at + 3)) >>> 0
  );
}

export function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}
