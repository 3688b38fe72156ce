import type { RecognizerName, Speaker } from "@jikimi/kernel";
import type { AbuseLabel } from "@jikimi/language";

/** Times in a `Transcription` count from the beginning of the sound that was given, in a `HeardUtterance` from the call's. */
export type Word = {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly confidence: number;
};

/**
 * A rude word that the text does not have and that the sound may have: what the second ear heard. It is no text, and never
 * becomes any. `confidence`: the recogniser's own probability of that word at that place.
 */
export type WordHint = {
  /** The word in its plainest form: one for all its spellings and endings. */
  readonly stem: string;
  readonly label: AbuseLabel;
  readonly confidence: number;
  readonly startMs: number;
  readonly endMs: number;
};

/** What a recogniser made of one piece of speech. It may be nonsense: `accepted` is its own opinion of that. */
export type Transcription = {
  readonly text: string;
  readonly words: readonly Word[];
  /** Empty from a recogniser without a second ear. */
  readonly hints: readonly WordHint[];
  /** 0 to 1. */
  readonly confidence: number;
  /** The recogniser would stand by this text. False for silence, noise, and voices that it does not understand. */
  readonly accepted: boolean;
  /** 0 to 1, how sure it is that nobody spoke; null where the recogniser does not say. */
  readonly noSpeech: number | null;
  /** Processor time spent on this machine, in ms. */
  readonly cpuMs: number;
};

/**
 * Turns one utterance into text. Never told apart by callers but by name, so that the choice is made per stream.
 * `caller` goes before `agent` where requests wait: only the caller's words are judged.
 */
export interface Recognizer {
  readonly name: RecognizerName;
  readonly sampleRateHz: number;
  /** Requests that wait or are being worked on. */
  readonly waiting: number;
  /**
   * `pcm`: mono, -1 to 1, at `sampleRateHz`, at most 12 s. The array is the recogniser's afterwards (it may be moved
   * to another thread). Rejects with `ListeningError`: `recognizer-busy` when too many wait, `recognizer-lost` when its
   * thread died (a new one is on its way) or its server does not answer, `recognizer-failed` when it could make nothing of
   * this sound, `closed`; or with the signal's reason.
   */
  transcribe(pcm: Float32Array, options?: TranscribeOptions): Promise<Transcription>;
}

export type TranscribeOptions = {
  readonly signal?: AbortSignal;
  /** Left out: the caller. */
  readonly speaker?: Speaker;
  /** It is asked again soon, for more of the same: quick is better than good. */
  readonly provisional?: boolean;
};

/** Tells voice from everything else, window by window; one per stream, because it remembers what it heard. */
export interface VoiceActivity {
  readonly sampleRateHz: 8000 | 16000;
  /** 32 ms: 256 samples at 8 kHz, 512 at 16 kHz. */
  readonly windowSamples: number;
  /** How likely this window holds a voice, 0 to 1. `window`: exactly `windowSamples`, -1 to 1. */
  probability(window: Float32Array): number;
  /** Forgets what was heard (after a gap). */
  reset(): void;
}

export interface VoiceActivityModel {
  open(sampleRateHz: 8000 | 16000): VoiceActivity;
}

/** Brings mono audio from one rate to another, whole, with nothing kept between calls. */
export type Resample = (pcm: Float32Array, fromHz: number, toHz: number) => Float32Array;

/** How something was said, not what. It raises attention and counts towards nothing. */
export type VoiceSignal = "shouting" | "fast" | "interrupting";

export type UtteranceVoice = {
  /** dB relative to full scale between the words; null before any pause was heard. */
  readonly noiseDbfs: number | null;
  /** Median fundamental frequency; null where too little was clear. This and what follows is measured of callers only. */
  readonly pitchHz: number | null;
  readonly syllablesPerS: number | null;
  /** Against the speaker's own median on this call; null before three utterances. */
  readonly aboveOwnDb: number | null;
  readonly aboveOwnSemitones: number | null;
  /** How long the other spoke meanwhile. */
  readonly overlapMs: number;
  readonly signals: readonly VoiceSignal[];
};

/** Where the time went between the last voiced sound of an utterance and its text, in ms. */
export type HearingSteps = {
  /** Until it was sure that the utterance had ended. */
  readonly endpointMs: number;
  /** From then on: waiting for the recogniser, and decoding. What was decoded before the end was sure costs nothing here. */
  readonly queueMs: number;
  readonly decodeMs: number;
};

/** One thing said. Times are milliseconds since the call's time zero. */
export type HeardUtterance = {
  readonly speaker: Speaker;
  readonly text: string;
  readonly words: readonly Word[];
  readonly hints: readonly WordHint[];
  readonly confidence: number;
  readonly startMs: number;
  readonly endMs: number;
  /** Mean level of the voiced windows in dB relative to full scale (RMS of a full-scale square wave is 0). */
  readonly levelDbfs: number;
  readonly voice: UtteranceVoice;
  /** Of what was heard live and is whole. */
  readonly steps?: HearingSteps;
  /** The speaker goes on: the whole follows, begun at the same time, and takes its place. Absent from what is whole. */
  readonly draft?: true;
};
