import { concepts, moodOf } from "./concepts.ts";
import { contextFlags } from "./context.ts";
import { takeApart } from "./hangul.ts";
import type { Reading, WordSpan } from "./reading.ts";

/** Raised whenever the same text would give other features: a model is only valid for its own set. */
export const featureSet = 1;

/**
 * Told of every feature: its 32-bit hash, what it counts, and the one or two stretches of the normalised text that it
 * comes from (`start < 0`: none, `start2 < 0`: one).
 */
export type FeatureSink = (
  hash: number,
  sort: FeatureSort,
  start: number,
  end: number,
  start2: number,
  end2: number,
) => void;

/**
 * Bits: 1 touches reported speech; 2 belongs to a family of words or is a flag, and counts in full. The others, n-grams,
 * are many and share a weight that does not grow with the length of what is said (`patternValue`).
 */
export type FeatureSort = 0 | 1 | 2 | 3;

/** What one n-gram counts in an utterance of so many visible syllables. */
export const patternValue = (syllables: number): number => 0.5 / Math.sqrt(Math.max(1, syllables / 8));

/** A family of words says more than any one n-gram. */
const familyValue = 2;

/** What a feature counts. */
export function featureValue(sort: FeatureSort, pattern: number, reportedShare: number): number {
  return ((sort & 2) === 2 ? familyValue : pattern) * ((sort & 1) === 1 ? reportedShare : 1);
}

const kind = {
  syllables: 1,
  begins: 2,
  ends: 3,
  word: 4,
  words: 5,
  pair: 6,
  letters: 7,
  closing: 8,
  flag: 9,
  concept: 10,
  conceptMood: 11,
  conceptPair: 12,
} as const;
const longestSyllables = 4;
const shortestLetters = 4;
const longestLetters = 7;
const pairWindow = 4;

/**
 * What a linear model can see of an utterance (Joulin et al. 2017 for hashing n-grams of all sizes into one space):
 * - syllables ×1–4 across spaces, because a recogniser's spaces cannot be trusted
 * - beginnings, endings and wholes of words, neighbouring words, pairs of word stems up to four words apart
 * - letters (jamo) ×4–7, folded so that what sounds alike is alike (ㅆ=ㅅ, ㅐ=ㅔ): misheard and misspelt words
 * - families of words (`concepts.ts`): alone, two together, and with the mood the sentence ends in
 * - the last syllables of the utterance, and flags of context (who is spoken to, politeness, reported speech)
 */
export function extractFeatures(reading: Reading, sink: FeatureSink): void {
  const { text } = reading.normalised;
  const visible: number[] = [];
  for (let at = 0; at <= text.length; at++) {
    const code = at < text.length ? text.charCodeAt(at) : 0;
    if (code === 32) continue;
    if (at < text.length && reading.hidden[at] === 0) visible.push(at);
    else flush(reading, visible, sink);
  }
  wordFeatures(reading, sink);
  conceptFeatures(reading, sink);
  closingFeatures(reading, sink);
  for (const flag of contextFlags(reading)) sink(finish(hashStart(kind.flag, flag)), family, -1, -1, -1, -1);
}

/** Everything that runs across spaces, for one stretch without hidden text. */
function flush(reading: Reading, stretch: number[], sink: FeatureSink): void {
  const { text } = reading.normalised;
  for (let from = 0; from < stretch.length; from++) {
    let hash = hashStart(kind.syllables, 0);
    let reported = false;
    const first = stretch[from] ?? 0;
    for (let length = 1; length <= longestSyllables && from + length <= stretch.length; length++) {
      const at = stretch[from + length - 1] ?? 0;
      hash = mix(hash, digitless(text.charCodeAt(at)));
      reported ||= reading.reported[at] === 1;
      sink(finish(hash), pattern(reported), first, at + 1, -1, -1);
    }
  }
  letterFeatures(reading, stretch, sink);
  stretch.length = 0;
}

function letterFeatures(reading: Reading, stretch: readonly number[], sink: FeatureSink): void {
  const letters: number[] = [];
  const origin: number[] = [];
  for (const at of stretch) {
    for (const letter of soundOf(reading.normalised.text.charAt(at))) {
      letters.push(letter);
      origin.push(at);
    }
  }
  for (let from = 0; from < letters.length; from++) {
    let hash = hashStart(kind.letters, 0);
    let reported = false;
    const first = origin[from] ?? 0;
    for (let length = 1; length <= longestLetters && from + length <= letters.length; length++) {
      const last = origin[from + length - 1] ?? 0;
      hash = mix(hash, letters[from + length - 1] ?? 0);
      reported ||= reading.reported[last] === 1;
      if (length >= shortestLetters) sink(finish(hash), pattern(reported), first, last + 1, -1, -1);
    }
  }
}

