import type { EpochMs } from "@jikimi/kernel";

/** A moment of a call's own clock (ms from its first INVITE) on the wall. */
export function wallTime(startedAtMs: EpochMs, atMs: number): EpochMs {
  return Math.max(0, Math.round(startedAtMs + (Number.isFinite(atMs) ? atMs : 0))) as EpochMs;
}
