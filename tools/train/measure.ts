import { type AbuseLabel, abuseLabels, type Classifier } from "@jikimi/language";
import { type Example, isAbuse } from "./example.ts";

/** A text that was judged once, for all tables. */
export type Judged = {
  readonly example: Example;
  readonly fired: boolean;
  readonly scores: Readonly<Record<AbuseLabel, number>>;
};

export function judge(classifier: Classifier, examples: readonly Example[]): readonly Judged[] {
  return examples.map((example) => {
    const { abusive, labels } = classifier.assess(example.text);
    return { example, fired: abusive, scores: labels };
  });
}

/** How many of each group fire at the operating point. */
export function firedByGroup(
  judged: readonly Judged[],
  groupsOf: (example: Example) => readonly string[] = (example) => [example.group],
): Record<string, { rows: number; fired: number }> {
  const groups: Record<string, { rows: number; fired: number }> = {};
  for (const { example, fired } of judged) {
    for (const group of groupsOf(example)) {
      const before = groups[group] ?? { rows: 0, fired: 0 };
      groups[group] = { rows: before.rows + 1, fired: before.fired + (fired ? 1 : 0) };
    }
  }
  return groups;
}

export type BinaryResult = {
  readonly accuracy: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  /** Mean of the F1 of both classes, as most papers on these sets report it. */
  readonly macroF1: number;
};

function binaryResult(pairs: readonly (readonly [predicted: boolean, actual: boolean])[]): BinaryResult {
  let [tp, fp, fn, tn] = [0, 0, 0, 0];
  for (const [predicted, actual] of pairs) {
    if (predicted && actual) tp++;
    else if (predicted) fp++;
    else if (actual) fn++;
    else tn++;
  }
  const ratio = (part: number, whole: number) => (whole === 0 ? 0 : rounded(part / whole));
  const f1 = ratio(2 * tp, 2 * tp + fp + fn);
  return {
    accuracy: ratio(tp + tn, pairs.length),
    precision: ratio(tp, tp + fp),
    recall: ratio(tp, tp + fn),
    f1,
    macroF1: rounded((f1 + ratio(2 * tn, 2 * tn + fp + fn)) / 2),
  };
}

const rounded = (value: number): number => Math.round(value * 1000) / 1000;

const highest = (scores: Judged["scores"]): number => Math.max(...abuseLabels.map((label) => scores[label]));

/**
 * One set against one truth: at the operating point, and at the threshold that suits this very set best. The second is what
 * papers tune for; the first is what a caller meets.
 */
export function againstTruth(
  judged: readonly Judged[],
  truth: (example: Example) => boolean = isAbuse,
  label: AbuseLabel | null = null,
) {
  const score = (item: Judged) => (label === null ? highest(item.scores) : item.scores[label]);
  const at = (threshold: number) => binaryResult(judged.map((item) => [score(item) >= threshold, truth(item.example)]));
  const best = bestThresholds.map((threshold) => ({ threshold, ...at(threshold) }));
  best.sort((left, right) => right.macroF1 - left.macroF1);
  return { atOperatingPoint: at(0.5), atItsBest: best[0] };
}

const bestThresholds = [0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8];
