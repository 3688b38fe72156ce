import { createHash } from "node:crypto";
import { type FileHandle, open, rm } from "node:fs/promises";
import { decodeG711, wavHeader } from "@jikimi/audio";
import type { CallId, EpochMs } from "@jikimi/kernel";
import { RecordingError } from "./errors.ts";
import type { RecordingFinding } from "./findings.ts";
import { samplesToMs } from "./gap-list.ts";
import type { Recording } from "./reader.ts";
import type { AudioRecord, BlockRecord } from "./records.ts";
import { type AudioPlace, type ManifestGap, type Survey, surveyRecording } from "./survey.ts";
import { RECORDING_RATE_HZ, type RecordingTrack } from "./types.ts";

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
const CACHED_BLOCKS = 8;

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
  const blocks = new BlockCache(recording);
  const bySecond = placesBySecond(survey.places);
  const append = async (bytes: Uint8Array) => {
    hash.update(bytes);
    await file.writeFile(bytes);
  };
  await append(wavHeader({ sampleRateHz: RECORDING_RATE_HZ, channels: 2, frames: survey.durationSamples }));
  for (let start = 0; start < survey.durationSamples; start += CHUNK_SAMPLES) {
    const length = Math.min(CHUNK_SAMPLES, survey.durationSamples - start);
    const tracks = {
      caller: new Int16Array(length),
      agent: new Int16Array(length),
      announcement: new Int16Array(length),
    };
    for (const place of bySecond.get(start / CHUNK_SAMPLES) ?? []) {
      const record = (await blocks.recordsAt(place.blockOffset))[place.recordNumber];
      if (record?.kind === "audio") lay(record, start, tracks[place.track]);
    }
    await append(interleaved(tracks));
  }
  return hash.digest("hex");
}

/** Copies what of the record falls into the second that begins at `start`. */
function lay(record: AudioRecord, start: number, onto: Int16Array): void {
  const pcm = pcmOf(record);
  const from = Math.max(0, start - record.startSample);
  const at = Math.max(0, record.startSample - start);
  onto.set(pcm.subarray(from, from + Math.max(0, onto.length - at)), at);
}

function pcmOf({ codec, payload }: AudioRecord): Int16Array {
  if (codec !== "pcm16") return decodeG711(codec, payload);
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  return Int16Array.from({ length: payload.length >> 1 }, (_, i) => view.getInt16(i * 2, true));
}

function interleaved({ caller, agent, announcement }: Readonly<Record<RecordingTrack, Int16Array>>): Uint8Array {
  const bytes = new Uint8Array(caller.length * 4);
  const view = new DataView(bytes.buffer);
  for (let i = 0; i < caller.length; i++) {
    const right = (agent[i] ?? 0) + (announcement[i] ?? 0);
    view.setInt16(i * 4, caller[i] ?? 0, true);
    view.setInt16(i * 4 + 2, Math.max(-32_768, Math.min(32_767, right)), true);
  }
  return bytes;
}

function placesBySecond(places: readonly AudioPlace[]): Map<number, AudioPlace[]> {
  const bySecond = new Map<number, AudioPlace[]>();
  for (const place of places) {
    for (let second = Math.floor(place.start / CHUNK_SAMPLES); second * CHUNK_SAMPLES < place.end; second++) {
      const list = bySecond.get(second);
      if (list === undefined) bySecond.set(second, [place]);
      else list.push(place);
    }
  }
  return bySecond;
}

/** The blocks opened last: neighbouring seconds share them. */
class BlockCache {
  readonly #recording: Recording;
  readonly #blocks = new Map<number, readonly BlockRecord[]>();

  constructor(recording: Recording) {
    this.#recording = recording;
  }

  async recordsAt(offset: number): Promise<readonly BlockRecord[]> {
    const cached = this.#blocks.get(offset);
    if (cached !== undefined) return cached;
    const records = await this.#recording.recordsAt(offset);
    this.#blocks.set(offset, records);
    const oldest = this.#blocks.keys().next();
    if (this.#blocks.size > CACHED_BLOCKS && !oldest.done) this.#blocks.delete(oldest.value);
    return records;
  }
}
