import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Judge } from "@jikimi/calls";
import { createClassifier, decodeClassifier } from "@jikimi/language";

/** The committed weights; `npm run train` makes them. */
export function abuseModelPath(root: string): string {
  return join(root, "assets", "models", "abuse-linear", "model.bin");
}

/** Judges with the committed classifier. Throws `LanguageError` when its file is damaged. */
export async function openJudge(modelPath: string): Promise<Judge> {
  const classifier = createClassifier(decodeClassifier(await readFile(modelPath)));
  return {
    assess({ text, words, confidence }) {
      const hearing = words.length === 0 ? { confidence } : { words, confidence };
      const { labels, abusive, evidence, modelVersion } = classifier.assess(text, hearing);
      return { labels, abusive, evidence, modelVersion };
    },
  };
}
