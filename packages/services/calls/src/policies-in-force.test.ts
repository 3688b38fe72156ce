import type { Department, DirectoryView, StoredPolicy } from "@jikimi/directory";
import { type PolicyId, silentLog } from "@jikimi/kernel";
import { defaultPolicy, type Policy } from "@jikimi/protection";
import { expect, test } from "vitest";
import { PoliciesInForce } from "./policies-in-force.ts";

const policyId = "standard" as PolicyId;

function versionOf(bodies: readonly unknown[], at: string): number | null {
  const versions = bodies.map((body, i): StoredPolicy => {
    return { id: policyId, version: i + 1, body, author: "kim", createdAtMs: 0 as StoredPolicy["createdAtMs"] };
  });
  const directory: Pick<DirectoryView, "organisation" | "policyVersions"> = {
    organisation: {
      names: { ko: "시청", en: "City Hall" },
      language: "ko",
      timeZone: "Asia/Seoul",
      sipRealm: "jikimi",
    },
    policyVersions: () => versions,
  };
  const department = { id: "d", policyId } as unknown as Department;
  return new PoliciesInForce(silentLog).of(department, directory, Date.parse(at))?.version ?? null;
}

function from(effectiveFrom: string): Policy {
  return { ...defaultPolicy, effectiveFrom };
}

test.for<[name: string, bodies: readonly unknown[], at: string, version: number | null]>([
  ["a version published ahead waits for its day", [from("2026-01-01"), from("2026-07-01")], "2026-06-30T14:59:59Z", 1],
  ["its day begins at midnight in Seoul", [from("2026-01-01"), from("2026-07-01")], "2026-06-30T15:00:00Z", 2],
  [
    "before the first version's day the first protects",
    [from("2026-07-01"), from("2026-08-01")],
    "2026-01-01T00:00Z",
    1,
  ],
  ["a version that cannot be read is passed over", [from("2026-01-01"), { broken: true }], "2026-06-01T00:00Z", 1],
  ["nothing that can be read is no policy", [{ broken: true }], "2026-06-01T00:00Z", null],
])("%s", ([, bodies, at, version]) => {
  expect(versionOf(bodies, at)).toBe(version);
});
