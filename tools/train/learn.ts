import type { Random } from "@jikimi/kernel";
import { abuseLabels, featureValue } from "@jikimi/language";

/** Examples as numbers, row after row. */
export type Rows = {
  /** `bucket × 4 + FeatureSort`. */
  readonly features: Int32Array;
  /** Row r is `features[starts[r] … starts[r + 1])`. */
  readonly starts: Int32Array;
  /** Rows × labels: 1, 0, or -1 for unknown. */
  readonly truth: Int8Array;
  /** Bit per label: at least one of these is true. 0: nothing of the kind is known. */
  readonly oneOf: Uint8Array;
  /** What an n-gram counts in the row. */
  readonly pattern: Float32Array;
  readonly weight: Float32Array;
};

/** Labels of one bucket stand together: bucket × labels + label. */
export type LearnedWeights = { readonly weights: Float32Array; readonly biases: Float64Array };

export type LearnOptions = {
  readonly buckets: number;
  readonly epochs: number;
  readonly rate: number;
  /** L2, per occurrence of a feature. */
  readonly decay: number;
  /** What share of a row's features is left out each time it is seen, so that no single n-gram is relied on. */
  readonly dropout: number;
  readonly reportedShare: number;
  readonly random: Random;
  progress(epoch: number, loss: number): void;
};

const labelCount = abuseLabels.length;

/**
 * Multi-label logistic regression by AdaGrad (Duchi et al. 2011), one row at a time, with dropout (Wager et al. 2013), the
 * later epochs averaged. A row that only says "one of these" has the loss -log(1 - Π(1 - p)): whichever label already
 * explains it best learns most from it.
 */
export function learn(rows: Rows, options: LearnOptions): LearnedWeights {
  const size = options.buckets * labelCount;
  const weights = new Float32Array(size);
  const history = new Float32Array(size).fill(1e-2);
  const averaged = new Float32Array(size);
  const biases = new Float64Array(labelCount).fill(-3);
  const biasHistory = new Float64Array(labelCount).fill(1);
  const count = rows.starts.length - 1;
  const averageFrom = Math.floor(options.epochs / 2);
  const chosen = new Int32Array(longestRow(rows.starts));
  const gradient = new Float64Array(labelCount);
  const values = new Float64Array(4);
  const draw = fastChance(options.random);
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    let loss = 0;
    for (const row of shuffle(count, draw)) {
      let taken = 0;
      const pattern = rows.pattern[row] ?? 1;
      for (const sort of [0, 1, 2, 3] as const) values[sort] = featureValue(sort, pattern, options.reportedShare);
      for (let at = rows.starts[row] ?? 0; at < (rows.starts[row + 1] ?? 0); at++) {
        if (draw() >= options.dropout) chosen[taken++] = rows.features[at] ?? 0;
      }
      loss += rowGradient(rows, row, chosen, taken, weights, biases, values, gradient);
      const weight = rows.weight[row] ?? 1;
      let moves = false;
      for (let label = 0; label < labelCount; label++) {
        const slope = (gradient[label] ?? 0) * weight;
        gradient[label] = slope;
        moves ||= Math.abs(slope) > 1e-4;
        biasHistory[label] = (biasHistory[label] ?? 0) + slope * slope;
        biases[label] = (biases[label] ?? 0) - (options.rate * 0.1 * slope) / Math.sqrt(biasHistory[label] ?? 1);
      }
      if (moves) step(chosen, taken, gradient, weights, history, values, options);
    }
    if (epoch >= averageFrom) for (let at = 0; at < size; at++) averaged[at] = (averaged[at] ?? 0) + (weights[at] ?? 0);
    options.progress(epoch, loss / count);
  }
  const share = (1 - options.dropout) / (options.epochs - averageFrom);
  for (let at = 0; at < size; at++) averaged[at] = (averaged[at] ?? 0) * share;
  return { weights: averaged, biases };
}

function step(
  chosen: Int32Array,
  taken: number,
  gradient: Float64Array,
  weights: Float32Array,
  history: Float32Array,
  values: Float64Array,
  options: LearnOptions,
): void {
  for (let index = 0; index < taken; index++) {
    const feature = chosen[index] ?? 0;
    const value = values[feature & 3] ?? 1;
    const base = (feature >> 2) * labelCount;
    for (let label = 0; label < labelCount; label++) {
      const slope = gradient[label] ?? 0;
      if (Math.abs(slope) <= 1e-4) continue;
      const before = weights[base + label] ?? 0;
      const change = slope * value + options.decay * before;
      const sum = (history[base + label] ?? 0) + change * change;
      history[base + label] = sum;
      weights[base + label] = before - (options.rate * change) / Math.sqrt(sum);
    }
  }
}

/** Leaves d(loss)/d(log-odds) of every label in `gradient`; gives the loss. */
function rowGradient(
  rows: Rows,
  row: number,
  chosen: Int32Array,
  taken: number,
  weights: Float32Array,
  biases: Float64Array,
  values: Float64Array,
  gradient: Float64Array,
): number {
  gradient.set(biases);
  for (let index = 0; index < taken; index++) {
    const feature = chosen[index] ?? 0;
    const value = values[feature & 3] ?? 1;
    const base = (feature >> 2) * labelCount;
    for (let label = 0; label < labelCount; label++) {
      gradient[label] = (gradient[label] ?? 0) + (weights[base + label] ?? 0) * value;
    }
  }
  const oneOf = rows.oneOf[row] ?? 0;
  let loss = 0;
  let noneOf = 1;
  for (let label = 0; label < labelCount; label++) {
    const truth = rows.truth[row * labelCount + label] ?? -1;
    const probability = 1 / (1 + Math.exp(-(gradient[label] ?? 0)));
    if (truth >= 0) {
      gradient[label] = probability - truth;
      loss -= Math.log(Math.max(1e-9, truth === 1 ? probability : 1 - probability));
    } else if ((oneOf & (1 << label)) !== 0) {
      noneOf *= 1 - probability;
      gradient[label] = probability;
    } else {
      gradient[label] = 0;
    }
  }
  if (oneOf === 0) return loss;
  // d/dz of -log(1 - Π(1 - p)) is -p · Π(1 - p) / (1 - Π(1 - p)).
  const pull = noneOf / Math.max(1e-3, 1 - noneOf);
  for (let label = 0; label < labelCount; label++) {
    if ((oneOf & (1 << label)) !== 0 && (rows.truth[row * labelCount + label] ?? -1) < 0) {
      gradient[label] = -(gradient[label] ?? 0) * pull;
    }
  }
  return loss - Math.log(Math.max(1e-9, 1 - noneOf));
}

function longestRow(starts: Int32Array): number {
  let longest = 0;
  for (let row = 0; row + 1 < starts.length; row++)
    longest = Math.max(longest, (starts[row + 1] ?? 0) - (starts[row] ?? 0));
  return longest;
}

/** Chance by the hundred million, in [0, 1): mulberry32 seeded from the one that was handed in. */
function fastChance(random: Random): () => number {
  let state = random.integer(2 ** 32);
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Fisher and Yates. */
function shuffle(count: number, draw: () => number): Int32Array {
  const order = Int32Array.from({ length: count }, (_, index) => index);
  for (let at = count - 1; at > 0; at--) {
    const other = Math.floor(draw() * (at + 1));
    const kept = order[at] ?? 0;
    order[at] = order[other] ?? 0;
    order[other] = kept;
  }
  return order;
}
