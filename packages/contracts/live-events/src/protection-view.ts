import { z } from "zod";
import { bilingual, epochMs, id } from "./common.ts";

export const abuseLabel = z.enum(["profanity", "insult", "threat", "sexual_harassment", "discrimination"]);

/** What was heard and why it counts: the evidence under the band. */
const heardCause = z.object({
  lineId: id,
  label: abuseLabel,
  /** 0 to 1: the judgement's score, and how surely it was heard. */
  score: z.number().min(0).max(1),
  confidence: z.number().min(0).max(1),
  /** The words that carried it, as they were said; the page masks them until it is asked. */
  words: z.array(z.string()),
});

/** The protection band: only when there is something to see is `band` not null. */
export const protectionView = z.object({
  decider: z.enum(["automatic", "agent-confirms", "advise-only"]),
  policy: z.object({ id, version: z.number().int(), title: bilingual }),
  warnings: z.object({ given: z.number().int(), beforeEnding: z.number().int() }),
  band: z
    .object({
      /** 0 to 1, of what makes the next stage due. */
      risk: z.number().min(0).max(1),
      heard: z.array(heardCause),
      /** Which rule speaks, in words for people. */
      rule: bilingual,
      sinceMs: epochMs,
    })
    .nullable(),
  /** What the machine does or will do; null: nothing. */
  next: z
    .discriminatedUnion("kind", [
      /** It waits for a person: `confirm` accepts. */
      z.object({
        kind: z.literal("offered"),
        offerId: id,
        offer: z.enum(["warning", "ending"]),
        /** Null: stays until pressed. */
        expiresAtMs: epochMs.nullable(),
      }),
      z.object({
        kind: z.literal("announcing"),
        announcement: z.enum(["warning", "ending", "long-call", "long-call-ending"]),
        text: z.string().nullable(),
        synthetic: z.boolean(),
        startedAtMs: epochMs.nullable(),
        /** When it will be over, if it is known. */
        endsAtMs: epochMs.nullable(),
      }),
      z.object({ kind: z.literal("ending") }),
    ])
    .nullable(),
  /** The last action that had no effect, and why. */
  refused: z.object({ why: z.string(), text: bilingual, atMs: epochMs }).nullable(),
});
