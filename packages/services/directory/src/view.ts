import type { AgentId, DepartmentId, PolicyId, TrunkId } from "@jikimi/kernel";
import type { Department, DigestHa1, InboundNumber, Organisation, Person, StoredPolicy, Trunk } from "./types.ts";

/**
 * The directory as it stands, in memory: an INVITE never waits for the database. Each change makes a new view,
 * so one kept for the length of a decision does not change under it.
 */
export interface DirectoryView {
  readonly organisation: Organisation;
  readonly people: readonly Person[];
  readonly departments: readonly Department[];
  readonly numbers: readonly InboundNumber[];
  readonly trunks: readonly Trunk[];
  /** The newest version of each. */
  readonly policies: readonly StoredPolicy[];

  person(id: AgentId): Person | null;
  personByUsername(sipUsername: string): Person | null;
  /** For digest authentication only; null for people who are unknown or inactive. */
  ha1Of(sipUsername: string): DigestHa1 | null;
  department(id: DepartmentId): Department | null;
  /** Who answers a number, written in any way a carrier writes it; null when it is not ours. */
  departmentOfNumber(dialled: string): Department | null;
  /** Active agents of a department. */
  agentsOf(departmentId: DepartmentId): readonly Person[];
  /** The rule in force for a department. */
  policyOf(departmentId: DepartmentId): StoredPolicy | null;
  policy(id: PolicyId): StoredPolicy | null;
  trunk(id: TrunkId): Trunk | null;
  /** The active trunk that calls from this IP address belong to; null: not from a carrier of ours. */
  trunkOfSource(address: string): Trunk | null;
  /** Active trunks in the order outbound calls try them. */
  outboundTrunks(): readonly Trunk[];
}
