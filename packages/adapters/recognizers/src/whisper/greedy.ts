import { type Heard, type LetterReader, TextCache } from "./graphs.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** Frames of the encoder's own tail behind the sound (3 s), which is not speech. */
const TAIL_FRAMES = 150;
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

/** What the greedy pass found, with everything that was known on the way. */
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

/** Frames that hold the sound itself. */
export function soundFrames(heard: Heard): number {
  return Math.max(1, heard.frames - TAIL_FRAMES);
}

/** Token by token, always the likeliest; stops at the model's own end or where it begins to repeat itself. */
export async function readGreedily(
  graphs: LetterReader,
  vocabulary: Vocabulary,
  heard: Heard,
  { prompt = [] }: { prompt?: readonly number[] } = {},
): Promise<Reading> {
  const opening =
    prompt.length === 0 ? vocabulary.opening : [vocabulary.startOfPrompt, ...prompt, ...vocabulary.opening];
  const spoken = soundFrames(heard);
  const most = Math.min(MOST_TOKENS, Math.floor(FREE_TOKENS + (spoken / FRAMES_PER_S) * TOKENS_PER_S));
  const tokens: number[] = [];
  const logProbabilities: Float32Array[] = [];
  const attention: Float32Array[] = [];
  const places: number[] = [];
  let cache = new TextCache();
  let given: readonly number[] = opening;
  let noSpeech = 0;
  for (;;) {
    const step = await graphs.step(heard, cache, [given]);
    if (cache.length === 0) noSpeech = step.noSpeech[opening.length - vocabulary.opening.length] ?? 0;
    cache = cache.grown(given.length, step.newKeys, step.newValues);
    const last = given.length - 1;
    const choices = step.logProbabilities.subarray(last * step.choices, (last + 1) * step.choices);
    const look = step.attention.subarray(last * heard.frames, (last + 1) * heard.frames);
    logProbabilities.push(choices);
    attention.push(look);
    places.push(centre(look, spoken));
    const next = likeliest(choices);
    if (next === vocabulary.end || tokens.length >= most) break;
    if (goesBack(places, spoken) && !vocabulary.isPunctuation(next)) break;
    if (repeats(tokens, places)) break;
    tokens.push(next);
    given = [next];
  }
  return { tokens, logProbabilities, attention, cache, openingTokens: opening.length, noSpeech };
}

function likeliest(choices: Float32Array): number {
  let best = 0;
  for (let i = 1; i < choices.length; i++) if ((choices[i] as number) > (choices[best] as number)) best = i;
  return best;
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
