import { type CallId, type Clock, type EpochMs, SystemRandom, type Timer } from "@jikimi/kernel";
import { BlockBuilder } from "./block-builder.ts";
import { DiskPump } from "./disk-pump.ts";
import { RecordingError } from "./errors.ts";
import { diskFiles, type RecordingFile } from "./files.ts";
import { BlockCipher, type BlockKind, encodeHeader, FIRST_BLOCK_INDEX, SALT_BYTES } from "./format.ts";
import { GapList, samplesToMs } from "./gap-list.ts";
import { bytesPerSample, encodeGap, encodeTotals, MAX_SAMPLE } from "./records.ts";
import type {
  RecordingCodec,
  RecordingFailure,
  RecordingGapReason,
  RecordingSummary,
  RecordingTrack,
  RecordingWriter,
  RecordingWriterOptions,
} from "./types.ts";

/** How old the oldest sample of an unsealed block gets: the death of the process costs this much, well under 1 s. */
const SEAL_EVERY_MS = 500;
/** A block never grows past this (a burst), whatever its age. */
const SEAL_AT_BYTES = 256 * 1024;
const SEAL_AT_GAPS = 4096;
/** What may wait for a slow or full disk: a minute of two G.711 tracks. Then audio is dropped, and its place is a gap. */
const MAX_WAITING_BYTES = 1024 * 1024;
/** How long `close` waits for a disk that refuses. */
const CLOSE_PATIENCE_MS = 5000;

/**
 * Creates the file and returns its writer; the header is on its way to disk. Rejects with `cannot-create` where the
 * file exists or its folder is missing; from then on nothing rejects or throws.
 */
export async function createRecordingWriter(options: RecordingWriterOptions): Promise<RecordingWriter> {
  const { path, callId, startedAtMs, callKey, wrappedKey, random = new SystemRandom(), files = diskFiles } = options;
  if (callKey.length !== 32) throw new RangeError(`a call key of ${callKey.length} bytes: 32 are needed`);
  const salt = random.bytes(SALT_BYTES);
  const header = encodeHeader({ callId, startedAtMs, wrappedKey, salt });
  let file: RecordingFile;
  try {
    file = await files.create(path);
  } catch (cause) {
    throw new RecordingError("cannot-create", `the recording ${path} could not be created`, { cause });
  }
  return new BlockWriter(file, { ...options, header, cipher: new BlockCipher(callKey, salt, header) });
}

type BlockWriterOptions = {
  readonly path: string;
  readonly callId: CallId;
  readonly startedAtMs: EpochMs;
  readonly clock: Clock;
  readonly onFailure: (reason: RecordingFailure, cause: unknown) => void;
  readonly header: Uint8Array;
  readonly cipher: BlockCipher;
};

class BlockWriter implements RecordingWriter {
  readonly path: string;
  readonly #clock: Clock;
  readonly #cipher: BlockCipher;
  readonly #pump: DiskPump;
  readonly #builder = new BlockBuilder();
  readonly #gaps = new GapList();
  readonly #onFailure: (reason: RecordingFailure, cause: unknown) => void;
  #previousTag: Uint8Array;
  #nextIndex = FIRST_BLOCK_INDEX;
  #endSample = 0;
  #openedAtMs = 0;
  #timer: Timer | undefined;
  #dropping = false;
  #lost = false;
  #closed: Promise<RecordingSummary> | undefined;

