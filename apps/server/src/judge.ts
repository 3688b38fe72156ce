import { readFile } from "node:fs/promises";
import type { Judge } from "@jikimi/calls";
import { createClassifier, decodeClassifier } from "@jikimi/language";

/** Reads the committed classifier (`npm run train` makes it) and judges with it. Throws `LanguageError` when it is damaged. */
export async function openJudge(modelPath: string): Promise<Judge> {
  const classifier = createClassifier(decodeClassifier(await readFile(modelPath)));
  return {
    assess({ text, words, confidence }) {
      const { labels, abusive, evidence, modelVersion } = classifier.assess(text, { words, confidence });
      return { labels, abusive, evidence, modelVersion };
    },
  };
}
