import type { CallId, Clock, EpochMs, LegId } from "@jikimi/kernel";
import type { MediaEvent, MediaPlane, Sound } from "./ports.ts";

/** What left on the wire, as the media plane saw it. */
export type Played = {
  readonly startedAtMs: EpochMs | null;
  readonly completedAtMs: EpochMs;
  readonly playedMs: number;
  readonly outcome: "completed" | "stopped" | "leg-released" | "sound-unreadable" | "media-lost" | "unconfirmed";
};

/** Longer than the sound by this much without word from the media plane: nobody knows what was heard. */
const confirmationMarginMs = 5000;

/** Turns the media plane's events into one promise a sound: started, then how it ended. */
export class PlayedWatch {
  readonly #media: MediaPlane;
  readonly #clock: Clock;
  readonly #waiting = new Map<string, Waiting>();
  readonly #stopListening: () => void;
  #count = 0;

  constructor({ media, clock }: { media: MediaPlane; clock: Clock }) {
    this.#media = media;
    this.#clock = clock;
    this.#stopListening = media.onEvent((event) => this.#hear(event));
  }

  close(): void {
    this.#stopListening();
  }

  /**
   * Plays `sound` once to `legIds` and resolves with what left for the first of them. Never rejects: a dead media
   * process is `media-lost`, a lost report `unconfirmed`. Aborting stops the sound.
   */
  async play(
    request: { callId: CallId; legIds: readonly LegId[]; sound: Sound; onStarted?: (atMs: EpochMs) => void },
    { signal }: { signal: AbortSignal },
  ): Promise<Played> {
    const playId = `${request.callId}/play-${this.#count++}`;
    const { callId } = request;
    return new Promise<Played>((resolve) => {
      const settle = (played: Played) => {
        if (!this.#waiting.delete(playId)) return;
        timer.cancel();
        signal.removeEventListener("abort", stop);
        resolve(played);
        for (const told of waiting.onOver) told();
      };
      const unheard = (outcome: Played["outcome"]) =>
        settle({ startedAtMs: waiting.startedAtMs, completedAtMs: this.#clock.nowMs(), playedMs: 0, outcome });
      const stop = () => {
        this.#media.stopPlay({ callId, playId }).catch(() => {});
        unheard("stopped");
      };
      const timer = this.#clock.after(request.sound.durationMs + confirmationMarginMs, () => unheard("unconfirmed"));
      const waiting: Waiting = { callId, startedAtMs: null, onStarted: request.onStarted, settle, unheard, onOver: [] };
      this.#waiting.set(playId, waiting);
      if (signal.aborted) {
        unheard("stopped");
        return;
      }
      signal.addEventListener("abort", stop, { once: true });
      this.#media
        .play({ callId, playId, legIds: request.legIds, sound: { path: request.sound.path } })
        .catch(() => unheard("media-lost"));
    });
  }

  /** A sound is playing on the call, or has been asked for; loops do not count. */
  isPlaying(callId: CallId): boolean {
    return [...this.#waiting.values()].some((waiting) => waiting.callId === callId);
  }

  /** Resolves once no sound is playing on the call; loops do not count. */
  async quiet(callId: CallId): Promise<void> {
    for (;;) {
      const playing = [...this.#waiting.values()].find((waiting) => waiting.callId === callId);
      if (playing === undefined) return;
      await new Promise<void>((resolve) => playing.onOver.push(resolve));
    }
  }

  /** Plays over and over until the returned function is called. */
  loop(request: { callId: CallId; legIds: readonly LegId[]; sound: Sound }): () => void {
    const playId = `${request.callId}/loop-${this.#count++}`;
    const { callId, legIds, sound } = request;
    this.#media.play({ callId, playId, legIds, sound: { path: sound.path }, loop: true }).catch(() => {});
    return () => {
      this.#media.stopPlay({ callId, playId }).catch(() => {});
    };
  }

  #hear(event: MediaEvent): void {
    if (event.kind === "play-started") {
      const waiting = this.#waiting.get(event.playId);
      if (waiting === undefined) return;
      waiting.startedAtMs = event.atMs;
      waiting.onStarted?.(event.atMs);
    } else if (event.kind === "play-completed") {
      const waiting = this.#waiting.get(event.playId);
      waiting?.settle({
        startedAtMs: waiting.startedAtMs,
        completedAtMs: event.atMs,
        playedMs: event.playedMs,
        outcome: event.outcome,
      });
    } else if (event.kind === "worker-lost") {
      for (const waiting of [...this.#waiting.values()]) {
        if (event.callIds.includes(waiting.callId)) waiting.unheard("media-lost");
      }
    }
  }
}

type Waiting = {
  readonly callId: CallId;
  startedAtMs: EpochMs | null;
  readonly onStarted: ((atMs: EpochMs) => void) | undefined;
  readonly settle: (played: Played) => void;
  readonly unheard: (outcome: Played["outcome"]) => void;
  readonly onOver: (() => void)[];
};
