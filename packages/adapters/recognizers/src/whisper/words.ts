import type { Vocabulary } from "./vocabulary.ts";
import type { Span } from "./word-edges.ts";

export const FRAME_MS = 20;

/** A word as its tokens make it: sure as the least sure of them. Times from the sound's beginning. */
export type TimedWord = Span & { readonly text: string; readonly confidence: number };

/**
 * Tokens to words: a word begins at a token that begins with a space. `starts`: when each token begins, in frames, and behind
 * them when the text ends. What holds no character is no word.
 */
export function wordsOf(
  vocabulary: Vocabulary,
  tokens: readonly number[],
  { probabilities, starts }: { readonly probabilities: readonly number[]; readonly starts: readonly number[] },
): readonly TimedWord[] {
  const groups: { from: number; to: number }[] = [];
  for (const [at, token] of tokens.entries()) {
    const current = groups.at(-1);
    if (current === undefined || vocabulary.beginsWord(token)) groups.push({ from: at, to: at + 1 });
    else current.to = at + 1;
  }
  return groups
    .map(({ from, to }) => ({
      text: vocabulary.text(tokens.slice(from, to)).trim(),
      startMs: (starts[from] ?? 0) * FRAME_MS,
      endMs: (starts[to] ?? starts[from] ?? 0) * FRAME_MS,
      confidence: Math.min(...probabilities.slice(from, to)),
    }))
    .filter((word) => word.text !== "");
}
