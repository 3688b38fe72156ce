export type DirectoryErrorCode = "store-failed" | "secret-unreadable" | "sample-refused";

/** A broken assumption: the store failed, a sealed secret is from another key, or our own sample was refused. */
export class DirectoryError extends Error {
  readonly code: DirectoryErrorCode;

  constructor(code: DirectoryErrorCode, options?: ErrorOptions) {
    super(`directory: ${code}`, options);
    this.name = "DirectoryError";
    this.code = code;
  }
}
