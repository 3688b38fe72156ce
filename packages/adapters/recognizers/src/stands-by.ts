import type { Transcription } from "@jikimi/listening";

/**
 * Refuses what silence, noise, DTMF, ring-back and music make of it. That nobody spoke is believed only of a text that the model is
 * not sure of either, as openai-whisper does it: good sentences at the edge of a pause have a high no-speech score, too.
 */
const LEAST_CONFIDENCE = 0.3;
const MOST_NO_SPEECH = 0.5;
const SURE_ALL_THE_SAME = 0.5;

/** Whether a Whisper would stand by its text, wherever it runs. */
export function standsBy({
  text,
  confidence,
  noSpeech,
}: Pick<Transcription, "text" | "confidence" | "noSpeech">): boolean {
  const least = (noSpeech ?? 0) < MOST_NO_SPEECH ? LEAST_CONFIDENCE : SURE_ALL_THE_SAME;
  return text !== "" && confidence >= least;
}
