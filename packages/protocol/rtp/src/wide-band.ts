import { byte, RTP_HEADER_BYTES, RtpReader, uint32, writeRtpHeader, writeUint32 } from "./packet.ts";
import { sequenceDistance, timestampDistance } from "./sequence.ts";

/**
 * A codec of 48 kHz that only the wire speaks: inside, a leg is G.711 at 8 kHz, whoever is on it. What either method gives
 * is valid until it is called again.
 */
export interface WideCodec {
  /** Which law the inside is in: `pcmu` or `pcma`. */
  readonly law: string;
  /** One packet's sound as G.711; null when nothing can be made of it. */
  toTelephone(payload: Uint8Array): Uint8Array | null;
  /** 20 ms of G.711 as one packet's payload. */
  fromTelephone(frame: Uint8Array): Uint8Array;
}

/** Ticks of the wire's clock in one of the inside's. */
export const WIDE_RATIO = 6;
/** 20 ms inside. */
export const WIDE_FRAME_SAMPLES = 160;
const MAX_DROPOUT = 3000;
const MAX_PACKET_BYTES = 1500;
/** A packet may wait in a socket, or at the leg for the tap and the record, while the next ones come (`EndpointListener`). */
const SCRATCH_PACKETS = 8;

class Scratch {
  readonly #packets = Array.from({ length: SCRATCH_PACKETS }, () => Buffer.allocUnsafe(MAX_PACKET_BYTES));
  #index = 0;

  next(): Buffer {
    this.#index = (this.#index + 1) % SCRATCH_PACKETS;
    return this.#packets[this.#index] as Buffer;
  }
}

/**
 * The party's packets as if it spoke G.711: same source and sequence, the timestamp in the inside's clock. A decoder goes
 * on from packet to packet, so what comes after its turn is lost.
 */
export class WideReceiver {
  readonly #codec: WideCodec;
  readonly #scratch = new Scratch();
  readonly #reader = new RtpReader();
  #ssrc = -1;
  #sequence = 0;
  #timestamp = 0;
  /** Since the source began, unwrapped. */
  #elapsedTicks = 0;
  #base = 0;
  #late = 0;

  constructor(codec: WideCodec) {
    this.#codec = codec;
  }

  get law(): string {
    return this.#codec.law;
  }

  /** Packets that came after their turn, or that nothing could be made of. */
  get unusable(): number {
    return this.#late;
  }

