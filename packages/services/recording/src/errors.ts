export type RecordingErrorCode =
  /** The file exists already, or its folder cannot be written. */
  | "cannot-create"
  /** The file is not there or may not be read. */
  | "cannot-read"
  /** An export could not be written. */
  | "cannot-export"
  /** The site's key file can be read or changed by other users of the machine. */
  | "key-exposed"
  /** The site's key file is not a key of 32 bytes, or cannot be read or made. */
  | "key-unusable";

/** What went wrong and the way out, in one sentence; `cause` keeps the system's own error. */
export class RecordingError extends Error {
  readonly code: RecordingErrorCode;

  constructor(code: RecordingErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, options);
    this.name = "RecordingError";
    this.code = code;
  }
}
