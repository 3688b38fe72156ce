import {
  CUTTER_START,
  type CutPiece,
  type CutReason,
  type CutterEffect,
  type CutterSettings,
  type CutterState,
  cut,
  DEFAULT_CUTTER,
} from "./cutter.ts";
import type { VoiceActivity } from "./ports.ts";
import { NoiseFloor } from "./voice/noise-floor.ts";

/** Mono 16-bit audio; `atMs` is the wall clock of its first sample. */
export type HeardFrame = { readonly atMs: number; readonly pcm: Int16Array };

/** The sound of one utterance. Times are wall clock: those of the voice, without pre-roll and tail. */
export type SpeechSegment = {
  /** -1 to 1, at `sampleRateHz`, pre-roll and tail included. */
  readonly pcm: Float32Array;
  /** Wall clock of its first sample. */
  readonly soundStartMs: number;
  readonly sampleRateHz: number;
  readonly startMs: number;
  readonly endMs: number;
  readonly voicedMs: number;
  /** Mean of the voice detector's probability over the voiced windows. */
  readonly meanProbability: number;
  readonly levelDbfs: number;
  /** Level between the words, of the last seconds before its end; null before any pause. */
  readonly noiseDbfs: number | null;
};

export type SegmenterEvent =
  | { readonly kind: "speech-started"; readonly atMs: number }
  /** The speaker goes on: what was said until now. */
  | { readonly kind: "speech-so-far"; readonly segment: SpeechSegment }
  /** Unless more is said within moments, `speech` follows with exactly this segment: it may be recognised already. */
  | { readonly kind: "likely-speech"; readonly segment: SpeechSegment }
  | { readonly kind: "speech"; readonly segment: SpeechSegment; readonly cut: CutReason };

/** How far a frame may be from where it is expected and still follow the one before it: clocks and networks wobble. */
const WOBBLE_MS = 60;
/** A gap up to this long is filled with silence, so that times stay right; after a longer one everything starts anew. */
const FILLED_GAP_MS = 500;

/**
 * Frames in, utterances' sound out: lays frames on a timeline by their own times, asks the voice detector about each window,
 * lets the cutter decide, and keeps just enough audio to hand out. A frame that comes twice, or with an earlier time than
 * what has been heard, moves the timeline and loses no audio.
 */
export class SpeechSegmenter {
  readonly #voice: VoiceActivity;
  readonly #settings: CutterSettings;
  readonly #samplesPerMs: number;
  readonly #window: Float32Array;
  /** The sound of the last windows; window `n` lies at `n % capacity`. */
  readonly #history: Int16Array;
  readonly #historyWindows: number;
  readonly #noise = new NoiseFloor();
  readonly #onWindow: (window: { atMs: number; voiced: boolean; samples: Int16Array }) => void;
  #cutter: CutterState = CUTTER_START;
  #pending = new Int16Array(0);
  /** Wall clock of window 0; undefined before the first frame and after a long gap. */
  #originMs: number | undefined;

  /** `onWindow`: told of every window as it is heard; its samples are lent. */
  constructor({
    voice,
    settings = DEFAULT_CUTTER,
    onWindow = () => {},
  }: {
    voice: VoiceActivity;
    settings?: CutterSettings;
    onWindow?: (window: { atMs: number; voiced: boolean; samples: Int16Array }) => void;
  }) {
    this.#voice = voice;
    this.#onWindow = onWindow;
    this.#settings = settings;
    this.#samplesPerMs = voice.sampleRateHz / 1000;
    this.#window = new Float32Array(voice.windowSamples);
    this.#historyWindows = settings.longestWindows + settings.preRollWindows + 1;
    this.#history = new Int16Array(this.#historyWindows * voice.windowSamples);
  }

