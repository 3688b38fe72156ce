import { TRACKS } from "./format.ts";
import { bytesPerSample, encodeAudioHead, encodeGap, type GapRecord } from "./records.ts";
import type { RecordingCodec, RecordingTrack } from "./types.ts";

type Run = { codec: RecordingCodec; startSample: number; offset: number; byteLength: number };
type Lane = { bytes: Buffer; used: number; runs: Run[]; nextSample: number };

/** Half a second of G.711 and some room. */
const LANE_BYTES = 4800;

export type AudioSpan = { readonly track: RecordingTrack; readonly startSample: number; readonly endSample: number };

/**
 * Gathers what arrives between two blocks. A packet costs one copy; one that continues the one before it on its track
 * adds to the same run, so that a block of even speech holds one record a track.
 */
export class BlockBuilder {
  readonly #lanes: Readonly<Record<RecordingTrack, Lane>> = { caller: lane(), agent: lane(), announcement: lane() };
  #gaps: GapRecord[] = [];
  #audioBytes = 0;

  get isEmpty(): boolean {
    return this.#audioBytes === 0 && this.#gaps.length === 0;
  }

  /** Of audio, for the writer's bound on a block. */
  get audioBytes(): number {
    return this.#audioBytes;
  }

  get gapCount(): number {
    return this.#gaps.length;
  }

  addAudio(track: RecordingTrack, startSample: number, codec: RecordingCodec, payload: Uint8Array): void {
    const target = this.#lanes[track];
    const end = target.used + payload.length;
    if (end > target.bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(end, target.bytes.length * 2));
      target.bytes.copy(grown, 0, 0, target.used);
      target.bytes = grown;
    }
    target.bytes.set(payload, target.used);
    const last = target.runs.at(-1);
    if (last !== undefined && last.codec === codec && target.nextSample === startSample) {
      last.byteLength += payload.length;
    } else {
      target.runs.push({ codec, startSample, offset: target.used, byteLength: payload.length });
    }
    target.used = end;
    target.nextSample = startSample + payload.length / bytesPerSample(codec);
    this.#audioBytes += payload.length;
  }

  addGap(gap: GapRecord): void {
    const at = this.#gaps.findLastIndex((other) => other.track === gap.track);
    const last = this.#gaps[at];
    if (last !== undefined && last.reason === gap.reason && last.endSample === gap.startSample) {
      this.#gaps[at] = { ...last, endSample: gap.endSample };
    } else this.#gaps.push(gap);
  }

  /** The block's content as it is to be sealed, in parts that are valid until the next `add…`; then it is empty. */
  take(): Uint8Array[] {
    const parts: Uint8Array[] = this.#gaps.map(encodeGap);
    for (const track of TRACKS) {
      const { bytes, runs } = this.#lanes[track];
      for (const { codec, startSample, offset, byteLength } of runs) {
        parts.push(encodeAudioHead({ track, codec, startSample, byteLength }));
        parts.push(bytes.subarray(offset, offset + byteLength));
      }
    }
    this.#gaps = [];
    this.#clearAudio();
    return parts;
  }

  /** Throws the audio away and says what it was; gaps stay. */
  dropAudio(): AudioSpan[] {
    const spans = TRACKS.flatMap((track) =>
      this.#lanes[track].runs.map(({ codec, startSample, byteLength }) => ({
        track,
        startSample,
        endSample: startSample + byteLength / bytesPerSample(codec),
      })),
    );
    this.#clearAudio();
    return spans;
  }

  #clearAudio(): void {
    this.#audioBytes = 0;
    for (const track of TRACKS) {
      const target = this.#lanes[track];
      target.runs = [];
      target.used = 0;
    }
  }
}

function lane(): Lane {
  return { bytes: Buffer.allocUnsafe(LANE_BYTES), used: 0, runs: [], nextSample: 0 };
}
