import { byte, RTP_HEADER_BYTES, type RtpReader, writeRtpHeader } from "./packet.ts";
import { sequenceDistance, timestampDistance } from "./sequence.ts";

const TICKS_PER_MS = 8;
/** A pause longer than this begins a new talkspurt: its first packet has the marker and the timestamp moves on by the clock. */
const TALKSPURT_PAUSE_MS = 60;
const MAX_DROPOUT = 3000;
/** A source whose timestamps leap further than 10 s, or back, set them anew. */
const MAX_JUMP_TICKS = 80_000;
const EVENT_STEP_TICKS = 160;
/** Packets that may wait in the socket at once without sharing memory. */
const SCRATCH_PACKETS = 8;
const MAX_PACKET_BYTES = 1500;
/** How far back a packet out of order may still take its place, in packets: 1.28 s. A power of two. */
const SENT_WINDOW = 64;

export type RtpSenderStart = { readonly ssrc: number; readonly sequence: number; readonly timestamp: number };

/**
 * The one source a party hears on a leg, whoever speaks: SSRC, sequence and timestamp run on from prompt to talk to prompt
 * (a browser stays on the SSRC it knows). What it returns is the packet to send, valid until eight packets later.
 *
 * Relayed packets keep their distance in sequence and time to the ones before, so that a loss on the way to us is a loss on
 * the way to the party and not hidden; the first of a run is fitted to what went before.
 */
export class RtpSender {
  readonly ssrc: number;
  #sequence: number;
  #timestamp: number;
  /** Ticks that the last packet lasts. */
  #lastTicks = 0;
  #lastMs = Number.NEGATIVE_INFINITY;
  #packets = 0;
  #octets = 0;
  /** SSRC whose packets are being relayed; -1 when the last packet was our own. */
  #relayed = -1;
  #sequenceShift = 0;
  #timestampShift = 0;
  /** Of the newest relayed packet, as it came in; and where the run began. */
  #relayedSequence = 0;
  #relayedTimestamp = 0;
  #runStart = 0;
  #eventTimestamp = 0;
  /** The newest sequence numbers sent, each in its place: under SRTP none may be used twice (RFC 3711 §9.1). */
  readonly #sent = new Int32Array(SENT_WINDOW).fill(-1);
  readonly #scratch = Array.from({ length: SCRATCH_PACKETS }, () => Buffer.allocUnsafe(MAX_PACKET_BYTES));
  #scratchIndex = 0;

  constructor({ ssrc, sequence, timestamp }: RtpSenderStart) {
    this.ssrc = ssrc;
    this.#sequence = sequence & 0xffff;
    this.#timestamp = timestamp >>> 0;
  }

  get packets(): number {
    return this.#packets;
  }

  /** Payload bytes, as a sender report counts them. */
  get octets(): number {
    return this.#octets;
  }

  get lastSentMs(): number {
    return this.#lastMs;
  }

