import { z } from "zod";

export const ServerRequest = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("start") }),
  z.object({ kind: z.literal("look") }),
  /** Resolves when no call lives and the database has all that was written, or after a while. */
  z.object({ kind: z.literal("settle") }),
]);
export type ServerRequest = z.infer<typeof ServerRequest>;

const journal = z.object({ state: z.string(), waiting: z.number(), lost: z.number() });

export const ServerReport = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("started"),
    sipPort: z.number().int(),
    /** The sample number, as it is dialled. */
    number: z.string(),
    pids: z.object({ server: z.number().int(), media: z.number().int(), listen: z.number().int() }),
  }),
  z.object({
    kind: z.literal("seen"),
    liveCalls: z.number().int(),
    /** The accounts' events so far, by kind. */
    events: z.record(z.string(), z.number().int()),
    journal,
    residentMiB: z.number(),
  }),
]);
export type ServerReport = z.infer<typeof ServerReport>;
