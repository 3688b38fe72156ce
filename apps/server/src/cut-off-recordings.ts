import type { ClosedAfterRestart, SpoolingJournal } from "@jikimi/incidents";
import type { Log } from "@jikimi/kernel";
import { type Keyring, verifyRecording } from "@jikimi/recording";

/**
 * Recordings of calls that an earlier run was cut off in were never closed: each is read from end to end, and what is
 * found goes into the call's own account, with the hash that it has from now on.
 */
export async function checkCutOffRecordings(
  closed: readonly ClosedAfterRestart[],
  { keyring, journal, log }: { keyring: Keyring; journal: SpoolingJournal; log: Log },
): Promise<void> {
  for (const { callId, recordingPath } of closed) {
    if (recordingPath === null) continue;
    try {
      const { content, findings } = await verifyRecording(recordingPath, keyring);
      const durationMs = content?.durationMs ?? 0;
      const gaps = [...(content?.gaps ?? [])];
      const sha256 = content?.sha256 ?? null;
      const event = {
        kind: "recording-checked",
        atMs: durationMs,
        sha256,
        durationMs,
        closed: content?.closed,
        findings,
      };
      const recordingSummary = { durationMs, gaps, complete: false };
      await journal.annotate(callId, event, {
        recordingSummary,
        ...(sha256 === null ? {} : { recordingSha256: sha256 }),
      });
    } catch (cause) {
      log.error({ callId, cause: String(cause) }, "a recording that was cut off cannot be checked");
    }
  }
}
