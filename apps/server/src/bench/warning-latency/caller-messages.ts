import { z } from "zod";

/** To the process that plays the callers (`caller-process.ts`). */
export const CallerRequest = z.discriminatedUnion("kind", [
  /** So many callers ring at once; answered when every call is. */
  z.object({
    kind: z.literal("ring"),
    callers: z.number().int().positive(),
    sipPort: z.number().int(),
    number: z.string().min(1),
  }),
  /** Each caller says the phrase so often, independently of the others, and waits for a warning each time. */
  z.object({ kind: z.literal("measure"), phrasePath: z.string().min(1), times: z.number().int().positive() }),
  z.object({ kind: z.literal("hang-up") }),
]);
export type CallerRequest = z.infer<typeof CallerRequest>;

export const CallerReport = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("done") }),
  z.object({
    kind: z.literal("measured"),
    /** From the packet with the phrase's last voiced sample to the warning's first packet, both seen at the socket. */
    latenciesMs: z.array(z.number()),
    /** Phrases that no warning followed. */
    missed: z.number().int(),
  }),
]);
export type CallerReport = z.infer<typeof CallerReport>;
