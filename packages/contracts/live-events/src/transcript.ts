import { z } from "zod";
import { epochMs, id } from "./common.ts";
import { abuseLabel } from "./protection-view.ts";

/** `masked`: personal data that was not stored; shown as such, and cannot be revealed here. */
const transcriptWord = z.object({
  text: z.string(),
  /** 0 to 1. */
  confidence: z.number().min(0).max(1),
  masked: z.boolean(),
  /** It carries a label: shown as ●● until asked for. */
  rude: z.boolean(),
});

export const transcriptLine = z.object({
  /** The same id again replaces the line. */
  lineId: id,
  speaker: z.enum(["caller", "agent"]),
  startMs: z.number().nonnegative(),
  endMs: z.number().nonnegative(),
  heardAtMs: epochMs,
  confidence: z.number().min(0).max(1),
  words: z.array(transcriptWord),
  labels: z.array(abuseLabel),
  /** The speaker goes on; the line is put right when the whole is heard. */
  draft: z.boolean(),
  /** How the caller said it, against the caller's own habit; counts towards nothing. */
  signals: z.array(z.enum(["shouting", "fast", "interrupting"])),
  /** Rude words that may have been said where the text has something else; never counted, masked like rude words. */
  hints: z.array(z.object({ stem: z.string(), label: abuseLabel, confidence: z.number().min(0).max(1) })),
});
