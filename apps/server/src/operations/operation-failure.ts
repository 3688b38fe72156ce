import type { DirectoryProblem, Outcome } from "@jikimi/directory";
import { type ApiError, type ErrorCode, errorTexts } from "@jikimi/http-api";
import type { Result } from "@jikimi/identity";

/** An operation said no; `error` is what goes out, in both languages. */
export class OperationFailure extends Error {
  readonly error: ApiError;

  constructor(error: ApiError, options?: ErrorOptions) {
    super(error.en, options);
    this.name = "OperationFailure";
    this.error = error;
  }
}

type Told = keyof typeof errorTexts;

type FailureOptions = ErrorOptions & {
  field?: string;
  retryAfterMs?: number;
  /** Says what exactly, where the code's own words are too wide. */
  text?: { ko: string; en: string };
};

export function failure(code: Told & ErrorCode, options?: FailureOptions): OperationFailure {
  const { retryAfterMs, text = errorTexts[code] } = options ?? {};
  const field = options?.field === undefined ? {} : { field: options.field };
  const retry = retryAfterMs === undefined ? {} : { retryAfterS: Math.max(1, Math.ceil(retryAfterMs / 1000)) };
  return new OperationFailure({ code, ...text, ...field, ...retry }, options);
}

/** What the directory refused becomes the operation's failure; what it did comes back. */
export function accepted<T>(outcome: Outcome<T>): T {
  if (outcome.kind === "done") return outcome.value;
  throw directoryFailure(outcome.problem);
}

/** The same for what the identity service did or refused. */
export function granted<T>(result: Result<T>): T {
  if (result.kind === "done") return result.value;
  if (result.kind === "directory-refused") throw directoryFailure(result.problem);
  const { code, retryAfterMs } = result;
  throw failure(code, retryAfterMs === undefined ? {} : { retryAfterMs });
}

function directoryFailure({ policyProblems, field, ...rest }: DirectoryProblem): OperationFailure {
  return new OperationFailure({
    ...rest,
    ...(field === undefined ? {} : { field }),
    ...(policyProblems === undefined ? {} : { policyProblems: [...policyProblems] }),
  });
}