  constructor(file: RecordingFile, { path, clock, onFailure, header, cipher }: BlockWriterOptions) {
    this.path = path;
    this.#clock = clock;
    this.#cipher = cipher;
    this.#onFailure = (reason, cause) => {
      try {
        onFailure(reason, cause);
      } catch (failure) {
        // The listener's own mistake must reach someone, yet not stop the disk's work.
        queueMicrotask(() => {
          throw failure;
        });
      }
    };
    this.#pump = new DiskPump(file, { clock, onFailure: this.#onFailure });
    const tag = cipher.headerTag();
    this.#previousTag = tag;
    this.#pump.push(Buffer.concat([header, tag]));
  }

  write(track: RecordingTrack, startSample: number, codec: RecordingCodec, payload: Uint8Array): void {
    if (this.#closed !== undefined || !Number.isFinite(startSample)) return;
    const width = bytesPerSample(codec);
    let start = Math.round(startSample);
    let samples = Math.floor(payload.length / width);
    let from = 0;
    if (start < 0) {
      from = -start;
      samples -= from;
      start = 0;
    }
    if (samples <= 0 || start + samples > MAX_SAMPLE) return;
    this.#beforeAdding();
    this.#builder.addAudio(track, start, codec, payload.subarray(from * width, (from + samples) * width));
    this.#endSample = Math.max(this.#endSample, start + samples);
    if (this.#builder.audioBytes >= SEAL_AT_BYTES) this.#seal();
  }

  gap(track: RecordingTrack, startSample: number, endSample: number, reason: RecordingGapReason): void {
    if (this.#closed !== undefined || !Number.isFinite(startSample) || !Number.isFinite(endSample)) return;
    const start = Math.max(0, Math.round(startSample));
    const end = Math.min(MAX_SAMPLE, Math.round(endSample));
    if (end <= start) return;
    this.#beforeAdding();
    this.#addGap(track, start, end, reason);
    if (this.#builder.gapCount >= SEAL_AT_GAPS) this.#seal();
  }

  close(): Promise<RecordingSummary> {
    this.#closed ??= this.#finish();
    return this.#closed;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Timers come late in a busy process: a packet that finds its block old seals it itself. */
  #beforeAdding(): void {
    const nowMs = this.#clock.monotonicMs();
    if (!this.#builder.isEmpty) {
      if (nowMs - this.#openedAtMs < SEAL_EVERY_MS) return;
      this.#seal();
    }
    if (this.#builder.isEmpty) this.#arm(nowMs);
  }

  #arm(nowMs: number): void {
    this.#openedAtMs = nowMs;
    this.#timer?.cancel();
    this.#timer = this.#clock.after(SEAL_EVERY_MS, () => this.#seal());
  }

  #addGap(track: RecordingTrack, startSample: number, endSample: number, reason: RecordingGapReason): void {
    this.#builder.addGap({ kind: "gap", track, startSample, endSample, reason });
    this.#gaps.add({ track, startSample, endSample, reason });
    this.#endSample = Math.max(this.#endSample, endSample);
  }

  #seal({ whateverWaits = false } = {}): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    if (this.#builder.isEmpty) return;
    if (!whateverWaits && this.#pump.waitingBytes >= MAX_WAITING_BYTES) {
      this.#dropAudio();
      if (this.#builder.gapCount < SEAL_AT_GAPS) {
        this.#arm(this.#clock.monotonicMs());
        return;
      }
    }
    if (this.#builder.audioBytes > 0) this.#dropping = false;
    this.#sealBlock("audio", this.#builder.take());
  }

  /** The audio since the last block is given up; its place becomes a gap in the first block that fits again. */
  #dropAudio(): void {
    const failing = this.#pump.failing;
    if (!this.#dropping && failing === null) {
      this.#onFailure("io-error", new Error("the disk does not keep up with the recording"));
    }
    this.#dropping = true;
    this.#lost = true;
    for (const { track, startSample, endSample } of this.#builder.dropAudio()) {
      this.#addGap(track, startSample, endSample, failing ?? "io-error");
    }
  }

  #sealBlock(kind: BlockKind, plain: readonly Uint8Array[]): void {
    const block = this.#cipher.seal(this.#nextIndex, kind, this.#previousTag, plain);
    this.#nextIndex += 1;
    this.#previousTag = block.tag;
    this.#pump.push(block.bytes);
  }

  async #finish(): Promise<RecordingSummary> {
    this.#seal({ whateverWaits: true });
    const audioBlocks = this.#nextIndex - FIRST_BLOCK_INDEX;
    const totals = {
      audioBlocks,
      durationSamples: this.#endSample,
      lost: this.#lost,
      unlistedGaps: this.#gaps.unlisted,
    };
    this.#sealBlock("final", [encodeTotals(totals), ...this.#gaps.list().map(encodeGap)]);
    const { sha256, whole } = await this.#pump.finish(CLOSE_PATIENCE_MS);
    return {
      path: this.path,
      durationMs: Math.round(samplesToMs(this.#endSample)),
      sha256,
      gaps: this.#gaps.summary(),
      complete: whole && !this.#lost,
    };
  }
}