  /** The media clock's reading at `nowMs`, for a sender report. */
  timestampAt(nowMs: number): number {
    if (this.#packets === 0) return this.#timestamp;
    return (this.#timestamp + Math.round((nowMs - this.#lastMs) * TICKS_PER_MS)) >>> 0;
  }

  /** A frame of our own: a prompt, silence, or transcoded audio that is paced by us. One byte is one tick. */
  frame(payload: Uint8Array, payloadType: number, nowMs: number): Buffer {
    const marker = this.#advance(nowMs);
    this.#relayed = -1;
    this.#lastTicks = payload.length;
    return this.#write(payload, payloadType, marker, nowMs);
  }

  /**
   * The other party's packet, its header rewritten in place where it is plain and `payload` is its own; null for a packet
   * from before the run began.
   */
  relay(packet: RtpReader, payloadType: number, nowMs: number, payload?: Uint8Array): Buffer | null {
    const { ssrc, sequence, timestamp } = packet;
    let { marker } = packet;
    const step = sequenceDistance(this.#relayedSequence, sequence);
    const ticks = timestampDistance(this.#relayedTimestamp, timestamp);
    if (ssrc === this.#relayed && step <= 0 && step > -MAX_DROPOUT)
      return this.#relayLate(packet, payloadType, payload);
    if (ssrc !== this.#relayed || step > MAX_DROPOUT || step <= 0 || ticks < 0 || ticks > MAX_JUMP_TICKS) {
      this.#advance(nowMs);
      this.#sequenceShift = this.#sequence - sequence;
      this.#timestampShift = this.#timestamp - timestamp;
      this.#relayed = ssrc;
      this.#runStart = sequence;
      marker = true;
    } else {
      this.#sequence = (sequence + this.#sequenceShift) & 0xffff;
      this.#timestamp = (timestamp + this.#timestampShift) >>> 0;
    }
    this.#relayedSequence = sequence;
    this.#relayedTimestamp = timestamp;
    this.#lastTicks = packet.payloadEnd - packet.payloadStart;
    if (payload === undefined && packet.isPlain) {
      const bytes = packet.bytes as Buffer;
      writeRtpHeader(bytes, marker, payloadType, this.#sequence, this.#timestamp, this.ssrc);
      this.#sent[this.#sequence % SENT_WINDOW] = this.#sequence;
      this.#count(bytes.length - RTP_HEADER_BYTES, nowMs);
      return bytes;
    }
    return this.#write(payload ?? packet.payload(), payloadType, marker, nowMs);
  }

  /** A packet of the relayed source that is not sent on (a digit): what follows closes up, so that nothing looks lost. */
  skip(packet: RtpReader): void {
    const step = sequenceDistance(this.#relayedSequence, packet.sequence);
    if (packet.ssrc !== this.#relayed || step <= 0) return;
    this.#sequenceShift -= step;
    this.#relayedSequence = packet.sequence;
    this.#runStart = packet.sequence;
  }

  /** What is relayed next begins a new run, also from the same source: what it said in between was not for this party. */
  interrupt(): void {
    this.#relayed = -1;
  }

  /** A telephone-event packet; all of one digit carry the timestamp of its first (RFC 4733 §2.2). */
  event(payload: Uint8Array, payloadType: number, isFirst: boolean, nowMs: number): Buffer {
    if (isFirst) {
      this.#advance(nowMs);
      this.#relayed = -1;
      this.#eventTimestamp = this.#timestamp;
    } else {
      this.#sequence = (this.#sequence + 1) & 0xffff;
    }
    const packet = this.#take(payload, isFirst, payloadType, this.#sequence, this.#eventTimestamp);
    this.#count(payload.length, nowMs);
    // The header shows the digit's start; the media clock runs on under it, one step a packet.
    const ticks = (byte(payload, 2) << 8) | byte(payload, 3);
    this.#lastTicks = Math.min(ticks, EVENT_STEP_TICKS);
    this.#timestamp = (this.#eventTimestamp + ticks - this.#lastTicks) >>> 0;
    return packet;
  }

  /** Moves to the next packet; true when it begins a talkspurt. */
  #advance(nowMs: number): boolean {
    if (this.#packets === 0) return true;
    this.#sequence = (this.#sequence + 1) & 0xffff;
    const elapsed = Math.round((nowMs - this.#lastMs) * TICKS_PER_MS);
    const paused = elapsed - this.#lastTicks > TALKSPURT_PAUSE_MS * TICKS_PER_MS;
    this.#timestamp = (this.#timestamp + (paused ? elapsed : this.#lastTicks)) >>> 0;
    return paused;
  }

  /** Out of order: sent on in its own place, unless that place is taken, long gone or from before the run. */
  #relayLate(packet: RtpReader, payloadType: number, payload?: Uint8Array): Buffer | null {
    if (sequenceDistance(this.#runStart, packet.sequence) < 0) return null;
    const sequence = (packet.sequence + this.#sequenceShift) & 0xffff;
    if (sequenceDistance(this.#sequence, sequence) <= -SENT_WINDOW) return null;
    if (this.#sent[sequence % SENT_WINDOW] === sequence) return null;
    const body = payload ?? packet.payload();
    this.#packets += 1;
    this.#octets += body.length;
    const timestamp = (packet.timestamp + this.#timestampShift) >>> 0;
    return this.#take(body, packet.marker, payloadType, sequence, timestamp);
  }

  #write(payload: Uint8Array, payloadType: number, marker: boolean, nowMs: number): Buffer {
    const packet = this.#take(payload, marker, payloadType, this.#sequence, this.#timestamp);
    this.#count(payload.length, nowMs);
    return packet;
  }

  #take(payload: Uint8Array, marker: boolean, payloadType: number, sequence: number, timestamp: number): Buffer {
    this.#scratchIndex = (this.#scratchIndex + 1) % SCRATCH_PACKETS;
    const scratch = this.#scratch[this.#scratchIndex] as Buffer;
    const length = Math.min(payload.length, MAX_PACKET_BYTES - RTP_HEADER_BYTES);
    writeRtpHeader(scratch, marker, payloadType, sequence, timestamp, this.ssrc);
    this.#sent[sequence % SENT_WINDOW] = sequence;
    scratch.set(length === payload.length ? payload : payload.subarray(0, length), RTP_HEADER_BYTES);
    return scratch.subarray(0, RTP_HEADER_BYTES + length);
  }

  #count(octets: number, nowMs: number): void {
    this.#packets += 1;
    this.#octets += octets;
    this.#lastMs = nowMs;
  }
}
