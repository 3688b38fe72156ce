import { ArrivalTimeline } from "./arrival-timeline.ts";
import { JitterBuffer, type OrderedPacket } from "./jitter-buffer.ts";

/** Where placed audio goes. Positions are 8 kHz samples of the monotonic clock; calls come in order of position. */
export interface PlacedAudio {
  /** `payload` must be used or copied before the call returns. */
  audio(position: number, codec: string, payload: Uint8Array): void;
  /** Nothing was heard from `from` to `to`. */
  gap(from: number, to: number, reason: "packet-loss" | "no-rtp"): void;
}

/** A hole this short without a lost packet is a clock's correction: filled with silence, and no gap. */
const SEAM_SAMPLES = 160;

/**
 * One party's audio, in order and in its place: what the tap and the recording are made of. G.711 only: a byte is a sample.
 */
export class AudioPlacer {
  readonly #out: PlacedAudio;
  readonly #isQuiet: (codec: string, payload: Uint8Array) => boolean;
  readonly #silence: (codec: string, samples: number) => Uint8Array;
  readonly #buffer: JitterBuffer;
  readonly #timeline = new ArrivalTimeline();
  #end: number | null = null;

  constructor({
    out,
    isQuiet,
    silence,
  }: {
    out: PlacedAudio;
    /** Whether nobody would miss this packet. */
    isQuiet: (codec: string, payload: Uint8Array) => boolean;
    silence: (codec: string, samples: number) => Uint8Array;
  }) {
    this.#out = out;
    this.#isQuiet = isQuiet;
    this.#silence = silence;
    this.#buffer = new JitterBuffer({ out: { packet: (packet) => this.#place(packet) } });
  }

  /** Packets that came after their turn. */
  get late(): number {
    return this.#buffer.late;
  }

  /** Position after the last sample placed; null before the first. */
  get end(): number | null {
    return this.#end;
  }

  push(ssrc: number, sequence: number, timestamp: number, payload: Uint8Array, codec: string, arrivalMs: number): void {
    if (payload.length > 0) this.#buffer.push(ssrc, sequence, timestamp, payload, codec, arrivalMs);
  }

  /** To be called now and then (20 to 100 ms), so that a hole does not hold back what follows. */
  expire(nowMs: number): void {
    if (this.#buffer.isHolding) this.#buffer.expire(nowMs);
  }

  flush(): void {
    this.#buffer.flush();
  }

  #place(packet: OrderedPacket): void {
    const { payload, codec, lostBefore } = packet;
    const position = this.#timeline.place(packet, payload.length, () => this.#isQuiet(codec, payload));
    if (position === null) return;
    const hole = this.#end === null ? 0 : position - this.#end;
    if (this.#end !== null && hole > 0) {
      if (lostBefore === 0 && hole <= SEAM_SAMPLES) this.#out.audio(this.#end, codec, this.#silence(codec, hole));
      else this.#out.gap(this.#end, position, lostBefore > 0 ? "packet-loss" : "no-rtp");
    }
    this.#out.audio(position, codec, payload);
    this.#end = position + payload.length;
  }
}
