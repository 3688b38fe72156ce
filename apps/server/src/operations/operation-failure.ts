import type { DirectoryProblem, Outcome } from "@jikimi/directory";
import { type ApiError, type ErrorCode, errorTexts } from "@jikimi/http-api";

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

/** `text` says what exactly, where the code's own words are too wide. */
export function failure(
  code: Told & ErrorCode,
  options?: ErrorOptions & { field?: string; text?: { ko: string; en: string } },
): OperationFailure {
  const field = options?.field === undefined ? {} : { field: options.field };
  return new OperationFailure({ code, ...(options?.text ?? errorTexts[code]), ...field }, options);
}

/** What the directory refused becomes the operation's failure; what it did comes back. */
export function accepted<T>(outcome: Outcome<T>): T {
  if (outcome.kind === "done") return outcome.value;
  const { policyProblems, field, ...rest }: DirectoryProblem = outcome.problem;
  throw new OperationFailure({
    ...rest,
    ...(field === undefined ? {} : { field }),
    ...(policyProblems === undefined ? {} : { policyProblems: [...policyProblems] }),
  });
}
