export type SoundFileErrorCode =
  | "missing"
  | "empty"
  /** No sound, or a kind of sound that nothing here reads. */
  | "not-sound"
  /** Sound that only the program ffmpeg reads, which is not on this machine. */
  | "needs-ffmpeg"
  | "unsupported";

export class SoundFileError extends Error {
  readonly code: SoundFileErrorCode;
  readonly path: string;

  constructor(code: SoundFileErrorCode, path: string, options: { detail?: string; cause?: unknown } = {}) {
    super(options.detail === undefined ? `${code}: ${path}` : `${code}: ${path}: ${options.detail}`, {
      cause: options.cause,
    });
    this.name = "SoundFileError";
    this.code = code;
    this.path = path;
  }
}
