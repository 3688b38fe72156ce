import type { DirectoryProblem } from "@jikimi/directory";

export type IdentityProblemCode =
  | "wrong-credentials"
  | "too-many-attempts"
  | "second-factor-required"
  | "second-factor-wrong"
  | "second-factor-unset"
  | "second-factor-already-set"
  | "password-unchanged"
  | "setup-code-required"
  | "already-set-up"
  | "account-unknown"
  | "sign-in-again"
  | "passkey-unknown"
  | "passkey-refused"
  | "passkey-unavailable";

/** What can normally happen when somebody signs in or changes how they do. */
export type Result<T> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "refused"; readonly code: IdentityProblemCode; readonly retryAfterMs?: number }
  /** The directory's own word, with its texts. */
  | { readonly kind: "directory-refused"; readonly problem: DirectoryProblem };

export type Refusal = Exclude<Result<never>, { kind: "done" }>;

export function done<T>(value: T): Result<T> {
  return { kind: "done", value };
}

export function refused(code: IdentityProblemCode, extra: { retryAfterMs?: number } = {}): Refusal {
  return { kind: "refused", code, ...extra };
}
