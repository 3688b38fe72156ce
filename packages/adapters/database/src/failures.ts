import { DatabaseError } from "./errors.ts";

/** The SQLSTATE of what a query rejected with (PostgreSQL, appendix A), looked for through drizzle's wrapping. */
export function sqlState(failure: unknown): string | null {
  for (let cause = failure; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && typeof cause.code === "string" && /^[0-9A-Z]{5}$/.test(cause.code)) return cause.code;
  }
  return null;
}

/**
 * A store whose failures can be logged: drizzle's carry the statement with its parameters, which are people's
 * numbers and words, and PostgreSQL's own may quote a value.
 */
export function withPlainFailures<Store extends object>(store: Store): Store {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name, target);
      if (typeof member !== "function") return member;
      return (...given: unknown[]) =>
        Promise.resolve(member.apply(target, given)).catch((failure: unknown) => {
          throw plainFailure(failure);
        });
    },
  });
}

/** What may be said of a failure: its kind. An error that is ours already says no more than that. */
function plainFailure(failure: unknown): Error {
  if (failure instanceof Error && "code" in failure && failure.name !== "error" && sqlState(failure) === null) {
    return failure;
  }
  const state = sqlState(failure);
  const lost = findCode(failure);
  const what = state === null ? (lost ?? "no SQLSTATE") : `SQLSTATE ${state}`;
  return new DatabaseError("query-failed", {
    ko: `데이터베이스가 요청을 처리하지 못했습니다(${what}).`,
    en: `The database did not carry out a statement (${what}).`,
  });
}

/** A code of Node's or ours (`ECONNRESET`, `worker-lost`) under drizzle's wrapping. */
function findCode(failure: unknown): string | null {
  for (let cause = failure; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && typeof cause.code === "string") return cause.code;
  }
  return null;
}
