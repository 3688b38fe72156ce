import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Judge } from "@jikimi/calls";
import { createClassifier, decodeClassifier } from "@jikimi/language";
import { countingLabels, defaultPolicy } from "@jikimi/protection";

/** The committed weights; `npm run train` makes them. */
export function abuseModelPath(root: string): string {
  return join(root, "assets", "models", "abuse-linear", "weights.bin");
}

/**
 * Judges with the committed classifier; `abusive` is the default policy's word: whether it would count towards a warning.
 * Throws `LanguageError` when its file is damaged.
 */
export async function openJudge(modelPath: string): Promise<Judge> {
  const classifier = createClassifier(decodeClassifier(await readFile(modelPath)));
  return {
    assess({ text, words, confidence }) {
      const hearing = words.length === 0 ? { confidence } : { words, confidence };
      const { labels, evidence, modelVersion } = classifier.assess(text, hearing);
      const abusive = countingLabels({ labels }, defaultPolicy).length > 0;
      return { labels, abusive, evidence, modelVersion };
    },
  };
}
