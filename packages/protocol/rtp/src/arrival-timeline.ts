import { timestampDistance } from "./sequence.ts";

const TICKS_PER_MS = 8;
/** Packets over which the quickest one tells how far the source's clock has run away: 5 s. */
const WINDOW_PACKETS = 250;
/** Corrected from one packet's length on, in a quiet packet; from here on in any. */
const DRIFT_TICKS = 160;
const URGENT_DRIFT_TICKS = 800;
/** Later than this, or earlier: the source set its timestamps anew. */
const MAX_BEHIND_TICKS = 24_000;
const MAX_AHEAD_TICKS = 4_000;

/**
 * Places a source's audio on our own clock: by its timestamps, so that network jitter moves nothing and a loss leaves a
 * hole of its true length; anchored to the arrival, so that a clock that runs fast or slow is corrected by one packet
 * at a time, where it is quiet if it can be. Positions are 8 kHz samples of the monotonic clock and never go back.
 */
export class ArrivalTimeline {
  #ssrc = -1;
  #timestamp = 0;
  #position = 0;
  #end = Number.NEGATIVE_INFINITY;
  #windowPackets = 0;
  #windowLeast = Number.POSITIVE_INFINITY;
  #drift = 0;

  /**
   * Where the packet's first sample belongs; null when the packet is to be left out, because the source produces more
   * audio than time goes by. `isQuiet` is asked only while a correction is due.
   */
  place(
    packet: { ssrc: number; timestamp: number; arrivalMs: number },
    samples: number,
    isQuiet: () => boolean,
  ): number | null {
    const { ssrc, timestamp, arrivalMs } = packet;
    const heard = Math.round(arrivalMs * TICKS_PER_MS) - samples;
    let position = this.#position + timestampDistance(this.#timestamp, timestamp);
    const behind = heard - position;
    if (ssrc !== this.#ssrc || behind > MAX_BEHIND_TICKS || behind < -MAX_AHEAD_TICKS) {
      this.#ssrc = ssrc;
      this.#drift = 0;
      this.#beginWindow();
      position = Math.max(heard, Math.min(this.#end, heard + DRIFT_TICKS));
    } else {
      this.#observe(behind);
      if (this.#drift !== 0 && (Math.abs(this.#drift) >= URGENT_DRIFT_TICKS || isQuiet())) {
        position += this.#drift > 0 ? samples : -samples;
        this.#drift = 0;
        this.#beginWindow();
      }
    }
    this.#timestamp = timestamp;
    this.#position = position;
    if (position < this.#end) return null;
    this.#end = position + samples;
    return position;
  }

  #observe(behind: number): void {
    if (behind < this.#windowLeast) this.#windowLeast = behind;
    this.#windowPackets += 1;
    if (this.#windowPackets < WINDOW_PACKETS) return;
    this.#drift = Math.abs(this.#windowLeast) >= DRIFT_TICKS ? this.#windowLeast : 0;
    this.#beginWindow();
  }

  #beginWindow(): void {
    this.#windowPackets = 0;
    this.#windowLeast = Number.POSITIVE_INFINITY;
  }
}
