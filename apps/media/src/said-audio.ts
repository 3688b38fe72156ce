import type { G711Codec } from "@jikimi/audio";
import { AudioPlacer, type PlacedAudio, type RtpReader } from "@jikimi/rtp";
import { isG711, isQuiet, silence } from "./telephone-sound.ts";
import type { TrackRecorder } from "./track-recorder.ts";

/** Packets that wait before they are worked on in any case: five come in one turn of the beat, and eight stay as they are. */
const QUEUE_PACKETS = 7;

/** A packet that waits to be worked on: its datagram, not a copy of it (`EndpointListener`). */
class Noted {
  bytes: Uint8Array = new Uint8Array(0);
  payloadStart = 0;
  payloadEnd = 0;
  ssrc = 0;
  sequence = 0;
  timestamp = 0;
  codec = "";
  arrivalMs = 0;

  take({ bytes, payloadStart, payloadEnd, ssrc, sequence, timestamp }: RtpReader, codec: string, nowMs: number): void {
    this.bytes = bytes;
    this.payloadStart = payloadStart;
    this.payloadEnd = payloadEnd;
    this.ssrc = ssrc;
    this.sequence = sequence;
    this.timestamp = timestamp;
    this.codec = codec;
    this.arrivalMs = nowMs;
  }
}

/** Where what is said goes besides the record: a listen worker, an echo. `position` in samples of our clock. */
export interface SaidSink {
  audio(position: number, codec: G711Codec, payload: Uint8Array): void;
  flush(): void;
  close(): void;
}

/**
 * What one party says, in its place on our clock: to the tap, where it is heard, and to its track, where it is kept.
 *
 * A packet is only noted when it comes, because relaying it is urgent and this is not; every 100 ms what has come is worked
 * on in one go. (Measured: placing, decoding and recording packet by packet costs twice as much, in cold caches.)
 */
export class SaidAudio implements PlacedAudio {
  readonly #placer = new AudioPlacer({
    out: this,
    isQuiet: (codec, payload) => isG711(codec) && isQuiet(codec, payload),
    silence: (codec, samples) => silence(isG711(codec) ? codec : "pcmu", samples),
  });
  readonly #queue = Array.from({ length: QUEUE_PACKETS }, () => new Noted());
  #queued = 0;
  #tap: SaidSink | null = null;
  #track: TrackRecorder | null = null;

  /** The party's audio goes on this track from now on; null: on none. */
  recordOn(track: TrackRecorder | null): void {
    this.#work();
    if (track === null) this.#placer.flush();
    this.#track = track;
  }

  /** Closes the tap before, if there is one. */
  tapTo(tap: SaidSink | null): void {
    this.#work();
    this.#tap?.close();
    this.#tap = tap;
  }

  push(packet: RtpReader, codec: string, nowMs: number): void {
    if (this.#track === null && this.#tap === null) return;
    if (this.#queued === QUEUE_PACKETS) this.#work();
    this.#queue[this.#queued]?.take(packet, codec, nowMs);
    this.#queued += 1;
  }

  /** Works on what has come; every 100 ms. */
  work(nowMs: number): void {
    this.#work();
    this.#placer.expire(nowMs);
    this.#tap?.flush();
  }

  audio(position: number, codec: string, payload: Uint8Array): void {
    if (!isG711(codec)) return;
    this.#tap?.audio(position, codec, payload);
    this.#track?.audio(position, codec, payload);
  }

  gap(_from: number, to: number, reason: "packet-loss" | "no-rtp"): void {
    this.#tap?.flush();
    if (reason === "packet-loss") this.#track?.lostUntil(to);
  }

  /** The party's description says that it will not be heard now, or again. */
  setHeld(held: boolean, nowPosition: number): void {
    this.#work();
    if (held) this.#placer.flush();
    this.#track?.because(held ? "hold" : "no-rtp", nowPosition);
  }

  close(): void {
    this.tapTo(null);
    this.#placer.flush();
    this.#track = null;
  }

  #work(): void {
    for (let i = 0; i < this.#queued; i++) {
      const { bytes, payloadStart, payloadEnd, ssrc, sequence, timestamp, codec, arrivalMs } = this.#queue[i] as Noted;
      const payload = bytes.subarray(payloadStart, payloadEnd);
      this.#placer.push(ssrc, sequence, timestamp, payload, codec, arrivalMs);
    }
    this.#queued = 0;
  }
}
