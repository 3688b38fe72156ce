import type { Speaker } from "@jikimi/kernel";

/** One side of one call, as far as sharing the ears is concerned. */
export type AttendedStream = {
  readonly speaker: Speaker;
  /** Something on this call counts already, or may soon. */
  readonly atRisk: boolean;
  readonly openedAtMs: number;
};

/** Seconds of the recogniser's thread for one second of speech, with the effort for a caller and with less. */
export type HearingCost = { readonly fullPerSecond: number; readonly leanPerSecond: number };

/** Each side of a call talks two fifths of the time; see docs/benchmarks.md, `hear`. */
const SPEECH_SHARE = 0.4;
/** What is left over is for turns that come together. */
const USABLE_SHARE = 0.9;

/**
 * Which streams one recogniser can hear without falling behind, most needed first: callers before agents (only callers are
 * judged), calls at risk before others, and who is heard already before who came later. Callers fill the whole thread if they
 * must, heard with less effort; agents get what callers heard well leave.
 */
export function shareAttention<Stream extends AttendedStream>(
  streams: readonly Stream[],
  { fullPerSecond, leanPerSecond }: HearingCost,
): ReadonlySet<Stream> {
  const ranked = streams.toSorted((a, b) => Number(b.atRisk) - Number(a.atRisk) || a.openedAtMs - b.openedAtMs);
  const callers = ranked
    .filter(({ speaker }) => speaker === "caller")
    .slice(0, Math.floor(USABLE_SHARE / (SPEECH_SHARE * leanPerSecond)));
  const left = USABLE_SHARE - callers.length * SPEECH_SHARE * fullPerSecond;
  const agents = ranked
    .filter(({ speaker }) => speaker === "agent")
    .slice(0, Math.max(0, Math.floor(left / (SPEECH_SHARE * leanPerSecond))));
  return new Set([...callers, ...agents]);
}

/** Calls that can be heard whole, both sides. */
export function wholeCalls({ fullPerSecond, leanPerSecond }: HearingCost): number {
  return Math.floor(USABLE_SHARE / (SPEECH_SHARE * (fullPerSecond + leanPerSecond)));
}
