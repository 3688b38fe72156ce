import type { Speaker } from "@jikimi/kernel";
import { explainedShare } from "./explained-share.ts";

/** One window of one side of a call; `atMs` is the wall clock of its first sample. */
export type FloorWindow = { readonly atMs: number; readonly voiced: boolean; readonly samples: Int16Array };

/** The last 20 s of each side: longer than any utterance and the leak's delay together. */
const WINDOWS = 625;
const WINDOW_MS = 32;
/** The sound is kept at 2 kHz: enough to know a voice again. */
const SAMPLES_PER_MS = 2;
const WINDOW_SAMPLES = WINDOW_MS * SAMPLES_PER_MS;

/** Somebody who spoke for most of this … */
const BEFORE_MS = 640;
const LEAST_SHARE_BEFORE = 0.6;
/** … and goes on for most of that, was interrupted. */
const AFTER_MS = 320;
const LEAST_SHARE_AFTER = 0.5;

/** Echoes of a telephone line, a hands-free set, a network: after this they are heard as a repetition. */
const LATEST_LEAK_MS = 600;
/** The two sides' clocks may be this far apart. */
const SKEW_MS = 40;
const LEAST_COMPARED_MS = 480;
/** Compared second by second: words of one's own in any of them are words. */
const PIECE_MS = 1_000;
/** A piece this much softer than the loudest is between words. */
const SOFT_SHARE = 0.02;
const LEAST_SHARE_OVERLAPPED = 0.5;
/**
 * So much of the sound must be the other's voice by some path; nine tenths leave room for codecs and noise, and none for words
 * of one's own (measured: docs/measurements/hearing.md).
 */
const LEAST_EXPLAINED = 0.9;

/**
 * Who talks when on one call: for how long over whom, who breaks into whose words, and whether what one side carries is the
 * other's voice come back (cross-talk), which nobody said there.
 */
export class CallFloor {
  readonly #lanes: Readonly<Record<Speaker, Lane>> = { caller: new Lane(), agent: new Lane() };

  hear(speaker: Speaker, window: FloorWindow): void {
    this.#lanes[speaker].push(window);
  }

  /** How long the other spoke meanwhile, in ms. */
  overlapMs(speaker: Speaker, { startMs, endMs }: Span): number {
    return this.#lanes[otherThan(speaker)].voicedMs(startMs, endMs);
  }

  /** The other was talking when this began, and did not stop at once. */
  interrupts(speaker: Speaker, startMs: number): boolean {
    const other = this.#lanes[otherThan(speaker)];
    return (
      other.voicedMs(startMs - BEFORE_MS, startMs) >= BEFORE_MS * LEAST_SHARE_BEFORE &&
      other.voicedMs(startMs, startMs + AFTER_MS) >= AFTER_MS * LEAST_SHARE_AFTER
    );
  }

  /** What this side carried is the other's voice, come back within 600 ms. */
  isCrossTalk(speaker: Speaker, { startMs, endMs }: Span): boolean {
    const other = this.#lanes[otherThan(speaker)];
    const longMs = endMs - startMs;
    if (longMs < LEAST_COMPARED_MS) return false;
    if (other.voicedMs(startMs - LATEST_LEAK_MS, endMs) < longMs * LEAST_SHARE_OVERLAPPED) return false;
    const count = Math.max(1, Math.floor(longMs / PIECE_MS));
    const pieces = Array.from({ length: count }, (_, i) => {
      const fromMs = startMs + (i * longMs) / count;
      return { fromMs, sound: this.#lanes[speaker].sound(fromMs, fromMs + longMs / count) };
    });
    const loudest = Math.max(...pieces.map(({ sound }) => energyOf(sound)));
    if (loudest === 0) return false;
    return pieces
      .filter(({ sound }) => energyOf(sound) > loudest * SOFT_SHARE)
      .every(({ fromMs, sound }) => {
        const voice = other.sound(fromMs - LATEST_LEAK_MS, fromMs + longMs / count + SKEW_MS);
        return explainedShare(sound, voice) >= LEAST_EXPLAINED;
      });
  }
}

type Span = { readonly startMs: number; readonly endMs: number };

function otherThan(speaker: Speaker): Speaker {
  return speaker === "caller" ? "agent" : "caller";
}

/** The last windows of one side, in order of arrival. */
class Lane {
  readonly #atMs = new Float64Array(WINDOWS).fill(Number.NEGATIVE_INFINITY);
  readonly #voiced = new Uint8Array(WINDOWS);
  readonly #sound = new Float32Array(WINDOWS * WINDOW_SAMPLES);
  #next = 0;

  push({ atMs, voiced, samples }: FloorWindow): void {
    const place = this.#next % WINDOWS;
    this.#next += 1;
    this.#atMs[place] = atMs;
    this.#voiced[place] = voiced ? 1 : 0;
    const step = samples.length / WINDOW_SAMPLES;
    for (let i = 0; i < WINDOW_SAMPLES; i++) {
      let sum = 0;
      for (let j = 0; j < step; j++) sum += samples[i * step + j] ?? 0;
      this.#sound[place * WINDOW_SAMPLES + i] = sum;
    }
  }

  voicedMs(fromMs: number, toMs: number): number {
    let voicedMs = 0;
    for (let place = 0; place < WINDOWS; place++) {
      if (this.#voiced[place] === 0) continue;
      const atMs = this.#atMs[place] ?? 0;
      voicedMs += Math.max(0, Math.min(toMs, atMs + WINDOW_MS) - Math.max(fromMs, atMs));
    }
    return voicedMs;
  }

  /** At 2 kHz; silence where nothing was heard. */
  sound(fromMs: number, toMs: number): Float32Array {
    const sound = new Float32Array(Math.max(0, Math.round((toMs - fromMs) * SAMPLES_PER_MS)));
    for (let place = 0; place < WINDOWS; place++) {
      const start = Math.round(((this.#atMs[place] ?? 0) - fromMs) * SAMPLES_PER_MS);
      if (!(start > -WINDOW_SAMPLES && start < sound.length)) continue;
      for (let i = Math.max(0, -start); i < WINDOW_SAMPLES && start + i < sound.length; i++) {
        sound[start + i] = this.#sound[place * WINDOW_SAMPLES + i] ?? 0;
      }
    }
    return sound;
  }
}

function energyOf(sound: Float32Array): number {
  return sound.reduce((sum, sample) => sum + sample * sample, 0);
}
