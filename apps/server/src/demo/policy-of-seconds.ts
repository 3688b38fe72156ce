import { defaultPolicy, type Policy } from "@jikimi/protection";
import type { Scenario } from "./scenarios.ts";

/** The default rule with its clock in seconds: announced at 8 and 14 s, ended 6 s later. */
const policyOfSeconds: Policy = {
  ...defaultPolicy,
  id: "demo-seconds" as Policy["id"],
  title: { ko: "체험용: 초 단위 긴 통화", en: "Trial: a long call in seconds" },
  longCall: {
    recommendedMs: 14_000,
    noticeOffsetsMs: [0],
    atLimit: { kind: "grace", graceMs: 6000 },
    extension: null,
    topics: {},
  },
};

/** Null: whatever is in force. */
export function policyOf({ policy }: Scenario): Policy | null {
  return policy === "seconds" ? policyOfSeconds : null;
}
