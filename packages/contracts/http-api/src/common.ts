import { z } from "zod";

/** Milliseconds since 1970-01-01T00:00:00Z. */
export const epochMs = z.number().int().nonnegative();

export const bilingual = z.object({ ko: z.string(), en: z.string() });

export const language = z.enum(["ko", "en"]);

export const id = z.string().min(1).max(64);

/** Newest first; `before` is the time of the last one of the page before. */
export const page = z.object({
  before: z.coerce.number().int().nonnegative().optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
});

/** Why someone looks at what is hidden: written into the record before it is shown. */
export const reveal = z.object({ reason: z.string().trim().min(5).max(500) });

/**
 * A caller's number as everybody may see it (`010-****-5678`), or whole when it was revealed with a reason.
 * Null when the caller withheld it or it was erased.
 */
export const callerNumber = z.object({ shown: z.string(), revealed: z.boolean() }).nullable();
