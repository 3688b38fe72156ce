import type { Assessment, Classifier, Hearing } from "./assessment.ts";
import { findEvidence, type LabelContribution } from "./evidence.ts";
import { extractFeatures, featureValue, patternValue } from "./features.ts";
import { hearingShares } from "./hearing.ts";
import { type AbuseLabel, abuseLabels, mapLabels } from "./labels.ts";
import { type ClassifierModel, fingerprintOf } from "./model-file.ts";
import { type Reading, read } from "./reading.ts";

/**
 * From here on a label counts towards a warning (the operating point of the default policy). One number for all labels:
 * the trainer sets each label's scale so that ordinary talk reaches 0.5 only as often as its recipe allows, under 3 in
 * 1,000 over all labels. The model card says what was measured.
 */
export const defaultThresholds: Readonly<Record<AbuseLabel, number>> = mapLabels(() => 0.5);

/** A model made ready; holds no state, so one serves every call. */
export function createClassifier(
  model: ClassifierModel,
  options: { readonly thresholds?: Readonly<Record<AbuseLabel, number>> } = {},
): Classifier {
  const thresholds = options.thresholds ?? defaultThresholds;
  return {
    modelVersion: model.version,
    assess: (text, hearing = {}) => assess(model, thresholds, text, hearing),
  };
}

function assess(
  model: ClassifierModel,
  thresholds: Readonly<Record<AbuseLabel, number>>,
  text: string,
  hearing: Hearing,
): Assessment {
  const reading = read(text);
  const contributions = weigh(model, reading);
  const evidence = findEvidence(text, reading, contributions);
  const heard = hearingShares(text, hearing, evidence);
  const labels = mapLabels((label, index) => {
    const score = contributions[index]?.probability ?? 0;
    return score * heard(label);
  });
  return {
    text,
    normalised: reading.normalised.text,
    labels,
    abusive: abuseLabels.some((label) => labels[label] >= thresholds[label]),
    evidence,
    allowListed: reading.innocent.map(({ rule, start, end }) => {
      const from = reading.normalised.starts[start] ?? 0;
      const to = reading.normalised.ends[end - 1] ?? from;
      return { rule, start: from, end: to, surface: text.slice(from, to) };
    }),
    modelVersion: model.version,
  };
}

/** Log-odds of every label, with each unit's share; features seen twice count once. */
function weigh(model: ClassifierModel, reading: Reading): readonly LabelContribution[] {
  const mask = model.buckets - 1;
  const size = reading.normalised.text.length;
  const shares = abuseLabels.map(() => new Float64Array(size));
  const sums = model.labels.map((label) => label.bias);
  const seen = new Set<number>();
  const pattern = patternValue(reading.visibleSyllables);
  extractFeatures(reading, (hash, sort, start, end, start2, end2) => {
    const bucket = hash & mask;
    if (model.fingerprints[bucket] !== fingerprintOf(hash) || seen.has(bucket)) return;
    seen.add(bucket);
    const share = featureValue(sort, pattern, model.reportedShare);
    const units = end - start + Math.max(0, end2 - start2);
    for (const [index, label] of model.labels.entries()) {
      const weight = model.weights[index * model.buckets + bucket] ?? 0;
      if (weight === 0) continue;
      const value = weight * label.scale * share;
      sums[index] = (sums[index] ?? 0) + value;
      const spread = shares[index];
      if (spread === undefined || start < 0) continue;
      for (let at = start; at < end; at++) spread[at] = (spread[at] ?? 0) + value / units;
      for (let at = Math.max(0, start2); at < end2; at++) spread[at] = (spread[at] ?? 0) + value / units;
    }
  });
  return model.labels.map((label, index) => {
    const logOdds = label.slope * (sums[index] ?? 0) + label.offset;
    return {
      // A text that says nothing is not guilty by its bias.
      probability: seen.size === 0 ? 0 : 1 / (1 + Math.exp(-logOdds)),
      shares: shares[index] ?? new Float64Array(0),
      slope: label.slope,
    };
  });
}