  push(frame: HeardFrame): SegmenterEvent[] {
    if (!Number.isFinite(frame.atMs) || frame.pcm.length === 0) return [];
    const events: SegmenterEvent[] = [];
    const expectedMs = this.#expectedMs();
    if (expectedMs === undefined) this.#startAt(frame.atMs);
    else {
      const offMs = frame.atMs - expectedMs;
      if (offMs > FILLED_GAP_MS || offMs < -FILLED_GAP_MS) {
        events.push(...this.flush());
        this.#startAt(frame.atMs);
      } else if (offMs > WOBBLE_MS) {
        events.push(...this.#hear(new Int16Array(Math.round(offMs * this.#samplesPerMs))));
      } else if (offMs < -WOBBLE_MS && this.#originMs !== undefined) this.#originMs += offMs;
    }
    events.push(...this.#hear(frame.pcm));
    return events;
  }

  /** Nothing follows for now: what is open ends here. */
  flush(): SegmenterEvent[] {
    if (this.#originMs === undefined) return [];
    const events: SegmenterEvent[] = [];
    if (this.#pending.length > 0) {
      events.push(...this.#hear(new Int16Array(this.#voice.windowSamples - this.#pending.length)));
    }
    events.push(...this.#step({ kind: "flush" }));
    this.#originMs = undefined;
    return events;
  }

  #expectedMs(): number | undefined {
    if (this.#originMs === undefined) return undefined;
    const samples = this.#cutter.next * this.#voice.windowSamples + this.#pending.length;
    return this.#originMs + samples / this.#samplesPerMs;
  }

  #startAt(atMs: number): void {
    this.#voice.reset();
    this.#pending = new Int16Array(0);
    this.#originMs = atMs - (this.#cutter.next * this.#voice.windowSamples) / this.#samplesPerMs;
  }

  #hear(pcm: Int16Array): SegmenterEvent[] {
    const { windowSamples } = this.#voice;
    const all = new Int16Array(this.#pending.length + pcm.length);
    all.set(this.#pending);
    all.set(pcm, this.#pending.length);
    const events: SegmenterEvent[] = [];
    let at = 0;
    for (; at + windowSamples <= all.length; at += windowSamples) {
      events.push(...this.#hearWindow(all.subarray(at, at + windowSamples)));
    }
    this.#pending = all.slice(at);
    return events;
  }

  #hearWindow(samples: Int16Array): SegmenterEvent[] {
    this.#history.set(samples, (this.#cutter.next % this.#historyWindows) * samples.length);
    let squares = 0;
    for (let i = 0; i < samples.length; i++) {
      const value = (samples[i] ?? 0) / 32768;
      this.#window[i] = value;
      squares += value * value;
    }
    const levelDbfs = Math.max(-100, 10 * Math.log10(squares / samples.length + 1e-12));
    const probability = this.#voice.probability(this.#window);
    this.#noise.hear({ probability, levelDbfs });
    this.#onWindow({
      atMs: this.#atMs(this.#cutter.next),
      voiced: probability >= this.#settings.startProbability,
      samples,
    });
    return this.#step({ kind: "window", probability, levelDbfs });
  }

  #step(event: Parameters<typeof cut>[1]): SegmenterEvent[] {
    const [state, effects] = cut(this.#cutter, event, this.#settings);
    this.#cutter = state;
    return effects.flatMap((effect) => this.#report(effect));
  }

  #report(effect: CutterEffect): SegmenterEvent[] {
    switch (effect.kind) {
      case "speech-started":
        return [{ kind: "speech-started", atMs: this.#atMs(effect.firstVoiced) }];
      case "blip":
        return [];
      case "so-far":
        return [{ kind: "speech-so-far", segment: this.#segment(effect.piece) }];
      case "likely-end":
        return [{ kind: "likely-speech", segment: this.#segment(effect.piece) }];
      case "utterance":
        return [{ kind: "speech", segment: this.#segment(effect.piece), cut: effect.cut }];
    }
  }

  #segment(piece: CutPiece): SpeechSegment {
    return {
      pcm: this.#sound(piece.fromWindow, piece.toWindow),
      soundStartMs: this.#atMs(piece.fromWindow),
      sampleRateHz: this.#voice.sampleRateHz,
      startMs: this.#atMs(piece.firstVoiced),
      endMs: this.#atMs(piece.lastVoiced + 1),
      voicedMs: (piece.voicedWindows * this.#voice.windowSamples) / this.#samplesPerMs,
      meanProbability: piece.meanProbability,
      levelDbfs: piece.levelDbfs,
      noiseDbfs: this.#noise.dbfs,
    };
  }

  #atMs(window: number): number {
    return (this.#originMs ?? 0) + (window * this.#voice.windowSamples) / this.#samplesPerMs;
  }

  #sound(fromWindow: number, toWindow: number): Float32Array {
    const { windowSamples } = this.#voice;
    const sound = new Float32Array((toWindow - fromWindow) * windowSamples);
    for (let window = fromWindow; window < toWindow; window++) {
      const at = (window % this.#historyWindows) * windowSamples;
      const to = (window - fromWindow) * windowSamples;
      for (let i = 0; i < windowSamples; i++) sound[to + i] = (this.#history[at + i] ?? 0) / 32768;
    }
    return sound;
  }
}
