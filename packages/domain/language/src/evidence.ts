import type { Evidence } from "./assessment.ts";
import { abuseLabels } from "./labels.ts";
import type { Reading, WordSpan } from "./reading.ts";

/** One label's probability and what each UTF-16 unit of the normalised text adds to its log-odds before calibration. */
export type LabelContribution = {
  readonly probability: number;
  readonly shares: Float64Array;
  readonly slope: number;
};

/** Below this a score is nobody's business, so nothing is quoted for it. */
const leastProbability = 0.2;
/** A word is evidence when it adds this share of what the heaviest word adds. */
const leastShare = 0.3;

/**
 * Turns contributions into words that a person can check: the heaviest words of each label that scores at all,
 * neighbours joined, as they stand in the original text.
 */
export function findEvidence(text: string, reading: Reading, contributions: readonly LabelContribution[]): Evidence[] {
  const evidence: Evidence[] = [];
  for (const [index, label] of abuseLabels.entries()) {
    const contribution = contributions[index];
    if (contribution === undefined || contribution.probability < leastProbability) continue;
    for (const { span, weight } of heavyStretches(reading.words, contribution)) {
      const start = reading.normalised.starts[span.start] ?? 0;
      const end = reading.normalised.ends[span.end - 1] ?? start;
      evidence.push({ label, start, end, surface: text.slice(start, end), weight });
    }
  }
  return evidence.sort((left, right) => right.weight - left.weight);
}

function heavyStretches(words: readonly WordSpan[], contribution: LabelContribution) {
  const weights = words.map((word) => {
    let sum = 0;
    for (let at = word.start; at < word.end; at++) sum += contribution.shares[at] ?? 0;
    return sum * contribution.slope;
  });
  const bar = Math.max(...weights) * leastShare;
  const stretches: { span: WordSpan; weight: number }[] = [];
  let open = false;
  for (const [index, word] of words.entries()) {
    const weight = weights[index] ?? 0;
    const heavy = weight > 0 && weight >= bar;
    const last = stretches.at(-1);
    if (heavy && open && last !== undefined) {
      last.span = { start: last.span.start, end: word.end };
      last.weight += weight;
    } else if (heavy) {
      stretches.push({ span: word, weight });
    }
    open = heavy;
  }
  return stretches;
}
