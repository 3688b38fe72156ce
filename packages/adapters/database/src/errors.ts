export type DatabaseErrorCode =
  | "bad-url"
  | "in-use"
  | "unreachable"
  | "server-too-old"
  | "schema-newer"
  | "schema-altered"
  | "migration-failed"
  | "worker-lost"
  | "query-failed";

/** Why the database cannot be used, in words that name the way out. */
export class DatabaseError extends Error {
  readonly code: DatabaseErrorCode;
  readonly ko: string;
  readonly en: string;

  constructor(code: DatabaseErrorCode, text: { ko: string; en: string }, options?: ErrorOptions) {
    super(text.en, options);
    this.name = "DatabaseError";
    this.code = code;
    this.ko = text.ko;
    this.en = text.en;
  }
}
