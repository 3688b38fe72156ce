import type { Speaker } from "@jikimi/kernel";
import type { UtteranceVoice, VoiceSignal } from "../ports.ts";
import type { SpeechSegment } from "../segmenter.ts";
import type { CallFloor } from "./call-floor.ts";
import { type AgainstOwn, OwnVoice } from "./own-voice.ts";
import { pitchesOf } from "./pitch.ts";

/**
 * Who shouts is both louder and higher than before (vocal effort raises both: Traunmüller and Eriksson, 2000). Alone, either is
 * a telephone brought closer, or a question. Of 99 calm sentences of 25 people, each against three others of the same person,
 * one passes (docs/measurements/hearing.md).
 */
const SHOUTING_DB = 8;
const SHOUTING_SEMITONES = 3;
/** Half as fast again as usual, and fast for anybody. */
const FAST_TIMES = 1.5;
const FAST_SYLLABLES_PER_S = 7;
/** Fewer clear frames (one every 32 ms) than this have no median worth the name. */
const LEAST_CLEAR_FRAMES = 5;

const UNMEASURED = { pitchHz: null, syllablesPerS: null, aboveOwnDb: null, aboveOwnSemitones: null, signals: [] };

/**
 * How one side of a call speaks: loudness, pitch and rate against its own habit, and whether it breaks into the other's words.
 * Raises attention; nobody is warned for a voice. Only the caller's is measured: how agents sound at their work is nobody's
 * business, and of them only the noise around them and who talked over whom is told.
 */
export class VoiceEar {
  readonly #speaker: Speaker;
  readonly #floor: CallFloor;
  readonly #own = new OwnVoice();

  constructor({ speaker, floor }: { speaker: Speaker; floor: CallFloor }) {
    this.#speaker = speaker;
    this.#floor = floor;
  }

  /** What this side carried is the other's voice, come back: nobody said it here. */
  isCrossTalk(segment: SpeechSegment): boolean {
    return this.#floor.isCrossTalk(this.#speaker, segment);
  }

  /** `draft`: the speaker goes on; the habit is learned from the whole. */
  voiceOf(segment: SpeechSegment, text: string, { draft = false }: { draft?: boolean } = {}): UtteranceVoice {
    const overlapMs = Math.round(this.#floor.overlapMs(this.#speaker, segment));
    const noiseDbfs = rounded(segment.noiseDbfs);
    if (this.#speaker === "agent") return { ...UNMEASURED, noiseDbfs, overlapMs };
    const clear = pitchesOf(segment.pcm, segment.sampleRateHz).filter((pitch) => pitch !== null);
    const pitchHz =
      clear.length < LEAST_CLEAR_FRAMES ? null : (clear.toSorted((a, b) => a - b)[clear.length >> 1] ?? null);
    const syllablesPerS = (text.match(/[가-힣]/g)?.length ?? 0) / Math.max(0.1, segment.voicedMs / 1000);
    const measures = { levelDbfs: segment.levelDbfs, pitchHz, syllablesPerS };
    const own = this.#own.against(measures);
    if (!draft) this.#own.learn(measures);
    return {
      noiseDbfs,
      pitchHz: rounded(pitchHz),
      syllablesPerS: Math.round(syllablesPerS * 10) / 10,
      aboveOwnDb: rounded(own.aboveDb),
      aboveOwnSemitones: rounded(own.aboveSemitones),
      overlapMs,
      signals: this.#signals(segment, { ...own, syllablesPerS }),
    };
  }

  #signals(
    { startMs }: SpeechSegment,
    { aboveDb, aboveSemitones, timesRate, syllablesPerS }: AgainstOwn & { syllablesPerS: number },
  ): readonly VoiceSignal[] {
    const signals: VoiceSignal[] = [];
    if ((aboveDb ?? 0) >= SHOUTING_DB && (aboveSemitones ?? 0) >= SHOUTING_SEMITONES) signals.push("shouting");
    if ((timesRate ?? 0) >= FAST_TIMES && syllablesPerS >= FAST_SYLLABLES_PER_S) signals.push("fast");
    if (this.#floor.interrupts(this.#speaker, startMs)) signals.push("interrupting");
    return signals;
  }
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10;
}
