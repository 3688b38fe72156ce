export type IncidentsErrorCode =
  | "already-open"
  | "unknown-call"
  | "call-not-ended"
  | "store-rejected"
  | "store-failed"
  | "not-replayed"
  | "spool-unusable";

/**
 * A broken assumption of the record. `store-rejected`: the database will never take these writes as they are
 * (a constraint, a character it cannot keep), so trying again is no use; the adapter throws it from `write`.
 */
export class IncidentsError extends Error {
  readonly code: IncidentsErrorCode;

  constructor(code: IncidentsErrorCode, options?: ErrorOptions) {
    super(`incidents: ${code}`, options);
    this.name = "IncidentsError";
    this.code = code;
  }
}
