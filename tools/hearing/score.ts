/** Characters wrong between what was said and what was written, spaces and punctuation left out. */
export function characterErrors(said: string, written: string): { readonly errors: number; readonly length: number } {
  const a = lettersOf(said);
  const b = lettersOf(written);
  let row = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      const same = a[i - 1] === b[j - 1] ? 0 : 1;
      next.push(Math.min((row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1, (row[j - 1] ?? 0) + same));
    }
    row = next;
  }
  return { errors: row[b.length] ?? 0, length: a.length };
}

function lettersOf(text: string): string[] {
  return [...text.normalize("NFC").toLowerCase()].filter((character) => /[\p{L}\p{N}]/u.test(character));
}

/** The value below which `share` of them lie; NaN for none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}
