import { innocentRules } from "./innocent-look-alikes.ts";
import { selfCorrections } from "./self-correction.ts";

/** A stretch of the normalised text that is set aside before scoring. End exclusive, UTF-16 units. */
export type Innocent = { readonly rule: string; readonly start: number; readonly end: number };

/** Finds innocent look-alikes, in order and without overlaps; where two rules meet, the earlier and longer one counts. */
export function findInnocent(normalised: string): readonly Innocent[] {
  const found: Innocent[] = [...selfCorrections(normalised)];
  for (const { rule, pattern } of innocentRules) {
    for (const match of normalised.matchAll(pattern)) {
      if (match[0] !== "") found.push({ rule, start: match.index, end: match.index + match[0].length });
    }
  }
  found.sort((left, right) => left.start - right.start || right.end - left.end);
  const kept: Innocent[] = [];
  for (const innocent of found) {
    if (innocent.start >= (kept.at(-1)?.end ?? 0)) kept.push(innocent);
  }
  return kept;
}
