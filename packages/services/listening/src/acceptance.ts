import type { Transcription } from "./ports.ts";
import type { SpeechSegment } from "./segmenter.ts";

/**
 * What is heard is a hint until it has earned trust: nobody's call may end on a recogniser's guess made of silence or noise
 * (DESIGN §4). All three witnesses must agree: the voice detector, the recogniser's confidence, and its no-speech score.
 */
export type Verdict =
  | { readonly kind: "accepted" }
  | { readonly kind: "rejected"; readonly why: "no-text" | "not-voice" | "not-understood" | "too-fast" };

/** Speech is far above this; tones and noise that pass for a voice for a moment stay near the detector's bar. */
const LEAST_MEAN_PROBABILITY = 0.7;
/** Fewer voiced ms than this hold no word that a recogniser could be sure of. */
const LEAST_VOICED_MS = 128;
/** Fast Korean is 9 syllables a second; a text made up over a noise is often longer than anyone could say. */
const MOST_LETTERS_PER_S = 14;
const FREE_LETTERS = 4;

export function judgeTranscription(
  segment: Pick<SpeechSegment, "voicedMs" | "meanProbability">,
  transcription: Pick<Transcription, "text" | "accepted">,
): Verdict {
  const letters = transcription.text.match(/[\p{L}\p{N}]/gu)?.length ?? 0;
  if (letters === 0) return { kind: "rejected", why: "no-text" };
  if (segment.voicedMs < LEAST_VOICED_MS || segment.meanProbability < LEAST_MEAN_PROBABILITY) {
    return { kind: "rejected", why: "not-voice" };
  }
  if (!transcription.accepted) return { kind: "rejected", why: "not-understood" };
  if (letters > FREE_LETTERS + (segment.voicedMs / 1000) * MOST_LETTERS_PER_S) {
    return { kind: "rejected", why: "too-fast" };
  }
  return { kind: "accepted" };
}
