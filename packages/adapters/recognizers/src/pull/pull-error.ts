export type PullErrorCode =
  | "no-such-source"
  | "hash-unknown"
  | "unreachable"
  | "redirects"
  | "http"
  | "interrupted"
  | "no-space"
  | "file-missing"
  | "wrong-size"
  | "wrong-hash"
  | "not-a-model"
  | "no-tar"
  | "bad-archive";

/** Why a model was not fetched. What came whole and right stays, and the next pull goes on from there. */
export class PullError extends Error {
  readonly code: PullErrorCode;
  /** The file or address that it is about, and what was found there. */
  readonly subject: string;

  constructor(code: PullErrorCode, subject: string, options: ErrorOptions = {}) {
    super(`${code}: ${subject}`, options);
    this.name = "PullError";
    this.code = code;
    this.subject = subject;
  }
}
