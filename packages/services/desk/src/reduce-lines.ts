import type { CallEvent, VoiceSignal } from "@jikimi/calls";
import type { EpochMs } from "@jikimi/kernel";
import { type AbuseLabel, abuseLabels, countingLabels, type Policy } from "@jikimi/protection";
import type { StoryHint, StoryLine, StoryWord } from "./story.ts";
import { wallTime } from "./wall-time.ts";

const voiceSignals = ["shouting", "fast", "interrupting"] as const satisfies readonly VoiceSignal[];

/** More than a two-hour call says; past it the oldest leave the desk (never the record). */
const maxLines = 5000;

type Lines = { readonly lines: readonly StoryLine[]; readonly policy: Policy | null; readonly startedAtMs: EpochMs };
type Utterance = Extract<CallEvent, { kind: "utterance" }>;
type Assessed = Extract<CallEvent, { kind: "assessed" }>;

/** Adds a line, or puts the one with the same id right. An event whose words were erased makes a line without any. */
export function withUtterance({ lines, startedAtMs }: Lines, event: Utterance): readonly StoryLine[] {
  const line: StoryLine = {
    lineId: event.utteranceId,
    speaker: event.speaker,
    startMs: time(event.startMs),
    endMs: Math.max(time(event.startMs), time(event.endMs)),
    heardAtMs: wallTime(startedAtMs, event.atMs),
    confidence: share(event.confidence),
    words: wordsOf(event),
    draft: event.draft === true,
    hints: hintsOf(event),
    signals: signalsOf(event),
    labels: [],
    scores: {},
    evidence: [],
  };
  const at = lines.findLastIndex(({ lineId }) => lineId === line.lineId);
  if (at >= 0) return lines.with(at, line);
  const kept = lines.length >= maxLines ? lines.slice(1 - maxLines) : lines;
  return [...kept, line];
}

/** The judgement of a line: its labels under the call's rule, and which words carried them. */
export function withAssessment({ lines, policy }: Lines, event: Assessed): readonly StoryLine[] {
  const at = lines.findLastIndex(({ lineId }) => lineId === event.utteranceId);
  const line = lines[at];
  if (line === undefined) return lines;
  const given = event.labels ?? {};
  const scores = Object.fromEntries(abuseLabels.map((label) => [label, share(given[label] ?? 0)]));
  const labels =
    policy === null ? (event.abusive ? likeliest(scores) : []) : countingLabels({ labels: scores }, policy);
  const evidence = Array.isArray(event.evidence) ? event.evidence : [];
  const surfaces = labels.length === 0 ? [] : evidence.map(({ surface }) => surface);
  return lines.with(at, { ...line, labels, scores, evidence, words: markRude(line.words, surfaces) });
}

/** Marks each word that a surface touches, however the words were cut: both are laid side by side without spaces. */
export function markRude(words: readonly StoryWord[], surfaces: readonly string[]): readonly StoryWord[] {
  const bare = words.map(({ text }) => unspaced(text));
  const whole = bare.join("");
  const rude: [from: number, to: number][] = [];
  for (const surface of surfaces.map(unspaced)) {
    if (surface === "") continue;
    for (let from = whole.indexOf(surface); from >= 0; from = whole.indexOf(surface, from + surface.length)) {
      rude.push([from, from + surface.length]);
    }
  }
  let end = 0;
  return words.map((word, i) => {
    const start = end;
    end += bare[i]?.length ?? 0;
    const isRude = rude.some(([from, to]) => from < end && to > start);
    return isRude === word.rude ? word : { ...word, rude: isRude };
  });
}

function wordsOf({ words, text, confidence }: Partial<Pick<Utterance, "words" | "text" | "confidence">>) {
  const heard =
    words !== undefined && words.length > 0
      ? words
      : (text ?? "").split(/\s+/).map((one) => ({ text: one, confidence: confidence ?? 0 }));
  return heard.flatMap((word): StoryWord[] =>
    word.text.trim() === ""
      ? []
      : [{ text: word.text.trim(), confidence: share(word.confidence), masked: false, rude: false }],
  );
}

function hintsOf({ hints }: Partial<Pick<Utterance, "hints">>): readonly StoryHint[] {
  if (!Array.isArray(hints)) return [];
  return hints.map(({ stem, label, confidence }) => ({ stem, label, confidence: share(confidence) }));
}

function signalsOf({ speaker, voice }: Partial<Pick<Utterance, "speaker" | "voice">>): readonly VoiceSignal[] {
  const given: readonly unknown[] = Array.isArray(voice?.signals) ? voice.signals : [];
  return speaker === "caller" ? voiceSignals.filter((signal) => given.includes(signal)) : [];
}

function likeliest(scores: Readonly<Partial<Record<AbuseLabel, number>>>): readonly AbuseLabel[] {
  const most = Math.max(...abuseLabels.map((label) => scores[label] ?? 0));
  return abuseLabels.filter((label) => most > 0 && scores[label] === most);
}

function unspaced(text: string): string {
  return text.replace(/\s+/g, "");
}

function share(value: number): number {
  return Number.isFinite(value) ? Math.min(1, Math.max(0, value)) : 0;
}

function time(ms: number): number {
  return Number.isFinite(ms) ? Math.max(0, ms) : 0;
}
