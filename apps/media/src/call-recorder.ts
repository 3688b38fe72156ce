import type { G711Codec } from "@jikimi/audio";
import type { Speaker } from "@jikimi/kernel";
import type { RecordingSummary, RecordingWriter } from "@jikimi/recording";
import type { Leg } from "./leg.ts";
import { TrackRecorder } from "./track-recorder.ts";

/** The last packet is never older than this while somebody talks. */
const STILL_TALKING_SAMPLES = 480;

/** One call's recording while it runs: which leg speaks on which channel, and what was played to the caller. */
export class CallRecorder {
  readonly #writer: RecordingWriter;
  readonly #zero: number;
  readonly #tracks: Readonly<Record<Speaker, TrackRecorder>>;
  readonly #legs: Record<Speaker, Leg | null> = { caller: null, agent: null };

  /** `zero`: position of the recording's start on the monotonic clock. */
  constructor(writer: RecordingWriter, zero: number) {
    this.#writer = writer;
    this.#zero = zero;
    const track = (speaker: Speaker) => new TrackRecorder({ writer, track: speaker, zero, reason: "not-connected" });
    this.#tracks = { caller: track("caller"), agent: track("agent") };
  }

  get path(): string {
    return this.#writer.path;
  }

  /** The channel passes to `leg`, without a seam. */
  assign(channel: Speaker, leg: Leg, nowPosition: number): void {
    this.#legs[channel]?.recordOn(null);
    this.#legs[channel] = leg;
    this.#tracks[channel].because(leg.isHeld ? "hold" : "no-rtp", nowPosition);
    leg.recordOn(this.#tracks[channel]);
  }

  /** The leg is gone; its channel is silent until another takes it. */
  leave(leg: Leg, nowPosition: number): void {
    for (const channel of ["caller", "agent"] as const) {
      if (this.#legs[channel] !== leg) continue;
      leg.recordOn(null);
      this.#legs[channel] = null;
      this.#tracks[channel].because("not-connected", nowPosition);
    }
  }

  /** What was played to `leg` goes on the record when it is the caller who heard it. */
  played(leg: Leg, position: number, codec: G711Codec, payload: Uint8Array): void {
    if (this.#legs.caller === leg) this.#writer.write("announcement", position - this.#zero, codec, payload);
  }

  settle(nowPosition: number): void {
    this.#tracks.caller.settle(nowPosition);
    this.#tracks.agent.settle(nowPosition);
  }

  /** Both tracks end together: where the last sample is, or now if one has long been silent. */
  close(nowPosition: number): Promise<RecordingSummary> {
    const { caller, agent } = this.#tracks;
    const last = Math.max(caller.end, agent.end);
    const until = nowPosition - last > STILL_TALKING_SAMPLES ? nowPosition : last;
    for (const channel of ["caller", "agent"] as const) {
      this.#legs[channel]?.recordOn(null);
      this.#legs[channel] = null;
      this.#tracks[channel].close(until);
    }
    return this.#writer.close();
  }
}
