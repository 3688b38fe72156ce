export type ListeningErrorCode =
  | "recognizer-busy"
  | "recognizer-lost"
  | "recognizer-failed"
  | "model-missing"
  | "model-damaged"
  | "closed";

export class ListeningError extends Error {
  readonly code: ListeningErrorCode;
  /** Which file, which thread: what the code alone does not say. */
  readonly detail: string | undefined;

  constructor(code: ListeningErrorCode, options: { cause?: unknown; detail?: string } = {}) {
    super(options.detail === undefined ? code : `${code}: ${options.detail}`, { cause: options.cause });
    this.name = "ListeningError";
    this.code = code;
    this.detail = options.detail;
  }
}
