import { z } from "zod";

/** Both back-to-back agents are told the same on their command line: their own port, and where calls go on to. */
export const B2bConfig = z.object({ port: z.number().int(), uasPort: z.number().int() });
export type B2bConfig = z.infer<typeof B2bConfig>;

/** Asked once to know that it is up, and at the end for what it counted. */
export const B2bRequest = z.object({ kind: z.literal("count") });
export type B2bRequest = z.infer<typeof B2bRequest>;

export const B2bReport = z.object({
  /** Calls that were answered on both sides. */
  bridged: z.number().int(),
  /** Of these, hung up on both sides. */
  ended: z.number().int(),
  /** Memory in use by JavaScript objects, garbage not yet collected included. */
  heapMiB: z.number(),
});
export type B2bReport = z.infer<typeof B2bReport>;
