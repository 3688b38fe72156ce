import { ListeningError, type Transcription, type Word } from "@jikimi/listening";
import { z } from "zod";
import { standsBy } from "../stands-by.ts";

/** Of a server that says nothing about how sure it is: just what the presets ask for, and less where it doubts that anybody spoke. */
const UNTOLD_CONFIDENCE = 0.5;

const TimedWord = z.object({ start: z.number(), end: z.number(), probability: z.number().nullish() });

const Segment = z.object({
  start: z.number(),
  end: z.number(),
  avg_logprob: z.number().nullish(),
  no_speech_prob: z.number().nullish(),
  /** Where faster-whisper and whisper.cpp have them. */
  words: z.array(TimedWord).nullish(),
});
type Segment = z.infer<typeof Segment>;

/** `verbose_json`, as far as it is used; times in seconds. Servers differ in what they leave out. */
const Answer = z.object({
  text: z.string(),
  words: z.array(TimedWord).nullish(),
  segments: z.array(Segment).nullish(),
});
type Answer = z.infer<typeof Answer>;

/**
 * What a server heard in a sound of `soundMs`. Throws `ListeningError` `recognizer-failed` for what is no transcription, without
 * repeating any of it.
 */
export function transcriptionOf(body: string, { soundMs }: { readonly soundMs: number }): Omit<Transcription, "cpuMs"> {
  const answer = parsed(body);
  const segments = answer.segments ?? [];
  const noSpeech = meanOverTime(segments, ({ no_speech_prob: told }) => (told == null ? null : share(told)));
  const confidence = confidenceOf(segments) ?? Math.min(UNTOLD_CONFIDENCE, share(1 - (noSpeech ?? 0)));
  const words = wordsOf(answer, { soundMs, confidence });
  const text = words.map((word) => word.text).join(" ");
  const heard = { text, confidence, noSpeech: noSpeech === null ? null : share(noSpeech) };
  return { ...heard, words, hints: [], accepted: standsBy(heard) };
}

function parsed(body: string): Answer {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    throw new ListeningError("recognizer-failed", { detail: "the server's answer is not JSON" });
  }
  const answer = Answer.safeParse(json);
  if (answer.success) return answer.data;
  const where = [...new Set(answer.error.issues.map(({ path }) => path[0] ?? "all of it"))].join(", ");
  throw new ListeningError("recognizer-failed", { detail: `the server's answer is no transcription (${where})` });
}

/** The likelihood of the tokens, as Whisper's segments give it; null where they do not. */
function confidenceOf(segments: readonly Segment[]): number | null {
  // No model is as sure as 0: it is what servers write that do not know.
  const mean = meanOverTime(segments, ({ avg_logprob: told }) => (told ? between(-100, told, 0) : null));
  return mean === null ? null : share(Math.exp(mean));
}

/** The mean over those segments that say it, each by its duration; null where none does. */
function meanOverTime(segments: readonly Segment[], said: (segment: Segment) => number | null): number | null {
  let sum = 0;
  let weight = 0;
  for (const segment of segments) {
    const value = said(segment);
    if (value === null) continue;
    const seconds = between(0.001, segment.end - segment.start, 60);
    sum += value * seconds;
    weight += seconds;
  }
  return weight === 0 ? null : sum / weight;
}

/** The text's words, with the server's times where it has one for each, else laid out by their length. */
function wordsOf(
  { text, words, segments }: Answer,
  { soundMs, confidence }: { readonly soundMs: number; readonly confidence: number },
): readonly Word[] {
  // Control characters and halves of surrogate pairs are no text, and a database would refuse them.
  const texts = text.split(/[\s\p{Cc}\p{Cs}]+/u).filter((word) => word !== "");
  const told = words?.length ? words : (segments ?? []).flatMap((segment) => segment.words ?? []);
  const spans = told.length === texts.length ? told : laidOut(texts, spokenSpan(segments ?? [], soundMs / 1000));
  let fromMs = 0;
  return texts.map((word, i) => {
    const span = spans[i];
    fromMs = between(fromMs, (span?.start ?? 0) * 1000, soundMs);
    const endMs = between(fromMs, (span?.end ?? 0) * 1000, soundMs);
    return { text: word, startMs: fromMs, endMs, confidence: share(span?.probability ?? confidence) };
  });
}

type Span = { readonly start: number; readonly end: number; readonly probability?: number | null | undefined };

function spokenSpan(segments: readonly Segment[], soundSeconds: number): Span {
  const start = segments[0]?.start ?? 0;
  const end = segments.at(-1)?.end ?? soundSeconds;
  return end > start ? { start, end } : { start: 0, end: soundSeconds };
}

function laidOut(texts: readonly string[], { start, end }: Span): readonly Span[] {
  const secondsPerLetter = (end - start) / texts.reduce((letters, text) => letters + text.length, 0);
  let at = start;
  return texts.map(({ length }) => {
    const from = at;
    at += length * secondsPerLetter;
    return { start: from, end: at };
  });
}

function between(least: number, value: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}

function share(value: number): number {
  return between(0, value, 1);
}
