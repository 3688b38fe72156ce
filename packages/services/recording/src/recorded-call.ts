import { wavHeader } from "@jikimi/audio";
import { ResourceScope } from "@jikimi/kernel";
import { RecordingError } from "./errors.ts";
import type { RecordingFinding } from "./findings.ts";
import type { Keyring } from "./keyring.ts";
import { openRecording } from "./reader.ts";
import { interleaved, RecordingSound, type Tracks } from "./sound.ts";
import { surveyRecording } from "./survey.ts";
import { RECORDING_RATE_HZ } from "./types.ts";

export type OpenedCall =
  | { readonly kind: "opened"; readonly call: RecordedCall }
  /** One of its files cannot be trusted or read. */
  | { readonly kind: "refused"; readonly finding: RecordingFinding };

type Part = { readonly sound: RecordingSound; readonly offset: number };

const HEADER_BYTES = 44;
const FRAME_BYTES = 4;
const CHUNK_SAMPLES = RECORDING_RATE_HZ;
/** What the sizes in a WAV header can say. */
const MAX_SAMPLES = Math.floor((0xffff_ffff - 36) / FRAME_BYTES);

/**
 * All that was recorded of one call as a WAV (8 kHz, 16 bit; caller left, agent and announcements right) that can be
 * read from anywhere. It is made as it is read and never lies on disk; a second of it is in memory at a time. A call
 * that was recorded in several files is one sound, each file at its own time. Closed by whoever opened it.
 */
export class RecordedCall implements AsyncDisposable {
  readonly durationMs: number;
  readonly #parts: readonly Part[];
  readonly #samples: number;
  readonly #scope: ResourceScope;

  private constructor(parts: readonly Part[], samples: number, scope: ResourceScope) {
    this.#parts = parts;
    this.#samples = samples;
    this.#scope = scope;
    this.durationMs = Math.round((samples * 1000) / RECORDING_RATE_HZ);
  }

  /** `paths` in the order of recording, at least one. `untilMs` cuts what came later. Throws `cannot-read`. */
  static async open(
    paths: readonly string[],
    keyring: Keyring,
    { untilMs = Number.POSITIVE_INFINITY }: { untilMs?: number } = {},
  ): Promise<OpenedCall> {
    const scope = new ResourceScope();
    try {
      const parts: Part[] = [];
      let startedAtMs: number | null = null;
      let samples = 0;
      for (const path of paths) {
        const opened = await openRecording(path, keyring);
        if (opened.kind === "refused") {
          await scope[Symbol.asyncDispose]();
          return opened;
        }
        const recording = scope.use(opened.recording);
        startedAtMs ??= recording.startedAtMs;
        const offset = Math.max(0, Math.round(((recording.startedAtMs - startedAtMs) * RECORDING_RATE_HZ) / 1000));
        const survey = await surveyRecording(recording);
        parts.push({ sound: new RecordingSound(recording, survey), offset });
        samples = Math.max(samples, offset + survey.durationSamples);
      }
      if (parts.length === 0) throw new RecordingError("cannot-read", "a call without a recording");
      const most = Math.min(MAX_SAMPLES, (untilMs * RECORDING_RATE_HZ) / 1000);
      return { kind: "opened", call: new RecordedCall(parts, Math.floor(Math.max(0, Math.min(samples, most))), scope) };
    } catch (failure) {
      await scope[Symbol.asyncDispose]();
      throw failure;
    }
  }

  /** Of the whole WAV. */
  get byteLength(): number {
    return HEADER_BYTES + this.#samples * FRAME_BYTES;
  }

  /** Bytes of the WAV from `from` up to, not including, `to`; a second of sound at a time. */
  async *read(from: number, to: number): AsyncGenerator<Uint8Array> {
    const end = Math.min(to, this.byteLength);
    let at = Math.max(0, from);
    if (at < Math.min(end, HEADER_BYTES)) {
      const header = wavHeader({ sampleRateHz: RECORDING_RATE_HZ, channels: 2, frames: this.#samples });
      yield header.subarray(at, end);
      at = HEADER_BYTES;
    }
    while (at < end) {
      const first = Math.floor((at - HEADER_BYTES) / FRAME_BYTES);
      const length = Math.min(CHUNK_SAMPLES, this.#samples - first);
      const bytes = interleaved(await this.#tracksAt(first, length));
      const skip = at - HEADER_BYTES - first * FRAME_BYTES;
      const chunk = bytes.subarray(skip, skip + Math.min(bytes.length - skip, end - at));
      yield chunk;
      at += chunk.length;
    }
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#scope[Symbol.asyncDispose]();
  }

  async #tracksAt(first: number, length: number): Promise<Tracks> {
    const [part, ...others] = await Promise.all(
      this.#parts.map(({ sound, offset }) => sound.tracksAt(first - offset, length)),
    );
    if (part === undefined) throw new RecordingError("cannot-read", "a call without a recording");
    for (const other of others) {
      for (const track of ["caller", "agent", "announcement"] as const) {
        // Files of one call do not overlap but for a moment at the seam: there the newer one counts.
        for (const [i, sample] of other[track].entries()) if (sample !== 0) part[track][i] = sample;
      }
    }
    return part;
  }
}
