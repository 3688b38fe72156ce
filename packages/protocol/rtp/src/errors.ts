export type RtpErrorCode =
  /** No even/odd pair of ports in the range is free. */
  "no-free-ports" | "address-unusable" | "already-closed";

/** What our own side got wrong or lacks; what comes from the network never becomes one. */
export class RtpError extends Error {
  readonly code: RtpErrorCode;

  constructor(code: RtpErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "RtpError";
    this.code = code;
  }
}
