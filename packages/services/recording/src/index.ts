export { RecordingError, type RecordingErrorCode } from "./errors.ts";
export { exportWav, type RecordingManifest, type WavExport } from "./export.ts";
export type { RecordingFile, RecordingFiles } from "./files.ts";
export type { RecordingFinding } from "./findings.ts";
export { type CallKey, Keyring, type Unwrapped } from "./keyring.ts";
export { type OpenedRecording, openRecording, type Recording, type RecordingItem } from "./reader.ts";
export { type OpenedCall, RecordedCall } from "./recorded-call.ts";
export type { BlockRecord } from "./records.ts";
export { RecordingShelf } from "./shelf.ts";
export type { ManifestGap } from "./survey.ts";
export type {
  RecordingCodec,
  RecordingFailure,
  RecordingGap,
  RecordingGapReason,
  RecordingSummary,
  RecordingTrack,
  RecordingWriter,
  RecordingWriterOptions,
} from "./types.ts";
export { type Verification, verifyRecording } from "./verify.ts";
export { createRecordingWriter } from "./writer.ts";
