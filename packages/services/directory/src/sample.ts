import type { DepartmentId, PolicyId } from "@jikimi/kernel";
import type { Directory, NewDepartment, NewPerson, NewTrunk } from "./directory.ts";
import { DirectoryError } from "./errors.ts";
import type { Outcome } from "./problems.ts";
import type { Organisation } from "./types.ts";

/** What a trial starts with: enough for a first call, and nothing that rings anywhere outside. */
export type SampleDepartment = {
  readonly organisation: Organisation;
  readonly department: NewDepartment;
  /** In a Korean range that carriers do not give out (070-0…): nobody else has it. */
  readonly number: string;
  readonly people: readonly NewPerson[];
  /** Calls from this machine only. */
  readonly trunk: NewTrunk;
};

/** `trunkPort`: where the simulated caller (or a test phone on this machine) listens. */
export function sampleDepartment({ policyId, trunkPort }: { policyId: string; trunkPort: number }): SampleDepartment {
  const id = "civil-affairs";
  const departmentId = id as DepartmentId;
  return {
    organisation: {
      names: { ko: "지킴이 체험 기관", en: "Jikimi trial site" },
      language: "ko",
      timeZone: "Asia/Seoul",
      sipRealm: "jikimi",
    },
    department: {
      id,
      names: { ko: "민원상담과", en: "Civil Affairs" },
      recordingMode: "all-call",
      recognizer: null,
      noticeBeforeConnection: true,
      policyId: policyId as PolicyId,
      hours: null,
      ringTimeoutMs: 20_000,
      queueTimeoutMs: 120_000,
      language: "ko",
      displayNumber: null,
    },
    number: "+827000000120",
    people: [
      { sipUsername: "agent1", displayName: "상담사 1", role: "agent", departmentId },
      { sipUsername: "agent2", displayName: "상담사 2", role: "agent", departmentId },
    ],
    trunk: {
      id: "this-machine",
      name: "이 컴퓨터 (체험용) / this machine (trial)",
      host: "127.0.0.1",
      port: trunkPort,
      transport: "udp",
      route: { kind: "address", sources: ["127.0.0.0/8", "::1"] },
      numberFormat: "national",
      priority: 100,
      active: true,
    },
  };
}

/** A made password, to be shown once where the trial prints how to begin. */
export type SamplePassword = { readonly sipUsername: string; readonly password: string };

/**
 * Puts the sample into a directory that is empty, or that a start was cut off while filling; its policy is already
 * published. Returns the passwords made, or null when somebody's own directory is there and nothing was touched.
 */
export async function installSample(
  directory: Directory,
  sample: SampleDepartment,
): Promise<readonly SamplePassword[] | null> {
  const { organisation, people } = directory.view();
  const cutOff = organisation?.names.en === sample.organisation.names.en && people.length === 0;
  if (organisation !== null && !cutOff) return null;
  const departmentId = sample.department.id as DepartmentId;
  accept(await directory.setOrganisation(sample.organisation));
  acceptOrThere(await directory.addDepartment(sample.department));
  acceptOrThere(await directory.addNumber(sample.number, departmentId));
  accept(await directory.changeDepartment(departmentId, { displayNumber: sample.number }));
  acceptOrThere(await directory.addTrunk(sample.trunk));
  const passwords: SamplePassword[] = [];
  for (const newPerson of sample.people) {
    const { person, madePassword } = accept(await directory.addPerson(newPerson));
    if (madePassword !== null) passwords.push({ sipUsername: person.sipUsername, password: madePassword });
  }
  return passwords;
}

/** The sample is ours: a refusal is a mistake in it, not something that happens. */
function accept<T>(outcome: Outcome<T>): T {
  if (outcome.kind === "done") return outcome.value;
  throw new DirectoryError("sample-refused", { cause: outcome.problem });
}

function acceptOrThere(outcome: Outcome<unknown>): void {
  const there = outcome.kind === "refused" && ["id-taken", "number-taken"].includes(outcome.problem.code);
  if (!there) accept(outcome);
}
