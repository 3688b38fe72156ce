import type { Bench } from "./bench.ts";
import { media } from "./media/media.ts";

/** In the order in which they are listed. */
export const benches: readonly Bench[] = [media];
