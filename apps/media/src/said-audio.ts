import type { G711Codec } from "@jikimi/audio";
import { AudioPlacer, type PlacedAudio, type RtpReader } from "@jikimi/rtp";
import { isG711, isQuiet, silence } from "./telephone-sound.ts";
import type { TrackRecorder } from "./track-recorder.ts";

/** Packets kept before they are worked on in any case: twice what comes in one turn of the beat. */
const QUEUE_PACKETS = 10;
/** Room for the payload of a usual packet (20 ms) or a long one (60 ms); a longer one is kept as a view of the datagram. */
const SLOT_BYTES = 480;

/** Memory that is used again and again: a packet that is noted allocates nothing. */
class Slot {
  readonly #bytes = new Uint8Array(SLOT_BYTES);
  payload = this.#bytes.subarray(0, 160);
  ssrc = 0;
  sequence = 0;
  timestamp = 0;
  codec = "";
  arrivalMs = 0;

  note(packet: RtpReader, codec: string, nowMs: number): void {
    const { bytes, payloadStart, payloadEnd } = packet;
    const length = payloadEnd - payloadStart;
    if (length > SLOT_BYTES) {
      this.payload = bytes.slice(payloadStart, payloadEnd);
    } else {
      if (length !== this.payload.length || this.payload.buffer !== this.#bytes.buffer) {
        this.payload = this.#bytes.subarray(0, length);
      }
      const target = this.#bytes;
      for (let i = 0, at = payloadStart; i < length; i++, at++) target[i] = bytes[at] as number;
    }
    this.ssrc = packet.ssrc;
    this.sequence = packet.sequence;
    this.timestamp = packet.timestamp;
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
  readonly #queue = Array.from({ length: QUEUE_PACKETS }, () => new Slot());
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
    this.#queue[this.#queued]?.note(packet, codec, nowMs);
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
      const { ssrc, sequence, timestamp, payload, codec, arrivalMs } = this.#queue[i] as Slot;
      this.#placer.push(ssrc, sequence, timestamp, payload, codec, arrivalMs);
    }
    this.#queued = 0;
  }
}
