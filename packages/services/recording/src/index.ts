export { RecordingError, type RecordingErrorCode } from "./errors.ts";
export type { RecordingFile, RecordingFiles } from "./files.ts";
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
export { createRecordingWriter } from "./writer.ts";
