import type { CallId, Clock, EpochMs, Random, Speaker } from "@jikimi/kernel";
import type { RecordingFiles } from "./files.ts";

/** Of every track, in Hz: all sample numbers here count at this rate from the recording's `startedAtMs`. */
export const RECORDING_RATE_HZ = 8000;

/**
 * What is recorded apart: the two people, and what the product plays to the caller (`announcement`), because whoever
 * judges a call later must hear the warning as well. An export mixes announcements into the right (agent's) channel.
 */
export type RecordingTrack = "caller" | "agent" | "announcement";

/** `pcmu` and `pcma`: one byte a sample (G.711); `pcm16`: signed, little-endian, two bytes a sample. */
export type RecordingCodec = "pcmu" | "pcma" | "pcm16";

export type RecordingGapReason =
  | "no-rtp"
  | "packet-loss"
  | "hold"
  | "media-restart"
  | "disk-full"
  | "io-error"
  | "paused"
  | "not-connected";

export type RecordingGap = {
  /** A gap in the announcements counts on the agent's channel, where an export mixes them. */
  readonly channel: Speaker;
  /** Milliseconds since the recording's start. */
  readonly startMs: number;
  readonly endMs: number;
  readonly reason: RecordingGapReason;
};

export type RecordingSummary = {
  readonly path: string;
  readonly durationMs: number;
  /** Of the ciphertext file as it lies on disk, hexadecimal. */
  readonly sha256: string;
  readonly gaps: readonly RecordingGap[];
  /** The final block is on disk and nothing that was handed to `write` was lost. */
  readonly complete: boolean;
};

/** Why the disk refused: told once when it begins, and again only after writing had worked in between. */
export type RecordingFailure = "disk-full" | "io-error";

export type RecordingWriterOptions = {
  /** Created with mode 0600; it must not exist. */
  readonly path: string;
  readonly callId: CallId;
  readonly startedAtMs: EpochMs;
  /** 32 bytes; copied. */
  readonly callKey: Uint8Array;
  /** The same key as `Keyring.newCallKey` wrapped it: goes into the header. */
  readonly wrappedKey: Uint8Array;
  readonly clock: Clock;
  readonly onFailure: (reason: RecordingFailure, cause: unknown) => void;
  readonly random?: Random;
  readonly files?: RecordingFiles;
};

/** One call's encrypted file while it grows. Nothing here throws into the media loop, whatever the disk does. */
export interface RecordingWriter extends AsyncDisposable {
  readonly path: string;
  /**
   * Copies `payload` and returns at once. `startSample` places its first sample; order does not matter, and where
   * two writes of a track overlap the later one counts. What lies before sample 0 is cut off.
   */
  write(track: RecordingTrack, startSample: number, codec: RecordingCodec, payload: Uint8Array): void;
  /** Says why [startSample, endSample) of a track holds no sound. */
  gap(track: RecordingTrack, startSample: number, endSample: number, reason: RecordingGapReason): void;
  /** Writes the final block and syncs. A second call returns the same summary; writes after it are ignored. */
  close(): Promise<RecordingSummary>;
}
