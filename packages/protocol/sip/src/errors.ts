export type SipErrorCode = "already-closed" | "invalid-argument";

/** A broken assumption of our own caller; what peers send never becomes one. */
export class SipError extends Error {
  readonly code: SipErrorCode;

  constructor(code: SipErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "SipError";
    this.code = code;
  }
}
