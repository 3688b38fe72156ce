import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ListeningError } from "@jikimi/listening";

/** Two files that the operator may lay beside a model. */
export type Hotwords = { readonly hotwordsFile: string; readonly bpeVocab: string };

/** Words, then how much they are helped, left out or as `:2.5`. */
const HOTWORD_LINE = /^(?:[^\s:#@]+[ \t]+)*[^\s:#@]+(?:[ \t]+:\d+(?:\.\d+)?)?[ \t]*$/;
const VOCABULARY_LINE = /^\S+[ \t]+-?\d+(?:\.\d+)?(?:e-?\d+)?[ \t]*$/;

/**
 * `hotwords.txt` (a phrase a line) with `bpe.vocab` (the model's pieces with their scores, by which sherpa cuts the phrases);
 * null unless both are there. A line that sherpa cannot read would end the process, so every line is looked at first.
 * Rejects with `ListeningError` `model-damaged`, with file and line.
 */
export async function findHotwords(folder: string): Promise<Hotwords | null> {
  const hotwordsFile = join(folder, "hotwords.txt");
  const bpeVocab = join(folder, "bpe.vocab");
  if (!existsSync(hotwordsFile) || !existsSync(bpeVocab)) return null;
  await requireLines(hotwordsFile, HOTWORD_LINE);
  await requireLines(bpeVocab, VOCABULARY_LINE);
  return { hotwordsFile, bpeVocab };
}

async function requireLines(path: string, right: RegExp): Promise<void> {
  const lines = (await readFile(path, "utf8")).split("\n");
  const wrong = lines.findIndex((line) => line !== "" && !right.test(line));
  if (wrong >= 0) throw new ListeningError("model-damaged", { detail: `${path}:${wrong + 1}` });
}
