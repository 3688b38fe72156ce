import type { JudgedWord } from "./recognition.ts";

export type Bin = {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly meanConfidence: number;
  readonly rightShare: number;
};

/** Ten bins of a tenth each; empty ones are left out. */
export function reliability(words: readonly JudgedWord[]): readonly Bin[] {
  return Array.from({ length: 10 }, (_, i) => ({ from: i / 10, to: (i + 1) / 10 })).flatMap(({ from, to }) => {
    const own = words.filter(({ confidence }) => confidence >= from && (confidence < to || to === 1));
    if (own.length === 0) return [];
    const mean = own.reduce((sum, { confidence }) => sum + confidence, 0) / own.length;
    const right = own.filter((word) => word.right).length / own.length;
    return [{ from, to, count: own.length, meanConfidence: mean, rightShare: right }];
  });
}

/** Expected calibration error: how far confidence and truth lie apart, bin by bin, each by its words (Naeini et al. 2015). */
export function calibrationError(bins: readonly Bin[]): number {
  const total = bins.reduce((sum, { count }) => sum + count, 0);
  return (
    bins.reduce((sum, bin) => sum + bin.count * Math.abs(bin.meanConfidence - bin.rightShare), 0) / Math.max(1, total)
  );
}
