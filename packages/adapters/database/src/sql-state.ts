/** The SQLSTATE of what a query rejected with (PostgreSQL, appendix A), looked for through drizzle's wrapping. */
export function sqlState(failure: unknown): string | null {
  for (let cause = failure; cause instanceof Error; cause = cause.cause) {
    if ("code" in cause && typeof cause.code === "string" && /^[0-9A-Z]{5}$/.test(cause.code)) return cause.code;
  }
  return null;
}
