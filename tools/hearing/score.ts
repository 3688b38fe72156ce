import type { Random } from "@jikimi/kernel";
import { lettersOf } from "@jikimi/language";

/** Which characters of `written` are right, place by place in its letters, by the cheapest alignment with what was said. */
export function rightLetters(said: string, written: string): readonly boolean[] {
  const a = lettersOf(said);
  const b = lettersOf(written);
  const rows = [Array.from({ length: b.length + 1 }, (_, i) => i)];
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    const above = rows[i - 1] ?? [];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      row.push(Math.min((above[j] ?? 0) + 1, (row[j - 1] ?? 0) + 1, (above[j - 1] ?? 0) + same));
    }
    rows.push(row);
  }
  const right = new Array<boolean>(b.length).fill(false);
  let i = a.length;
  let j = b.length;
  while (i > 0 && j > 0) {
    const here = rows[i]?.[j] ?? 0;
    const same = a[i - 1] === b[j - 1];
    if (here === (rows[i - 1]?.[j - 1] ?? 0) + (same ? 0 : 1)) {
      right[j - 1] = same;
      i -= 1;
      j -= 1;
    } else if (here === (rows[i - 1]?.[j] ?? 0) + 1) i -= 1;
    else j -= 1;
  }
  return right;
}

/**
 * Errors over letters in percent, with the middle 95 % of 1,000 draws of as many clips (with replacement): how far another
 * hundred clips might be off.
 */
export function rateWithInterval(
  scores: readonly { readonly errors: number; readonly length: number }[],
  random: Random,
): { readonly percent: number; readonly low: number; readonly high: number } {
  const rate = (items: typeof scores) =>
    (100 * items.reduce((sum, { errors }) => sum + errors, 0)) /
    Math.max(
      1,
      items.reduce((sum, { length }) => sum + length, 0),
    );
  const draws = Array.from({ length: 1000 }, () =>
    rate(scores.map(() => scores[random.integer(scores.length)] ?? { errors: 0, length: 0 })),
  );
  return { percent: rate(scores), low: percentile(draws, 0.025), high: percentile(draws, 0.975) };
}

/** The value below which `share` of them lie; NaN for none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
