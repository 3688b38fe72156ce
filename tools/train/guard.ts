import { normalise } from "@jikimi/language";
import type { Example } from "./example.ts";

/** From this share of common syllable pairs on, two lines count as the same. */
const sameFrom = 0.5;

/**
 * Drops written training lines that come near a line that only measures (the probe, the held-out lines), and says which: a
 * measure that was learnt by heart measures nothing.
 */
export function keepApart(
  examples: readonly Example[],
  measures: readonly Example[],
): { readonly kept: readonly Example[]; readonly dropped: readonly string[] } {
  const forbidden = measures.map((example) => pairsOf(example.text)).filter((pairs) => pairs.size > 0);
  const dropped: string[] = [];
  const kept = examples.filter((example) => {
    if (example.source !== "written") return true;
    const own = pairsOf(example.text);
    // Two syllables are a word of the language, not somebody's sentence.
    const near = own.size >= 4 && forbidden.some((other) => overlap(own, other) >= sameFrom);
    if (near) dropped.push(example.text);
    return !near;
  });
  return { kept, dropped };
}

function pairsOf(text: string): ReadonlySet<string> {
  const plain = normalise(text).text.replaceAll(" ", "");
  return new Set(Array.from({ length: Math.max(0, plain.length - 1) }, (_, at) => plain.slice(at, at + 2)));
}

function overlap(left: ReadonlySet<string>, right: ReadonlySet<string>): number {
  let common = 0;
  for (const pair of left) if (right.has(pair)) common++;
  return common / (left.size + right.size - common);
}
