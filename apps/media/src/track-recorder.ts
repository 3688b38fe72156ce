import type { G711Codec } from "@jikimi/audio";
import type { RecordingGapReason, RecordingTrack, RecordingWriter } from "@jikimi/recording";
import { FRAME_SAMPLES, silence } from "./telephone-sound.ts";

/** A reason that held for less than this is not worth an entry of its own: its time goes to the one after. */
const SHORTEST_GAP_SAMPLES = 480;
/** Audio may come this late and still find its place; what is older and empty is told as a gap. */
const SETTLE_SAMPLES = 28_000;

/**
 * One track of a recording: every sample of its time is either audio or a gap with a reason; less than a packet between two
 * pieces is a seam, filled with silence. Positions are those of the monotonic clock; the file counts from the recording's
 * start.
 */
export class TrackRecorder {
  readonly #writer: RecordingWriter;
  readonly #track: RecordingTrack;
  readonly #zero: number;
  /** Up to here the track is told. */
  #end: number;
  #codec: G711Codec = "pcmu";
  /** Why nothing is heard, and since when; ascending, the first at or before `#end`. */
  #reasons: { from: number; reason: RecordingGapReason }[];

  constructor({
    writer,
    track,
    zero,
    reason,
  }: {
    writer: RecordingWriter;
    track: RecordingTrack;
    /** Position of the file's first sample. */
    zero: number;
    reason: RecordingGapReason;
  }) {
    this.#writer = writer;
    this.#track = track;
    this.#zero = zero;
    this.#end = zero;
    this.#reasons = [{ from: zero, reason }];
  }

  /** From `position` on, silence has this reason. */
  because(reason: RecordingGapReason, position: number): void {
    if (this.#reasons.at(-1)?.reason === reason) return;
    this.#reasons.push({ from: Math.max(position, this.#end), reason });
  }

  audio(position: number, codec: G711Codec, payload: Uint8Array): void {
    this.#codec = codec;
    if (position > this.#end) this.#tellUntil(position, null);
    const overlap = this.#end - position;
    if (overlap >= payload.length) return;
    const kept = overlap > 0 ? payload.subarray(overlap) : payload;
    const start = position + Math.max(0, overlap);
    this.#writer.write(this.#track, start - this.#zero, codec, kept);
    this.#end = start + kept.length;
  }

  /** Packets on the way to `position` are known to be lost. */
  lostUntil(position: number): void {
    if (position > this.#end) this.#tellUntil(position, "packet-loss");
  }

  /** Tells what is long empty, so that a crash leaves it explained. */
  settle(nowPosition: number): void {
    const until = nowPosition - SETTLE_SAMPLES;
    if (until - this.#end > SETTLE_SAMPLES) this.#tellUntil(until, null);
  }

  /** Up to here every sample is audio or a gap. */
  get end(): number {
    return this.#end;
  }

  close(until: number): void {
    if (until > this.#end) this.#tellUntil(until, null);
  }

  #tellUntil(until: number, lost: "packet-loss" | null): void {
    let from = this.#end;
    if (lost === null && until - from <= FRAME_SAMPLES) {
      this.#writer.write(this.#track, from - this.#zero, this.#codec, silence(this.#codec, until - from));
      from = until;
    }
    while (from < until) {
      const [current, next] = this.#reasons;
      const isPast = next !== undefined && next.from < until;
      const to = isPast ? next.from : until;
      if (isPast && to - from < SHORTEST_GAP_SAMPLES) {
        this.#reasons.shift();
        continue;
      }
      const reason = current?.reason ?? "no-rtp";
      this.#writer.gap(
        this.#track,
        from - this.#zero,
        to - this.#zero,
        reason === "no-rtp" && lost !== null ? lost : reason,
      );
      from = to;
      if (isPast) this.#reasons.shift();
    }
    this.#end = until;
    while (this.#reasons.length > 1 && (this.#reasons[1]?.from ?? until) <= until) this.#reasons.shift();
  }
}
