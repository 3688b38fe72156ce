import type { MediaFailureCode } from "@jikimi/worker-messages";

export type MediaWorkersErrorCode =
  | MediaFailureCode
  /** No media worker is alive, or the call is in none. */
  | "no-worker"
  /** The worker died with the request. */
  | "worker-lost"
  | "timeout";

/** A request to the media plane that was not carried out. */
export class MediaWorkersError extends Error {
  readonly code: MediaWorkersErrorCode;

  constructor(code: MediaWorkersErrorCode, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.name = "MediaWorkersError";
    this.code = code;
  }
}
