export type IdentityErrorCode = "store-failed";

/** A broken assumption: what keeps accounts or sessions failed. Its cause is for the log, never for a page. */
export class IdentityError extends Error {
  readonly code: IdentityErrorCode;

  constructor(code: IdentityErrorCode, options?: ErrorOptions) {
    super(`identity: ${code}`, options);
    this.name = "IdentityError";
    this.code = code;
  }
}

export function storeError(cause: unknown): IdentityError {
  return cause instanceof IdentityError ? cause : new IdentityError("store-failed", { cause });
}

export function storeFailed(cause: unknown): never {
  throw storeError(cause);
}
