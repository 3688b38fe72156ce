import { spokenNumbers } from "./number-form.ts";

/**
 * Characters wrong between what was said and what was written (edit distance): spaces, punctuation and case left out, numbers as
 * they are spoken. `length`: of what was said.
 */
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

/** The letters by which texts are compared. */
export function lettersOf(text: string): readonly string[] {
  return [...spokenNumbers(text.normalize("NFC")).toLowerCase()].filter((character) => /[\p{L}\p{N}]/u.test(character));
}
