import { Tensor } from "onnxruntime-node";
import type { Heard, LetterReader, Step, StepRow } from "../src/whisper/graphs.ts";

/** What is likely after the given tokens (the opening left out), as probabilities; what is not named is next to impossible. */
export type Script = (before: readonly number[]) => Readonly<Record<number, number>>;

const IMPOSSIBLE = -30;
const empty = new Tensor("float32", new Float32Array(0), [0]);

export function heardFor(soundFrames: number): Heard {
  return { keys: empty, values: empty, frames: soundFrames + 150, soundFrames };
}

/**
 * Stands in for the decoder's graph: it writes down the tokens that it was given in place of keys and values, and answers by
 * the script. Attention stands `framesPerToken` further at each token, or where `look` says.
 */
export function scriptedReader(
  script: Script,
  {
    choices,
    opening,
    framesPerToken = 5,
    look = (place: number) => place * framesPerToken,
    noSpeech = 0,
  }: {
    choices: number;
    opening: number;
    framesPerToken?: number;
    look?: (place: number) => number;
    noSpeech?: number;
  },
): LetterReader & { steps: number } {
  const reader = {
    steps: 0,
    step(heard: Heard, given: readonly StepRow[]): Promise<Step> {
      reader.steps += 1;
      const rows = given.length;
      const tokens = given[0]?.tokens.length ?? 0;
      const step = {
        rows,
        tokens,
        choices,
        frames: heard.frames,
        logProbabilities: new Float32Array(rows * tokens * choices).fill(IMPOSSIBLE),
        attention: new Float32Array(rows * tokens * heard.frames),
        noSpeech: new Float32Array(rows * tokens).fill(noSpeech),
        newKeys: new Float32Array(rows * 6 * tokens * 512),
        newValues: new Float32Array(rows * 6 * tokens * 512),
      };
      for (const [row, { cache, tokens: own }] of given.entries()) {
        const before = Array.from({ length: cache.length }, (_, i) => cache.keys[i * 512] ?? -1);
        for (const [at, token] of own.entries()) {
          const place = row * tokens + at;
          const text = [...before, ...own.slice(0, at + 1)].slice(opening);
          for (const [next, probability] of Object.entries(script(text))) {
            step.logProbabilities[place * choices + Number(next)] = Math.log(probability);
          }
          const frame = Math.min(heard.frames - 1, Math.max(0, Math.round(look(text.length))));
          step.attention[place * heard.frames + frame] = 1;
          step.newKeys[place * 512] = token;
        }
      }
      return Promise.resolve(step);
    },
  };
  return reader;
}
