import type { Word } from "@jikimi/listening";
import type { OnlineResult } from "sherpa-onnx-node";

/** How long the last piece of a word sounds; the model says only when it was sure of it. */
const PIECE_MS = 120;
/** The confidence where the model gives no probabilities: stood by, and never more than that. */
export const UNKNOWN_CONFIDENCE = 0.5;

type Piece = { readonly text: string; readonly opens: boolean; readonly atMs: number; readonly probability: number };

/**
 * Pieces put together to words: one that begins with "▁" (sherpa: a space) opens a word. A word's confidence is the mean of its
 * pieces' probabilities, the whole's that of all pieces. Times in ms; none lies behind `longMs`, where the sound ends.
 */
export function readWords(
  { tokens, timestamps, ys_probs }: Pick<OnlineResult, "tokens" | "timestamps" | "ys_probs">,
  longMs: number,
): { readonly words: readonly Word[]; readonly confidence: number } {
  const pieces = tokens.map((token, i): Piece => {
    const logProbability = ys_probs[i];
    return {
      text: token.replace(/^[▁ ]/, ""),
      opens: i === 0 || /^[▁ ]/.test(token),
      atMs: Math.min(longMs, (timestamps[i] ?? 0) * 1000),
      probability: logProbability === undefined ? UNKNOWN_CONFIDENCE : Math.min(1, Math.exp(logProbability)),
    };
  });
  const groups: Piece[][] = [];
  for (const piece of pieces) {
    const last = groups.at(-1);
    if (piece.opens || last === undefined) groups.push([piece]);
    else last.push(piece);
  }
  const words = groups.map((group, i): Word => {
    const nextMs = groups[i + 1]?.[0]?.atMs ?? longMs;
    return {
      text: group.map(({ text }) => text).join(""),
      startMs: group[0]?.atMs ?? 0,
      endMs: Math.min(nextMs, (group.at(-1)?.atMs ?? 0) + PIECE_MS),
      confidence: mean(group.map(({ probability }) => probability)),
    };
  });
  return {
    words: words.filter(({ text }) => text !== ""),
    confidence: mean(pieces.map(({ probability }) => probability)),
  };
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
