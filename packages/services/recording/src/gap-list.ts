import { RECORDING_RATE_HZ, type RecordingGap, type RecordingGapReason, type RecordingTrack } from "./types.ts";

type Gap = { track: RecordingTrack; startSample: number; endSample: number; reason: RecordingGapReason };

/**
 * The gaps of one recording as they were told, kept for its summary. A gap that continues the track's last one for the
 * same reason lengthens it. Holds 20 000; more are in the blocks all the same, and the summary says how many it leaves out.
 */
export class GapList {
  static readonly capacity = 20_000;
  readonly #gaps: Gap[] = [];
  readonly #last = new Map<RecordingTrack, Gap>();
  #unlisted = 0;

  get unlisted(): number {
    return this.#unlisted;
  }

  add(gap: Readonly<Gap>): void {
    const last = this.#last.get(gap.track);
    if (last !== undefined && last.reason === gap.reason && last.endSample === gap.startSample) {
      last.endSample = gap.endSample;
      return;
    }
    if (this.#gaps.length >= GapList.capacity) {
      this.#unlisted += 1;
      return;
    }
    const own = { ...gap };
    this.#gaps.push(own);
    this.#last.set(gap.track, own);
  }

  list(): readonly Readonly<Gap>[] {
    return this.#gaps;
  }

  /** In whole milliseconds (never shorter than the gap is) and by channel, in order of time. */
  summary(): RecordingGap[] {
    return this.#gaps
      .map(({ track, startSample, endSample, reason }): RecordingGap => {
        const channel = track === "caller" ? "caller" : "agent";
        return {
          channel,
          startMs: Math.floor(samplesToMs(startSample)),
          endMs: Math.ceil(samplesToMs(endSample)),
          reason,
        };
      })
      .sort((a, b) => a.startMs - b.startMs || a.channel.localeCompare(b.channel));
  }
}

export function samplesToMs(samples: number): number {
  return (samples * 1000) / RECORDING_RATE_HZ;
}
