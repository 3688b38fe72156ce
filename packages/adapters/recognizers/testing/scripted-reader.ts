import { Tensor } from "onnxruntime-node";
import type { Heard, LetterReader, Step, TextCache } from "../src/whisper/graphs.ts";

/** What is likely after the given tokens (the opening left out), as probabilities; what is not named is next to impossible. */
export type Script = (before: readonly number[]) => Readonly<Record<number, number>>;

const IMPOSSIBLE = -30;
const empty = new Tensor("float32", new Float32Array(0), [0]);

export function heardFor(soundFrames: number): Heard {
  return { keys: empty, values: empty, frames: soundFrames + 150 };
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
    step(heard: Heard, cache: TextCache, rows: readonly (readonly number[])[]): Promise<Step> {
      reader.steps += 1;
      const tokens = rows[0]?.length ?? 0;
      const before = Array.from({ length: cache.length }, (_, i) => cache.keys[i * 512] ?? -1);
      const step = {
        rows: rows.length,
        tokens,
        choices,
        logProbabilities: new Float32Array(rows.length * tokens * choices).fill(IMPOSSIBLE),
        attention: new Float32Array(rows.length * tokens * heard.frames),
        noSpeech: new Float32Array(rows.length * tokens).fill(noSpeech),
        newKeys: new Float32Array(rows.length * 6 * tokens * 512),
        newValues: new Float32Array(rows.length * 6 * tokens * 512),
      };
      for (const [row, given] of rows.entries()) {
        for (const [at, token] of given.entries()) {
          const place = row * tokens + at;
          const text = [...before, ...given.slice(0, at + 1)].slice(opening);
          for (const [next, probability] of Object.entries(script(text))) {
            step.logProbabilities[place * choices + Number(next)] = Math.log(probability);
          }
          const frame = Math.min(heard.frames - 1, Math.max(0, Math.round(look(text.length))));
          step.attention[place * heard.frames + frame] = 1;
          if (row === 0) step.newKeys[at * 512] = token;
        }
      }
      return Promise.resolve(step);
    },
  };
  return reader;
}
