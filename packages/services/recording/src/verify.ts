import type { CallId, EpochMs } from "@jikimi/kernel";
import type { RecordingFinding } from "./findings.ts";
import { samplesToMs } from "./gap-list.ts";
import type { Keyring } from "./keyring.ts";
import { openRecording } from "./reader.ts";
import { type ManifestGap, surveyRecording } from "./survey.ts";

export type Verification = {
  /** Closed, and not one finding. Gaps with a reason do not spoil it: nothing was there to record. */
  readonly intact: boolean;
  readonly findings: readonly RecordingFinding[];
  /** Null where not even the header could be read. */
  readonly content: {
    readonly callId: CallId;
    readonly startedAtMs: EpochMs;
    readonly durationMs: number;
    readonly closed: boolean;
    readonly sha256: string;
    readonly gaps: readonly ManifestGap[];
  } | null;
};

/**
 * Reads a recording from end to end and says what is wrong with it. `expectedSha256` is the hash that was kept when the
 * recording closed (the incident record has it): with it even a file whose end was cut off between two blocks is told
 * from one that a crash left. Throws `cannot-read` where there is no such file.
 */
export async function verifyRecording(
  path: string,
  keyring: Keyring,
  { expectedSha256 }: { expectedSha256?: string } = {},
): Promise<Verification> {
  const opened = await openRecording(path, keyring);
  if (opened.kind === "refused") return { intact: false, findings: [opened.finding], content: null };
  await using recording = opened.recording;
  const survey = await surveyRecording(recording);
  const sha256 = await recording.sha256();
  const findings = [...survey.findings];
  if (expectedSha256 !== undefined && expectedSha256.toLowerCase() !== sha256) {
    findings.push({ kind: "other-hash", expectedSha256, sha256 });
  }
  return {
    intact: findings.length === 0,
    findings,
    content: {
      callId: recording.callId,
      startedAtMs: recording.startedAtMs,
      durationMs: Math.round(samplesToMs(survey.durationSamples)),
      closed: survey.closed,
      sha256,
      gaps: survey.gaps,
    },
  };
}
