export { RecordingError, type RecordingErrorCode } from "./errors.ts";
export { exportWav, type RecordingManifest, type WavExport } from "./export.ts";
export type { RecordingFile, RecordingFiles } from "./files.ts";
export type { RecordingFinding } from "./findings.ts";
export { type CallKey, Keyring, type Unwrapped } from "./keyring.ts";
export { type OpenedRecording, openRecording, type Recording, type RecordingItem } from "./reader.ts";
export type { BlockRecord } from "./records.ts";
export { RecordingShelf } from "./shelf.ts";
export type { ManifestGap } from "./survey.ts";
export {
  RECORDING_RATE_HZ,
  type RecordingCodec,
  type RecordingFailure,
  type RecordingGap,
  type RecordingGapReason,
  type RecordingSummary,
  type RecordingTrack,
  type RecordingWriter,
  type RecordingWriterOptions,
} from "./types.ts";
export { type Verification, verifyRecording } from "./verify.ts";
export { createRecordingWriter } from "./writer.ts";
