import type { WordHint } from "@jikimi/listening";
import type { Candidate } from "./second-ear.ts";
import { FRAME_MS } from "./words.ts";

/** Slow speech; a candidate has no end of its own. */
const SYLLABLE_MS = 200;

/**
 * The candidates that are likely enough to be told, each rude word once at a place: the text itself is no hint of itself, and of
 * two stems that fit the same moment the likelier one is told. `starts`: when each token of the text begins, in frames.
 */
export function hintsOf(candidates: readonly Candidate[], starts: readonly number[]): readonly WordHint[] {
  const written = new Set(candidates.filter(({ isWritten }) => isWritten).map(({ stem }) => stem.stem));
  const told: WordHint[] = [];
  for (const candidate of candidates.toSorted((a, b) => b.score - a.score)) {
    const { stem, form, score, position } = candidate;
    const confidence = Math.exp(score);
    if (written.has(stem.stem) || confidence < stem.leastConfidence) continue;
    const startMs = (starts[position] ?? candidate.fromFrame) * FRAME_MS;
    const endMs = startMs + [...form.replaceAll(" ", "")].length * SYLLABLE_MS;
    if (told.some((other) => other.startMs < endMs && startMs < other.endMs)) continue;
    told.push({ stem: stem.stem, label: stem.label, confidence, startMs, endMs });
  }
  return told.toSorted((a, b) => a.startMs - b.startMs);
}
