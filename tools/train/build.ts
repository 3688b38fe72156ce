import type { Random } from "@jikimi/kernel";
import {
  type AbuseLabel,
  abuseLabels,
  type ClassifierModel,
  type FeatureSort,
  featureValue,
  type LabelParameters,
} from "@jikimi/language";
import { type Buckets, chooseBuckets, featuresOf, toRows } from "./buckets.ts";
import { fitPlatt, type Scored } from "./calibrate.ts";
import { type Example, isAbuse } from "./example.ts";
import { type LearnedWeights, learn, type Rows } from "./learn.ts";
import { inOneBreath, misheard } from "./noise.ts";

export type Recipe = {
  readonly version: string;
  readonly bucketBits: number;
  readonly leastRows: number;
  readonly epochs: number;
  readonly rate: number;
  readonly decay: number;
  readonly dropout: number;
  readonly reportedShare: number;
  /** How many misheard copies each written line gets. */
  readonly misheardCopies: number;
  /** How many written lines are joined with another line. */
  readonly joinedLines: number;
  /** Per label, the share of ordinary talk that may reach 0.5. */
  readonly falseAlarms: Readonly<Record<AbuseLabel, number>>;
  /** False saves half the time while trying things out. */
  readonly refit: boolean;
};

export const defaultRecipe: Recipe = {
  version: "abuse-linear-1",
  bucketBits: 18,
  leastRows: 3,
  epochs: 6,
  rate: 0.12,
  decay: 1e-5,
  dropout: 0.5,
  reportedShare: 0.3,
  misheardCopies: 2,
  joinedLines: 6000,
  falseAlarms: {
    profanity: 0.0004,
    insult: 0.0005,
    threat: 0.001,
    sexual_harassment: 0.0007,
    discrimination: 0.0004,
  },
  refit: true,
};

/**
 * Examples to model. Weights are learnt twice: first without the calibration texts, so that Platt's slope comes from texts
 * the weights never saw; then with the written ones among them, because every line that was written is needed.
 *
 * How often callers are abusive is not known, so Platt's offset, which stands for that, is not taken from the data: it is
 * set so that 0.5 is the operating point: the score that ordinary talk reaches only as often as `falseAlarms` allows.
 * The same examples and seed give the same bytes.
 */
export function build(
  examples: readonly Example[],
  recipe: Recipe,
  random: Random,
  say: (progress: string) => void,
): { readonly model: ClassifierModel; readonly used: number; readonly rows: number } {
  const known = examples.filter((example) => example.group !== "swears");
  const calibration = known.filter((example) => example.role === "calibrate");
  const training = known.filter((example) => example.role === "train");
  say("first pass, to calibrate");
  const first = fit(training, recipe, random, say);
  const calibrationRows = toRows(
    calibration.map((example) => featuresOf(example.text)),
    calibration,
    first.buckets,
  );
  const platt = abuseLabels.map((_, label) => fitPlatt(scoreRows(calibrationRows, first, label, recipe, calibration)));
  say("second pass, with every written line");
  const written = calibration.filter((example) => example.source === "written");
  const last = recipe.refit ? fit([...training, ...written], recipe, random, say) : first;
  const ordinary = calibration.filter((example) => example.source.startsWith("neg_"));
  const ordinaryRows = toRows(
    ordinary.map((example) => featuresOf(example.text)),
    ordinary,
    last.buckets,
  );
  const bars = abuseLabels.map((label, index) => {
    const scored = scoreRows(ordinaryRows, last, index, recipe, ordinary);
    const bar = Math.max(upperBar(scored, recipe.falseAlarms[label]), logOddsAt(leastProbability, platt[index]));
    return training.some((example) => example.truth[label] === true || example.oneOf.includes(label))
      ? bar
      : bar + unlearnt;
  });
  const model: ClassifierModel = {
    version: recipe.version,
    buckets: last.buckets.owners.length,
    fingerprints: last.buckets.fingerprints,
    weights: last.weights,
    labels: last.labels.map((label, index) => {
      const slope = platt[index]?.slope ?? 1;
      return { ...label, slope, offset: -slope * (bars[index] ?? 0) };
    }),
    reportedShare: recipe.reportedShare,
  };
  return { model, used: last.buckets.used, rows: last.rows };
}

type Fitted = {
  readonly buckets: Buckets;
  readonly weights: Int8Array;
  readonly labels: readonly LabelParameters[];
  readonly rows: number;
};

