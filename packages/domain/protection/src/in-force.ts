import type { Policy } from "./policy.ts";

/**
 * Of a policy's published versions the one that applies on a day (`YYYY-MM-DD`, where the calls are answered): the
 * newest whose day has come. Null: none has. A call keeps the version it began with.
 */
export function policyInForce(versions: readonly Policy[], date: string): Policy | null {
  const begun = versions.filter((policy) => policy.effectiveFrom <= date);
  return begun.reduce<Policy | null>(
    (newest, policy) => (newest === null || policy.version > newest.version ? policy : newest),
    null,
  );
}
