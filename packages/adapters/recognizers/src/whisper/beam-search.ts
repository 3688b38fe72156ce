import { type Heard, type LetterReader, lastOf, type Step, TextCache } from "./graphs.ts";
import type { Vocabulary } from "./vocabulary.ts";

const FRAMES_PER_S = 50;

/** The text has gone back by this share of the way it came, once it had come this far: it is being said again. */
const WENT_BACK = 0.35;
const HAD_COME = 0.65;
const LEAST_BACK_FRAMES = 12;
/** So many tokens in an order that was there before: repetition where attention stands still; with four more, anywhere. */
const REPEATED_TOKENS = 5;
const SURELY_REPEATED_TOKENS = 9;
const STANDS_STILL_FRAMES = 5;
/** Nobody says more than this in a second. */
const TOKENS_PER_S = 9;
const FREE_TOKENS = 10;
const MOST_TOKENS = 200;
/** A text this much less likely than the best does not catch up, and is not read on (in nats). */
const OUT_OF_REACH = 4;

/** The text that was read, with everything that was known on the way. */
export type Reading = {
  readonly tokens: readonly number[];
  /** Before each token and before the end: log probability of every choice. One more than `tokens`. */
  readonly logProbabilities: readonly Float32Array[];
  /** For each of these, where the alignment heads looked, over all frames, tail included. */
  readonly attention: readonly Float32Array[];
  /** Keys and values of opening and tokens. */
  readonly cache: TextCache;
  readonly openingTokens: number;
  /** 0 to 1. */
  readonly noSpeech: number;
};

/** A text on its way, with what was known at each step of it. */
type Path = Omit<Reading, "openingTokens" | "noSpeech"> & {
  /** Log probability of all tokens together. */
  readonly score: number;
  /** Where the attention stood, in frames. */
  readonly places: readonly number[];
};

/** A path with its next token, which the decoder has yet to see. */
type Candidate = { readonly path: Path; readonly next: number; readonly score: number };

/**
 * Beam search: the `width` likeliest texts are read side by side, and of those that ended the one whose tokens are likeliest on
 * average is taken. A text ends where the model says so, or where it begins to say the sound again.
 */
export async function readText(
  decoder: LetterReader,
  vocabulary: Vocabulary,
  heard: Heard,
  { width, prompt = [] }: { readonly width: number; readonly prompt?: readonly number[] },
): Promise<Reading> {
  const opening =
    prompt.length === 0 ? vocabulary.opening : [vocabulary.startOfPrompt, ...prompt, ...vocabulary.opening];
  const spoken = heard.soundFrames;
  const most = Math.min(MOST_TOKENS, Math.floor(FREE_TOKENS + (spoken / FRAMES_PER_S) * TOKENS_PER_S));
  const start: Path = { tokens: [], logProbabilities: [], attention: [], places: [], cache: new TextCache(), score: 0 };
  const first = await decoder.step(heard, [{ cache: start.cache, tokens: opening }]);
  const noSpeech = first.noSpeech[opening.length - vocabulary.opening.length] ?? 0;
  let paths: readonly Path[] = [seen(start, { step: first, row: 0, given: opening, spoken })];
  const ended: Path[] = [];
  const endless: Path[] = [];
  for (;;) {
    const candidates: Candidate[] = [];
    for (const path of paths) {
      if (path.tokens.length >= most || repeats(path.tokens, path.places)) endless.push(path);
      else if (beginsAgain(path, vocabulary, spoken)) ended.push(path);
      else candidates.push(...likeliest(path, width));
    }
    const best = candidates.toSorted((a, b) => b.score - a.score).slice(0, width);
    const reach = (best[0]?.score ?? 0) - OUT_OF_REACH;
    const live: Candidate[] = [];
    for (const candidate of best) {
      if (candidate.next === vocabulary.end) ended.push({ ...candidate.path, score: candidate.score });
      else if (candidate.score >= reach) live.push(candidate);
    }
    if (live.length === 0 || ended.length >= width) break;
    const step = await decoder.step(
      heard,
      live.map(({ path, next }) => ({ cache: path.cache, tokens: [next] })),
    );
    paths = live.map(({ path, next, score }, row) => {
      const longer = { ...path, tokens: [...path.tokens, next], score };
      return seen(longer, { step, row, given: [next], spoken });
    });
  }
  const [taken = start] = (ended.length > 0 ? ended : endless).toSorted((a, b) => meanScore(b) - meanScore(a));
  const { tokens, logProbabilities, attention, cache } = taken;
  return { tokens, logProbabilities, attention, cache, openingTokens: opening.length, noSpeech };
}

/** The path with what the decoder made of the tokens that it was given. */
function seen(
  path: Path,
  { step, row, given, spoken }: { step: Step; row: number; given: readonly number[]; spoken: number },
): Path {
  const { logProbabilities, attention, added } = lastOf(step, row);
  return {
    ...path,
    logProbabilities: [...path.logProbabilities, logProbabilities],
    attention: [...path.attention, attention],
    places: [...path.places, centre(attention, spoken)],
    cache: path.cache.grown(given.length, added.keys, added.values),
  };
}

/** Of every text as many continuations as texts are kept. */
function likeliest(path: Path, count: number): readonly Candidate[] {
  const choices = path.logProbabilities.at(-1) ?? new Float32Array(0);
  const best: number[] = [];
  for (let token = 0; token < choices.length; token++) {
    const score = choices[token] as number;
    if (best.length === count && score <= (choices[best[count - 1] as number] as number)) continue;
    const place = best.findIndex((other) => score > (choices[other] as number));
    best.splice(place < 0 ? best.length : place, 0, token);
    if (best.length > count) best.pop();
  }
  return best.map((next) => ({ path, next, score: path.score + (choices[next] as number) }));
}

function meanScore({ score, tokens }: Path): number {
  return score / (tokens.length + 1);
}

/** The attention has gone back to where it came from; only a full stop may still follow. */
function beginsAgain(path: Path, vocabulary: Vocabulary, spoken: number): boolean {
  if (!goesBack(path.places, spoken)) return false;
  const [next] = likeliest(path, 1);
  return next === undefined || !(next.next === vocabulary.end || vocabulary.isPunctuation(next.next));
}

/** Centre of mass of what is looked at in the sound itself, in frames. */
export function centre(look: Float32Array, spoken: number): number {
  let mass = 0;
  let moment = 0;
  for (let frame = 0; frame < spoken && frame < look.length; frame++) {
    const weight = look[frame] as number;
    mass += weight;
    moment += weight * frame;
  }
  return moment / (mass + 1e-6);
}

function goesBack(places: readonly number[], spoken: number): boolean {
  const top = Math.max(...places);
  const fell = top - (places.at(-1) ?? 0);
  const came = top - (places[0] ?? 0);
  return fell > WENT_BACK * came && fell > LEAST_BACK_FRAMES && top > HAD_COME * spoken;
}

function repeats(tokens: readonly number[], places: readonly number[]): boolean {
  const fell = Math.max(...places) - (places.at(-1) ?? 0);
  return (fell > STANDS_STILL_FRAMES && wasThere(tokens, REPEATED_TOKENS)) || wasThere(tokens, SURELY_REPEATED_TOKENS);
}

function wasThere(tokens: readonly number[], count: number): boolean {
  if (tokens.length <= count) return false;
  const last = tokens.slice(-count);
  for (let at = 0; at + count < tokens.length; at++) {
    if (last.every((token, i) => tokens[at + i] === token)) return true;
  }
  return false;
}
