export type WebrtcErrorCode =
  /** No UDP port of the range is free. */
  "no-free-ports" | "address-unusable";

/** What our own side lacks; what comes from the network never becomes one. */
export class WebrtcError extends Error {
  readonly code: WebrtcErrorCode;

  constructor(code: WebrtcErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "WebrtcError";
    this.code = code;
  }
}
