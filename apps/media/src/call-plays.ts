import type { G711Codec } from "@jikimi/audio";
import type { Leg } from "./leg.ts";
import { FRAME_SAMPLES, type PlayableSound, SAMPLES_PER_MS } from "./telephone-sound.ts";

export type PlayOutcome = "completed" | "stopped" | "leg-released" | "sound-unreadable";

export type PlayEvents = {
  /** The first packet left for the first leg. */
  started(playId: string, leg: Leg): void;
  /** Once for each play, whatever became of it; `playedMs` is what left for the first leg. */
  completed(playId: string, leg: Leg, outcome: PlayOutcome, playedMs: number): void;
  /** A frame left for any leg. */
  sent(leg: Leg, dueMs: number, codec: G711Codec, payload: Uint8Array): void;
};

/**
 * One sound on its way to one or more legs, in step. The first leg is the one whose hearing is proved: while it cannot be
 * sent to (hold, not answered yet) the sound waits.
 *
 * ```
 *   loading ──sound read──▶ playing ──last packet──▶ over
 *      └──────── stop, release, another sound ────────┘
 * ```
 */
type Play = {
  readonly playId: string;
  readonly first: Leg;
  readonly legs: readonly Leg[];
  readonly loop: boolean;
  sound: PlayableSound | null;
  position: number;
  sentSamples: number;
};

/** The sounds of one call: a leg hears one at a time, and the newest wins. */
export class CallPlays {
  readonly #events: PlayEvents;
  readonly #plays = new Map<string, Play>();
  /** What was asked for last on a leg, perhaps still being read; and what the leg hears. */
  readonly #wanted = new Map<Leg, Play>();
  readonly #heard = new Map<Leg, Play>();

  constructor(events: PlayEvents) {
    this.#events = events;
  }

  /** A sound is on its way, or being read. */
  get isPending(): boolean {
    return this.#plays.size > 0;
  }

  /** A sound has been read and is on its way. */
  get isPlaying(): boolean {
    return [...this.#plays.values()].some(({ sound }) => sound !== null);
  }

  /** Asks for a play; what plays now goes on until `begin`. */
  announce(playId: string, legs: readonly [Leg, ...Leg[]], loop: boolean): void {
    this.stop(playId);
    const play: Play = { playId, first: legs[0], legs, loop, sound: null, position: 0, sentSamples: 0 };
    this.#plays.set(playId, play);
    for (const leg of legs) this.#wanted.set(leg, play);
  }

  /** The sound has been read: it takes the legs over, except those for which another was asked in the meantime. */
  begin(playId: string, sound: PlayableSound): void {
    const play = this.#plays.get(playId);
    if (play === undefined) return;
    if (this.#wanted.get(play.first) !== play) {
      this.#end(play, "stopped");
      return;
    }
    play.sound = sound;
    for (const leg of play.legs) {
      if (this.#wanted.get(leg) !== play) continue;
      const before = this.#heard.get(leg);
      if (before?.first === leg) this.#end(before, "stopped");
      this.#heard.set(leg, play);
      leg.setPlayedTo(true);
    }
  }

  unreadable(playId: string): void {
    const play = this.#plays.get(playId);
    if (play !== undefined) this.#end(play, "sound-unreadable");
  }

  stop(playId: string): void {
    const play = this.#plays.get(playId);
    if (play !== undefined) this.#end(play, "stopped");
  }

  /** The leg is going away. */
  release(leg: Leg): void {
    for (const play of [...this.#plays.values()]) if (play.first === leg) this.#end(play, "leg-released");
    this.#wanted.delete(leg);
    this.#heard.delete(leg);
  }

  /** Sends the next 20 ms of every sound. */
  tick(dueMs: number): void {
    if (this.#plays.size === 0) return;
    for (const play of this.#plays.values()) {
      if (play.sound !== null && play.first.canSend && !play.first.digitsBusy) this.#step(play, play.sound, dueMs);
    }
  }

  #step(play: Play, sound: PlayableSound, dueMs: number): void {
    for (const leg of play.legs) {
      const { codec } = leg;
      if (codec === null || !leg.canSend || leg.digitsBusy || this.#heard.get(leg) !== play) continue;
      const payload = sound.frame(codec, play.position);
      leg.sendFrame(payload, dueMs);
      this.#events.sent(leg, dueMs, codec, payload);
    }
    if (play.sentSamples === 0) this.#events.started(play.playId, play.first);
    play.sentSamples += FRAME_SAMPLES;
    play.position += FRAME_SAMPLES;
    if (play.position < sound.samples) return;
    if (play.loop) play.position = 0;
    else this.#end(play, "completed");
  }

  #end(play: Play, outcome: PlayOutcome): void {
    if (!this.#plays.delete(play.playId)) return;
    for (const leg of play.legs) {
      if (this.#wanted.get(leg) === play) this.#wanted.delete(leg);
      if (this.#heard.get(leg) !== play) continue;
      this.#heard.delete(leg);
      leg.setPlayedTo(false);
    }
    this.#events.completed(play.playId, play.first, outcome, play.sentSamples / SAMPLES_PER_MS);
  }
}
