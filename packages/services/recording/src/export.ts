import { createHash } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { wavHeader } from "@jikimi/audio";
import type { CallId, EpochMs } from "@jikimi/kernel";
import { RecordingError } from "./errors.ts";
import type { RecordingFinding } from "./findings.ts";
import { samplesToMs } from "./gap-list.ts";
import type { Recording } from "./reader.ts";
import { interleaved, RecordingSound } from "./sound.ts";
import { type ManifestGap, type Survey, surveyRecording } from "./survey.ts";
import { RECORDING_RATE_HZ } from "./types.ts";

/** Lies beside the WAV as JSON: what the sound is, what is missing from it and what was found wrong. */
export type RecordingManifest = {
  readonly callId: CallId;
  readonly startedAtMs: EpochMs;
  readonly startedAt: string;
  readonly durationMs: number;
  readonly channels: { readonly left: "caller"; readonly right: "agent and announcements" };
  /** Of the encrypted file, and of the WAV made from it; hexadecimal. */
  readonly sha256: { readonly recording: string; readonly wav: string };
  readonly closed: boolean;
  readonly gaps: readonly ManifestGap[];
  readonly findings: readonly RecordingFinding[];
  /** When the product spoke to the caller. */
  readonly announcements: readonly { readonly startMs: number; readonly endMs: number }[];
  /** Present and true where a voice on the call was a machine's (a demonstration). */
  readonly synthetic?: true;
};

export type WavExport = {
  readonly wavPath: string;
  readonly manifestPath: string;
  readonly manifest: RecordingManifest;
};

const CHUNK_SAMPLES = RECORDING_RATE_HZ;
/** The most that the sizes in a WAV header can say: 37 hours. */
const MAX_WAV_SAMPLES = Math.floor((0xffff_ffff - 36) / 4);

/**
 * Writes stereo 8 kHz 16-bit WAV (caller left; agent and announcements right) and its manifest beside it, both new files
 * with mode 0600, a second of sound in memory at a time. What is missing is silence in the WAV and a line in the manifest.
 * Throws `cannot-export`, and then leaves neither file.
 */
export async function exportWav(
  recording: Recording,
  { wavPath, synthetic = false }: { wavPath: string; synthetic?: boolean },
): Promise<WavExport> {
  const survey = await surveyRecording(recording);
  const manifestPath = `${wavPath}.manifest.json`;
  if (survey.durationSamples > MAX_WAV_SAMPLES) {
    throw new RecordingError("cannot-export", `a WAV file holds 37 hours at most; ${recording.path} is longer`);
  }
  const wavSha256 = await intoNewFile(wavPath, (file) => writeSound(file, recording, survey));
  const manifest: RecordingManifest = {
    callId: recording.callId,
    startedAtMs: recording.startedAtMs,
    startedAt: new Date(recording.startedAtMs).toISOString(),
    durationMs: Math.round(samplesToMs(survey.durationSamples)),
    channels: { left: "caller", right: "agent and announcements" },
    sha256: { recording: await recording.sha256(), wav: wavSha256 },
    closed: survey.closed,
    gaps: survey.gaps,
    findings: survey.findings,
    announcements: survey.announcements,
    ...(synthetic ? { synthetic } : {}),
  };
  try {
    await intoNewFile(manifestPath, async (file) => {
      await file.writeFile(`${JSON.stringify(manifest, null, 2)}\n`);
    });
  } catch (failure) {
    await rm(wavPath, { force: true });
    throw failure;
  }
  return { wavPath, manifestPath, manifest };
}

async function intoNewFile<T>(path: string, write: (file: FileHandle) => Promise<T>): Promise<T> {
  let file: FileHandle;
  try {
    file = await open(path, "wx", 0o600);
  } catch (cause) {
    throw new RecordingError("cannot-export", `${path} could not be created (is it there already?)`, { cause });
  }
  try {
    const result = await write(file);
    await file.sync();
    await file.close();
    return result;
  } catch (cause) {
    await file.close().catch(() => undefined);
    await rm(path, { force: true });
    if (cause instanceof RecordingError) throw cause;
    throw new RecordingError("cannot-export", `${path} could not be written`, { cause });
  }
}

/** Returns the WAV's SHA-256. */
async function writeSound(file: FileHandle, recording: Recording, survey: Survey): Promise<string> {
  const hash = createHash("sha256");
  const sound = new RecordingSound(recording, survey);
  const append = async (bytes: Uint8Array) => {
    hash.update(bytes);
    await file.writeFile(bytes);
  };
  await append(wavHeader({ sampleRateHz: RECORDING_RATE_HZ, channels: 2, frames: survey.durationSamples }));
  for (let start = 0; start < survey.durationSamples; start += CHUNK_SAMPLES) {
    const length = Math.min(CHUNK_SAMPLES, survey.durationSamples - start);
    await append(interleaved(await sound.tracksAt(start, length)));
  }
  return hash.digest("hex");
}
