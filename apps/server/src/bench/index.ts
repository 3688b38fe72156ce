import type { Bench } from "./bench.ts";
import { desk } from "./desk/desk.ts";
import { hear } from "./hear/hear.ts";
import { media } from "./media/media.ts";
import { sip } from "./sip/sip.ts";
import { warningLatency } from "./warning-latency/warning-latency.ts";

/** In the order in which they are listed. */
export const benches: readonly Bench[] = [media, sip, hear, warningLatency, desk];
