import { z } from "zod";

/** Milliseconds since 1970-01-01T00:00:00Z, the server's clock. */
export const epochMs = z.number().int().nonnegative();
export const bilingual = z.object({ ko: z.string(), en: z.string() });
export const id = z.string().min(1).max(64);
