import type { Clock } from "@jikimi/kernel";
import type { HearingCost } from "./attention.ts";
import type { Recognizer } from "./ports.ts";

/** Until something was measured: what `whisper-base-ko` costs on a slow core. */
export const ASSUMED_COST: HearingCost = { fullPerSecond: 0.08, leanPerSecond: 0.05 };

/** At most; a quick machine needs a second or two. */
const CALIBRATE_FOR_MS = 5_000;
const READINGS = 5;

/**
 * Measures on this machine what hearing costs: hears `speech` again and again, and gives way at once to whoever wants to be
 * heard meanwhile. The quickest reading counts: what else ran at the start must not count all day. Null when nothing could be
 * measured. Rejects only with the signal's reason.
 *
 * @param speech mono, -1 to 1, at the recogniser's rate
 */
export async function calibrate(
  recognizer: Recognizer,
  speech: Float32Array,
  { clock, signal, forMs = CALIBRATE_FOR_MS }: { clock: Clock; signal: AbortSignal; forMs?: number },
): Promise<HearingCost | null> {
  const speechMs = (speech.length * 1000) / recognizer.sampleRateHz;
  const fromMs = clock.monotonicMs();
  const quickest = { caller: Number.POSITIVE_INFINITY, agent: Number.POSITIVE_INFINITY };
  for (let reading = 0; reading < 2 * READINGS; reading += 1) {
    if (recognizer.waiting > 0 || clock.monotonicMs() - fromMs >= forMs) break;
    const speaker = reading % 2 === 0 ? "caller" : "agent";
    const startedMs = clock.monotonicMs();
    try {
      await recognizer.transcribe(speech.slice(), { signal, speaker });
    } catch {
      signal.throwIfAborted();
      break;
    }
    // Somebody waited meanwhile: the recogniser hurried, or was not ours alone.
    if (recognizer.waiting > 0) break;
    quickest[speaker] = Math.min(quickest[speaker], (clock.monotonicMs() - startedMs) / speechMs);
  }
  const { caller: fullPerSecond, agent: leanPerSecond } = quickest;
  const isMeasured = fullPerSecond > 0 && leanPerSecond > 0 && Number.isFinite(fullPerSecond + leanPerSecond);
  return isMeasured ? { fullPerSecond, leanPerSecond } : null;
}
