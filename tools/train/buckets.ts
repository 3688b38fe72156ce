import { abuseLabels, extractFeatures, fingerprintOf, patternValue, read } from "@jikimi/language";
import type { Example } from "./example.ts";
import type { Rows } from "./learn.ts";

/** Whose each bucket is: the feature's full hash, or 0 for nobody's. */
export type Buckets = { readonly owners: Uint32Array; readonly fingerprints: Uint8Array; readonly used: number };

/** The features of one text, each once, and what an n-gram counts in it. */
export type TextFeatures = { readonly hashes: Uint32Array; readonly sorts: Uint8Array; readonly pattern: number };

export function featuresOf(text: string): TextFeatures {
  const found = new Map<number, number>();
  const reading = read(text);
  extractFeatures(reading, (hash, sort) => {
    if (!found.has(hash)) found.set(hash, sort);
  });
  return {
    hashes: Uint32Array.from(found.keys()),
    sorts: Uint8Array.from(found.values()),
    pattern: patternValue(reading.visibleSyllables),
  };
}

const sketchBits = 24;
const sketchSlot = (hash: number): number => (Math.imul(hash, 0x9e3779b1) >>> (32 - sketchBits)) >>> 0;

/**
 * Gives every bucket to one feature. Features seen in fewer than `leastRows` rows are left out; where several want the same
 * bucket, the one that tells the labels apart best (χ²) gets it.
 */
export function chooseBuckets(
  features: readonly TextFeatures[],
  examples: readonly Example[],
  buckets: number,
  leastRows: number,
): Buckets {
  const sketch = new Uint16Array(2 ** sketchBits);
  for (const { hashes } of features) {
    for (const hash of hashes) {
      const slot = sketchSlot(hash);
      if ((sketch[slot] ?? 0) < 65535) sketch[slot] = (sketch[slot] ?? 0) + 1;
    }
  }
  const counts = new Map<number, Float64Array>();
  const positives = new Float64Array(abuseLabels.length + 1);
  for (const [row, { hashes }] of features.entries()) {
    const example = examples[row];
    if (example === undefined) continue;
    const positive = abuseLabels.map((label) =>
      example.truth[label] === true ? 1 : example.oneOf.includes(label) ? 1 / example.oneOf.length : 0,
    );
    for (const [label, share] of positive.entries()) positives[label] = (positives[label] ?? 0) + share;
    for (const hash of hashes) {
      if ((sketch[sketchSlot(hash)] ?? 0) < leastRows) continue;
      const count = counts.get(hash) ?? new Float64Array(abuseLabels.length + 1);
      if (count[abuseLabels.length] === 0) counts.set(hash, count);
      for (const [label, share] of positive.entries()) count[label] = (count[label] ?? 0) + share;
      count[abuseLabels.length] = (count[abuseLabels.length] ?? 0) + 1;
    }
  }
  return assign(counts, positives, features.length, buckets, leastRows);
}

function assign(
  counts: ReadonlyMap<number, Float64Array>,
  positives: Float64Array,
  rows: number,
  buckets: number,
  leastRows: number,
): Buckets {
  const owners = new Uint32Array(buckets);
  const fingerprints = new Uint8Array(buckets);
  const merits = new Float64Array(buckets);
  let used = 0;
  for (const [hash, count] of counts) {
    const seen = count[abuseLabels.length] ?? 0;
    if (seen < leastRows) continue;
    const merit = Math.max(
      ...abuseLabels.map((_, label) => chiSquare(count[label] ?? 0, seen, positives[label] ?? 0, rows)),
    );
    const bucket = hash & (buckets - 1);
    if (merit <= (merits[bucket] ?? 0)) continue;
    if (owners[bucket] === 0) used++;
    owners[bucket] = hash;
    merits[bucket] = merit;
    fingerprints[bucket] = fingerprintOf(hash);
  }
  return { owners, fingerprints, used };
}

function chiSquare(both: number, seen: number, positive: number, rows: number): number {
  const expected = (seen * positive) / rows;
  const spread = expected * (1 - seen / rows) * (1 - positive / rows);
  return spread <= 0 ? 1e-9 : 1e-9 + (both - expected) ** 2 / spread;
}

/** Examples as rows of buckets; features without a bucket are dropped, as the product drops them. */
export function toRows(
  features: readonly TextFeatures[],
  examples: readonly Example[],
  { owners, fingerprints }: Buckets,
): Rows {
  const starts = new Int32Array(features.length + 1);
  const kept: number[][] = features.map(({ hashes, sorts }) => {
    const row = new Set<number>();
    const taken = new Set<number>();
    for (const [index, hash] of hashes.entries()) {
      const bucket = hash & (owners.length - 1);
      if (fingerprints[bucket] !== fingerprintOf(hash) || taken.has(bucket)) continue;
      taken.add(bucket);
      row.add(bucket * 4 + (sorts[index] ?? 0));
    }
    return [...row];
  });
  for (const [row, list] of kept.entries()) starts[row + 1] = (starts[row] ?? 0) + list.length;
  const flat = new Int32Array(starts.at(-1) ?? 0);
  for (const [row, list] of kept.entries()) flat.set(list, starts[row]);
  const truth = new Int8Array(features.length * abuseLabels.length);
  for (const [row, example] of examples.entries()) {
    for (const [label, name] of abuseLabels.entries()) {
      const known = example.truth[name];
      truth[row * abuseLabels.length + label] = known === null ? -1 : known ? 1 : 0;
    }
  }
  return {
    features: flat,
    starts,
    truth,
    oneOf: Uint8Array.from(examples, (example) =>
      abuseLabels.reduce((bits, label, index) => bits | (example.oneOf.includes(label) ? 1 << index : 0), 0),
    ),
    pattern: Float32Array.from(features, (one) => one.pattern),
    weight: Float32Array.from(examples, (example) => example.weight),
  };
}