function wordFeatures(reading: Reading, sink: FeatureSink): void {
  const { text } = reading.normalised;
  const words = reading.words.filter((word) => reading.hidden[word.start] === 0 && reading.hidden[word.end - 1] === 0);
  const isReported = (word: WordSpan) => reading.reported[word.start] === 1;
  let previous: { word: WordSpan; hash: number } | null = null;
  for (const [index, word] of words.entries()) {
    const quoted = isReported(word);
    const sort = pattern(quoted);
    const whole = hashRange(kind.word, text, word.start, word.end);
    sink(finish(whole), sort, word.start, word.end, -1, -1);
    for (let length = 1; length <= 3 && word.start + length <= word.end; length++) {
      const end = word.start + length;
      sink(finish(hashRange(kind.begins, text, word.start, end)), sort, word.start, end, -1, -1);
    }
    for (let length = 1; length <= 2 && word.end - length >= word.start; length++) {
      const start = word.end - length;
      sink(finish(hashRange(kind.ends, text, start, word.end)), sort, start, word.end, -1, -1);
    }
    if (previous !== null) {
      const both = mix(mix(hashStart(kind.words, 0), previous.hash), whole);
      sink(finish(both), pattern(quoted || isReported(previous.word)), previous.word.start, word.end, -1, -1);
    }
    previous = { word, hash: whole };
    for (let ahead = 1; ahead <= pairWindow; ahead++) {
      const other = words[index + ahead];
      if (other === undefined) break;
      const pair = mix(hashStem(text, word), hashStem(text, other));
      sink(finish(pair), pattern(quoted || isReported(other)), word.start, word.end, other.start, other.end);
    }
  }
}

/** Far more families than one sentence holds; the rest of a longer text adds no more pairs. */
const mostFamilies = 12;

function conceptFeatures(reading: Reading, sink: FeatureSink): void {
  const { text } = reading.normalised;
  const visible = reading.innocent.length === 0 ? text : blanked(text, reading.hidden);
  const mood = moodOf(text);
  const found: { number: number; start: number; end: number; sort: FeatureSort }[] = [];
  for (const { number, pattern } of concepts) {
    pattern.lastIndex = 0;
    const match = pattern.exec(visible);
    if (match === null || match[0] === "") continue;
    const [start, end] = [match.index, match.index + match[0].length];
    const sort: FeatureSort = reading.reported[start] === 1 ? 3 : 2;
    found.push({ number, start, end, sort });
    sink(finish(hashStart(kind.concept, number)), sort, start, end, -1, -1);
    sink(finish(mix(hashStart(kind.conceptMood, number), mood)), sort, start, end, -1, -1);
  }
  const paired = found.slice(0, mostFamilies);
  for (const [index, first] of paired.entries()) {
    for (const second of paired.slice(index + 1)) {
      const hash = mix(hashStart(kind.conceptPair, first.number), second.number);
      const sort: FeatureSort = (first.sort & 1) === 1 ? first.sort : second.sort;
      sink(finish(hash), sort, first.start, first.end, second.start, second.end);
    }
  }
}

function blanked(text: string, hidden: Uint8Array): string {
  let visible = "";
  for (let at = 0; at < text.length; at++) visible += hidden[at] === 1 ? "·" : text.charAt(at);
  return visible;
}

function closingFeatures(reading: Reading, sink: FeatureSink): void {
  const { text } = reading.normalised;
  for (let length = 2; length <= 3 && length <= text.length; length++) {
    const start = text.length - length;
    if (reading.hidden[start] === 1) break;
    sink(finish(hashRange(kind.closing, text, start, text.length)), 0, start, text.length, -1, -1);
  }
}

const pattern = (reported: boolean): FeatureSort => (reported ? 1 : 0);
const family: FeatureSort = 2;

/** A word's first two syllables stand for it: Korean endings vary, stems do not. */
function hashStem(text: string, word: WordSpan): number {
  return hashRange(kind.pair, text, word.start, Math.min(word.end, word.start + 2));
}

function hashRange(seed: number, text: string, start: number, end: number): number {
  let hash = hashStart(seed, 0);
  for (let at = start; at < end; at++) hash = mix(hash, digitless(text.charCodeAt(at)));
  return hash;
}

/** Which digit it is never matters. */
const digitless = (code: number): number => (code >= 48 && code <= 57 ? 48 : code);

/** FNV-1a over 32-bit symbols, with MurmurHash3's finisher to spread the low bits. */
const hashStart = (seed: number, value: number): number => mix(mix(0x811c9dc5, seed), value);
const mix = (hash: number, value: number): number => Math.imul(hash ^ value, 0x01000193) ^ (hash >>> 15);

function finish(hash: number): number {
  let mixed = hash ^ (hash >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}

/** ㄱㄲㅋ, ㄷㄸㅌ, ㅂㅃㅍ, ㅅㅆ, ㅈㅉㅊ are one each; a silent ㅇ is none. Index: onset. */
const onsetSounds = [1, 1, 2, 3, 3, 4, 5, 6, 6, 7, 7, 0, 8, 8, 8, 1, 3, 6, 9];
/** ㅐ=ㅔ, ㅒ=ㅖ, ㅙ=ㅚ=ㅞ, ㅢ=ㅣ, ㅡ=ㅜ, ㅓ and ㅗ apart. Index: vowel. */
const vowelSounds = [20, 21, 22, 23, 24, 21, 26, 23, 28, 29, 30, 30, 33, 34, 35, 30, 36, 37, 34, 40, 40];
/** The seven codas that are spoken: ㄱ ㄴ ㄷ ㄹ ㅁ ㅂ ㅇ. Index: coda. */
const codaSounds = [0, 1, 1, 1, 2, 2, 2, 3, 4, 1, 5, 6, 4, 4, 6, 4, 5, 6, 6, 3, 3, 10, 3, 3, 1, 3, 6, 3];

function soundOf(char: string): readonly number[] {
  const parts = takeApart(char);
  if (parts === null) return [digitless(char.charCodeAt(0))];
  const onset = onsetSounds[parts.onset] ?? 0;
  const coda = codaSounds[parts.coda] ?? 0;
  const sounds = [vowelSounds[parts.vowel] ?? 0];
  if (onset !== 0) sounds.unshift(onset);
  if (coda !== 0) sounds.push(60 + coda);
  return sounds;
}
