/**
 * - `model-truncated`: the weights file ends too early or goes on too long.
 * - `model-corrupt`: its checksum or its header does not hold.
 * - `model-unsupported`: not a Jikimi classifier, or of a format or a feature set that this code does not speak.
 */
export type LanguageErrorCode = "model-truncated" | "model-corrupt" | "model-unsupported";

export class LanguageError extends Error {
  readonly code: LanguageErrorCode;

  constructor(code: LanguageErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "LanguageError";
    this.code = code;
  }
}
