import type { Speaker } from "@jikimi/kernel";
import type { HeardUtterance, Transcription } from "./ports.ts";
import type { SpeechSegment } from "./segmenter.ts";
import type { VoiceEar } from "./voice/voice-ear.ts";

/** Whose words they are, and which wall clock time their times count from. */
type UtteranceSource = {
  readonly speaker: Speaker;
  readonly zeroMs: number;
  readonly ear: VoiceEar;
  readonly draft?: boolean;
};

/**
 * What was understood of a segment, with every time counted from `zeroMs` (wall clock), in whole milliseconds, and shares
 * in thousandths. Its words are all within it: a soft beginning is often words before it is a voice to the detector.
 */
export function utteranceOf(
  segment: SpeechSegment,
  { text, words, hints, confidence }: Transcription,
  { speaker, zeroMs, ear, draft = false }: UtteranceSource,
): HeardUtterance {
  const soundMs = segment.soundStartMs - zeroMs;
  const said = words.map((word) => moved(word, soundMs));
  return {
    speaker,
    text,
    words: said,
    hints: hints.map((hint) => moved(hint, soundMs)),
    confidence,
    startMs: Math.min(Math.round(segment.startMs - zeroMs), ...said.map(({ startMs }) => startMs)),
    endMs: Math.max(Math.round(segment.endMs - zeroMs), ...said.map(({ endMs }) => endMs)),
    levelDbfs: segment.levelDbfs,
    voice: ear.voiceOf(segment, text, { draft }),
  };
}

/** What lies this near to where the sound was cut off may be half a word. */
const CUT_OFF_MS = 300;

/** The words of a speaker who goes on, without the last of them, which may be cut in two; null when there is no other. */
export function draftOf(
  segment: SpeechSegment,
  { words, ...transcription }: Transcription,
  from: UtteranceSource,
): HeardUtterance | null {
  const soundMs = (segment.pcm.length * 1000) / segment.sampleRateHz;
  const whole = words.filter(({ endMs }) => endMs < soundMs - CUT_OFF_MS);
  if (whole.length === 0) return null;
  const text = whole.map((word) => word.text).join(" ");
  return { ...utteranceOf(segment, { ...transcription, text, words: whole }, { ...from, draft: true }), draft: true };
}

type Heard = { readonly startMs: number; readonly endMs: number; readonly confidence: number };

function moved<T extends Heard>(span: T, byMs: number): T {
  const confidence = Math.round(span.confidence * 1000) / 1000;
  return { ...span, confidence, startMs: Math.round(span.startMs + byMs), endMs: Math.round(span.endMs + byMs) };
}