  /** Null for a packet of no use; else a reader that is used again for the next one. */
  turn(packet: RtpReader): RtpReader | null {
    const { ssrc, sequence, timestamp } = packet;
    const step = sequenceDistance(this.#sequence, sequence);
    const isNew = ssrc !== this.#ssrc || Math.abs(step) > MAX_DROPOUT;
    const payload = isNew || step > 0 ? this.#codec.toTelephone(packet.payload()) : null;
    if (payload === null || payload.length === 0 || payload.length > MAX_PACKET_BYTES - RTP_HEADER_BYTES) {
      this.#late += 1;
      return null;
    }
    if (isNew) {
      this.#ssrc = ssrc;
      this.#base = Math.floor(timestamp / WIDE_RATIO);
      this.#elapsedTicks = 0;
    } else {
      this.#elapsedTicks += timestampDistance(this.#timestamp, timestamp);
    }
    this.#sequence = sequence;
    this.#timestamp = timestamp;
    const bytes = this.#scratch.next();
    const inside = (this.#base + Math.round(this.#elapsedTicks / WIDE_RATIO)) >>> 0;
    writeRtpHeader(bytes, packet.marker, 0, sequence, inside, ssrc);
    bytes.set(payload, RTP_HEADER_BYTES);
    this.#reader.read(bytes.subarray(0, RTP_HEADER_BYTES + payload.length));
    return this.#reader;
  }
}

/** What we made for a G.711 party, as the wire wants it: the sender's sequence, its timestamps in the wire's clock. */
export class WideSender {
  readonly #codec: WideCodec;
  readonly #scratch = new Scratch();

  constructor(codec: WideCodec) {
    this.#codec = codec;
  }

  /** `packet` is a plain header and 20 ms of G.711. */
  frame(packet: Uint8Array): Buffer {
    return this.#write(packet, this.#codec.fromTelephone(packet.subarray(RTP_HEADER_BYTES)));
  }

  /** A telephone event; its length is in the clock of `ratio` times 8 kHz. */
  event(packet: Uint8Array, ratio: number): Buffer {
    const payload = Buffer.from(packet.subarray(RTP_HEADER_BYTES));
    payload.writeUInt16BE(Math.min(payload.readUInt16BE(2) * ratio, 65_535), 2);
    return this.#write(packet, payload);
  }

  #write(packet: Uint8Array, payload: Uint8Array): Buffer {
    const to = this.#scratch.next();
    for (let i = 0; i < RTP_HEADER_BYTES; i++) to[i] = byte(packet, i);
    writeUint32(to, 4, Math.imul(uint32(packet, 4), WIDE_RATIO));
    to.set(payload, RTP_HEADER_BYTES);
    return to.subarray(0, RTP_HEADER_BYTES + payload.length);
  }
}

/**
 * Cuts packets of other lengths (10, 30, 40 ms) into frames of 20. A frame's sequence counts frames since the source began,
 * so that a hole stays a hole; what lies beside a hole is filled with silence.
 */
export class FrameCutter {
  readonly #reader = new RtpReader();
  readonly #packet = new Uint8Array(RTP_HEADER_BYTES + WIDE_FRAME_SAMPLES);
  readonly #frame = this.#packet.subarray(RTP_HEADER_BYTES);
  readonly #silence: number;
  #ssrc = -1;
  #start = 0;
  /** The frame being filled, and whether there is anything in it. */
  #index = 0;
  #filled = 0;

  constructor(silence: number) {
    this.#silence = silence;
  }

  /** Whether this source has been cut already: then it goes on so. */
  isCutting(ssrc: number): boolean {
    return ssrc === this.#ssrc;
  }

  cut({ ssrc, timestamp }: RtpReader, payload: Uint8Array, frame: (packet: RtpReader) => void): void {
    const elapsed = timestampDistance(this.#start, timestamp);
    const behind = elapsed - this.#index * WIDE_FRAME_SAMPLES;
    if (ssrc !== this.#ssrc || behind < 0 || behind > WIDE_FRAME_SAMPLES * MAX_DROPOUT) {
      this.#ssrc = ssrc;
      this.#start = timestamp;
      this.#index = 0;
      this.#filled = 0;
    }
    let at = timestampDistance(this.#start, timestamp);
    for (let taken = 0; taken < payload.length; ) {
      const index = Math.floor(at / WIDE_FRAME_SAMPLES);
      if (index !== this.#index) {
        if (this.#filled > 0) this.#emit(frame);
        this.#index = index;
      }
      const from = at - index * WIDE_FRAME_SAMPLES;
      this.#frame.fill(this.#silence, this.#filled, from);
      const count = Math.min(WIDE_FRAME_SAMPLES - from, payload.length - taken);
      this.#frame.set(payload.subarray(taken, taken + count), from);
      this.#filled = from + count;
      taken += count;
      at += count;
      if (this.#filled === WIDE_FRAME_SAMPLES) {
        this.#emit(frame);
        this.#index += 1;
      }
    }
  }

  #emit(frame: (packet: RtpReader) => void): void {
    this.#frame.fill(this.#silence, this.#filled);
    this.#filled = 0;
    const timestamp = (this.#start + this.#index * WIDE_FRAME_SAMPLES) >>> 0;
    writeRtpHeader(this.#packet, false, 0, this.#index & 0xffff, timestamp, this.#ssrc);
    if (this.#reader.read(this.#packet)) frame(this.#reader);
  }
}
