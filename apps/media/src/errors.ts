import type { MediaFailureCode } from "@jikimi/worker-messages";

/** A command that could not be carried out; its code goes back to the server. */
export class MediaError extends Error {
  readonly code: MediaFailureCode;

  constructor(code: MediaFailureCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "MediaError";
    this.code = code;
  }
}
