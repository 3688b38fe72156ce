import type { AgentId, DepartmentId, EpochMs, PolicyId, TrunkId } from "@jikimi/kernel";
import { officeHours } from "@jikimi/routing";
import type { PersonRow, TrunkRow } from "../src/ports.ts";
import type { Department, StoredPolicy } from "../src/types.ts";

export function aDepartment(change: Partial<Department> = {}): Department {
  return {
    id: "traffic" as DepartmentId,
    names: { ko: "교통과", en: "Traffic" },
    recordingMode: "all-call",
    noticeBeforeConnection: true,
    policyId: "standard" as PolicyId,
    hours: {
      ...officeHours,
      exceptions: [{ date: "2026-01-01", open: [], title: { ko: "신정", en: "New Year's Day" } }],
    },
    ringTimeoutMs: 20_000,
    queueTimeoutMs: 120_000,
    language: "ko",
    displayNumber: null,
    recognizer: null,
    ...change,
  };
}

export function aPersonRow(change: Partial<PersonRow["person"]> = {}): PersonRow {
  return {
    person: {
      id: "person-1" as AgentId,
      sipUsername: "kim",
      displayName: "김상담",
      role: "agent",
      departmentId: "traffic" as DepartmentId,
      active: true,
      createdAtMs: 1_767_571_200_123 as EpochMs,
      ...change,
    },
    ha1: { md5: "0".repeat(32), sha256: "f".repeat(64) },
  };
}

export function aTrunkRow(change: Partial<TrunkRow["trunk"]> = {}): TrunkRow {
  return {
    trunk: {
      id: "carrier" as TrunkId,
      name: "통신사",
      host: "sip.example.net",
      port: 5060,
      transport: "udp",
      route: { kind: "address", sources: ["198.51.100.0/24"] },
      numberFormat: "national",
      priority: 1,
      active: true,
      hasSecret: false,
      ...change,
    },
    sealedSecret: null,
  };
}

export function aPolicy(change: Partial<StoredPolicy> = {}): StoredPolicy {
  return {
    id: "standard" as PolicyId,
    version: 1,
    body: { warnings: 2, texts: { ko: "경고" }, nested: [1.5, null, true] },
    author: "kim",
    createdAtMs: 1_767_571_200_456 as EpochMs,
    ...change,
  };
}
