import type { Department, DirectoryView, StoredPolicy } from "@jikimi/directory";
import type { Log, PolicyId } from "@jikimi/kernel";
import { type Policy, parsePolicy, policyInForce } from "@jikimi/protection";
import { localDate } from "@jikimi/routing";

const defaultTimeZone = "Asia/Seoul";

/** Says which version of its policy a department's call is under. Each stored version is read once. */
export class PoliciesInForce {
  readonly #log: Log;
  readonly #read = new WeakMap<StoredPolicy, Policy | null>();

  constructor(log: Log) {
    this.#log = log;
  }

  /**
   * The newest version whose day has come where the organisation is; before the first version's day, the first: no
   * call goes unprotected for a date. Null when no version can be read.
   */
  of(
    department: Department,
    directory: Pick<DirectoryView, "organisation" | "policyVersions">,
    nowMs: number,
  ): Policy | null {
    const versions = directory.policyVersions(department.policyId).flatMap((stored) => this.#policy(stored) ?? []);
    const today = localDate(directory.organisation?.timeZone ?? defaultTimeZone, nowMs);
    const policy = policyInForce(versions, today) ?? versions[0] ?? null;
    if (policy === null) this.#log.error({ departmentId: department.id }, "a department has no readable policy");
    return policy;
  }

  /** One version, as a call began with it; null when there is none or it cannot be read. */
  exactly(id: PolicyId, version: number, directory: Pick<DirectoryView, "policy">): Policy | null {
    const stored = directory.policy(id, version);
    return stored === null ? null : this.#policy(stored);
  }

  #policy(stored: StoredPolicy): Policy | null {
    const known = this.#read.get(stored);
    if (known !== undefined) return known;
    const parsed = parsePolicy(stored.body);
    const policy = parsed.kind === "ok" ? { ...parsed.policy, version: stored.version } : null;
    this.#read.set(stored, policy);
    return policy;
  }
}
