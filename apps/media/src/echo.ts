import { decodeG711Into, encodeG711, type G711Codec } from "@jikimi/audio";
import type { SaidSink } from "./said-audio.ts";
import { FRAME_SAMPLES, type PlayableSound, SAMPLES_PER_MS } from "./telephone-sound.ts";

/** What is said comes in turns of 100 ms, and late by a jitter buffer. */
const SLACK_MS = 400;

/**
 * What a party says, played back to it later: a ring of the last seconds, written where it was said and read the
 * delay behind. What was not said, or came too late, is silence.
 */
export class Echo implements SaidSink, PlayableSound {
  readonly samples = Number.POSITIVE_INFINITY;
  readonly #pcm: Int16Array;
  readonly #frame = new Int16Array(FRAME_SAMPLES);
  /** Where on our clock the sound's own sample 0 is read. */
  readonly #origin: number;

  /** `position`: now, in samples of our clock. */
  constructor({ delayMs, position }: { delayMs: number; position: number }) {
    const delay = delayMs * SAMPLES_PER_MS;
    this.#origin = position - delay;
    this.#pcm = new Int16Array(delay + SLACK_MS * SAMPLES_PER_MS);
  }

  audio(position: number, codec: G711Codec, payload: Uint8Array): void {
    const { length } = this.#pcm;
    for (let taken = 0; taken < payload.length; ) {
      const at = (((position + taken) % length) + length) % length;
      const room = Math.min(length - at, payload.length - taken);
      decodeG711Into(codec, payload, taken, taken + room, this.#pcm, at);
      taken += room;
    }
  }

  frame(codec: G711Codec, sample: number): Uint8Array {
    const { length } = this.#pcm;
    const from = this.#origin + sample;
    for (let i = 0; i < FRAME_SAMPLES; i++) {
      const at = (((from + i) % length) + length) % length;
      this.#frame[i] = this.#pcm[at] as number;
      // Heard once: a silence afterwards is no second echo.
      this.#pcm[at] = 0;
    }
    return encodeG711(codec, this.#frame);
  }

  flush(): void {}

  close(): void {}
}