function fit(training: readonly Example[], recipe: Recipe, random: Random, say: (progress: string) => void): Fitted {
  const examples = withNoise(training, recipe, random);
  say(`reading ${examples.length} texts`);
  const features = examples.map((example) => featuresOf(example.text));
  const buckets = chooseBuckets(features, examples, 2 ** recipe.bucketBits, recipe.leastRows);
  say(`${buckets.used} features; learning`);
  const learned = learn(toRows(features, examples, buckets), {
    buckets: 2 ** recipe.bucketBits,
    epochs: recipe.epochs,
    rate: recipe.rate,
    decay: recipe.decay,
    dropout: recipe.dropout,
    reportedShare: recipe.reportedShare,
    random,
    progress: (epoch, loss) => say(`epoch ${epoch + 1} of ${recipe.epochs}: loss ${loss.toFixed(4)}`),
  });
  return { buckets, ...quantise(learned), rows: examples.length };
}

function withNoise(training: readonly Example[], recipe: Recipe, random: Random): readonly Example[] {
  const written = training.filter((example) => example.source === "written");
  const copies = written.flatMap((example) =>
    Array.from({ length: recipe.misheardCopies }, () => ({
      ...example,
      text: misheard(example.text, random),
      weight: example.weight * 0.5,
    })),
  );
  const innocent = training.filter((example) => !isAbuse(example) && example.text.length <= 40);
  const joined = Array.from({ length: written.length === 0 ? 0 : recipe.joinedLines }, () => {
    const first = written[random.integer(written.length)] as Example;
    const second = innocent[random.integer(innocent.length)] as Example;
    return { ...first, text: inOneBreath(first.text, second.text, random), weight: first.weight * 0.5 };
  });
  return [...training, ...copies, ...joined];
}

/** To int8, label by label. Outliers are cut at the 99.99th percentile so that they do not coarsen the rest. */
function quantise(learned: LearnedWeights): { weights: Int8Array; labels: LabelParameters[] } {
  const labelCount = abuseLabels.length;
  const buckets = learned.weights.length / labelCount;
  const weights = new Int8Array(learned.weights.length);
  const labels = abuseLabels.map((_, label) => {
    const own = Float32Array.from(
      { length: buckets },
      (_, bucket) => learned.weights[bucket * labelCount + label] ?? 0,
    );
    const sizes = own
      .map(Math.abs)
      .filter((size) => size > 0)
      .sort();
    const scale = Math.fround((sizes[Math.floor((sizes.length - 1) * 0.9999)] ?? 1) / 127);
    for (let bucket = 0; bucket < buckets; bucket++) {
      weights[label * buckets + bucket] = Math.max(-127, Math.min(127, Math.round((own[bucket] ?? 0) / scale)));
    }
    return { scale, bias: Math.fround(learned.biases[label] ?? 0), slope: 1, offset: 0 };
  });
  return { weights, labels };
}

/** A label without a single example stays far from firing. */
const unlearnt = 5;

/** However quiet ordinary talk is: a text less likely than this to be abuse, as far as the calibration texts tell, never fires. */
const leastProbability = 0.12;

function logOddsAt(probability: number, platt: { slope: number; offset: number } | undefined): number {
  if (platt === undefined) return 0;
  return (Math.log(probability / (1 - probability)) - platt.offset) / platt.slope;
}

const margin = 0.1;

/** The log-odds that only this share of the texts exceeds. */
function upperBar(scored: readonly Scored[], share: number): number {
  const sorted = scored.map((item) => item.logOdds).sort((left, right) => right - left);
  const at = Math.floor(sorted.length * share);
  const above = sorted[at - 1];
  // Too few texts for one to be allowed: all of them stay below.
  return above === undefined ? (sorted[0] ?? 0) + margin : (above + (sorted[at] ?? above)) / 2;
}

/** Written lines stand for calls and count in full; web comments a quarter. */
const calibrationWeight = (example: Example): number =>
  example.source === "written" || example.source.startsWith("neg_") ? 1 : 0.25;

function scoreRows(
  rows: Rows,
  { weights, labels, buckets }: Fitted,
  index: number,
  recipe: Recipe,
  examples: readonly Example[],
): readonly Scored[] {
  const label = labels[index];
  const own = weights.subarray(index * buckets.owners.length, (index + 1) * buckets.owners.length);
  const scored: Scored[] = [];
  for (const [row, example] of examples.entries()) {
    const truth = rows.truth[row * abuseLabels.length + index] ?? -1;
    if (truth < 0 || label === undefined) continue;
    let sum = label.bias;
    for (let at = rows.starts[row] ?? 0; at < (rows.starts[row + 1] ?? 0); at++) {
      const feature = rows.features[at] ?? 0;
      const value = featureValue((feature & 3) as FeatureSort, rows.pattern[row] ?? 1, recipe.reportedShare);
      sum += (own[feature >> 2] ?? 0) * label.scale * value;
    }
    scored.push({ logOdds: sum, truth: truth === 1, weight: calibrationWeight(example) });
  }
  return scored;
}
