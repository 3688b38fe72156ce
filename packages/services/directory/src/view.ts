import { BlockList, isIP } from "node:net";
import type { AgentId, DepartmentId, PolicyId, RecognizerName, TrunkId } from "@jikimi/kernel";
import { parsePhoneNumber } from "@jikimi/routing";
import type { DirectoryRows } from "./ports.ts";
import { readNetwork } from "./rules.ts";
import type { Department, DigestHa1, InboundNumber, Organisation, Person, StoredPolicy, Trunk } from "./types.ts";

/**
 * The directory as it stands, in memory: an INVITE never waits for the database. Each change makes a new view,
 * so one kept for the length of a decision does not change under it.
 */
export interface DirectoryView {
  /** Null until it is set up. */
  readonly organisation: Organisation | null;
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
  /** What was chosen for the line, else for its department; null: nothing was. */
  recognizerOf(department: Department, line: string): RecognizerName | null;
  /** Active agents of a department. */
  agentsOf(departmentId: DepartmentId): readonly Person[];
  /** The newest version, or the one asked for: an old incident is read with the rule of its day. */
  policy(id: PolicyId, version?: number): StoredPolicy | null;
  /** Oldest first. Which of them a call is under is decided by its day (`policyInForce` of `domain/protection`). */
  policyVersions(id: PolicyId): readonly StoredPolicy[];
  trunk(id: TrunkId): Trunk | null;
  /** The active trunk that calls from this IP address belong to; null: not from a carrier of ours. */
  trunkOfSource(address: string): Trunk | null;
  /** Active trunks in the order outbound calls try them. */
  outboundTrunks(): readonly Trunk[];
}

export function viewOf(rows: DirectoryRows): DirectoryView {
  const people = rows.people.map(({ person }) => person);
  const trunks = rows.trunks.map(({ trunk }) => trunk);
  const peopleById = new Map(people.map((person) => [person.id, person]));
  const peopleByUsername = new Map(rows.people.map((row) => [row.person.sipUsername, row]));
  const departments = new Map(rows.departments.map((department) => [department.id, department]));
  const numbers = new Map(rows.numbers.map((one) => [one.number, one]));
  const numberOf = (dialled: string) => {
    const parsed = parsePhoneNumber(dialled);
    return parsed.kind === "ok" ? numbers.get(parsed.number) : undefined;
  };
  const policyVersions = grouped(rows.policies, ({ id }) => id);
  const agents = people.filter(({ active, role }) => active && role === "agent");
  const agentsByDepartment = grouped(agents, ({ departmentId }) => departmentId);
  const outbound = trunks
    .filter(({ active }) => active)
    .sort((a, b) => a.priority - b.priority || (a.id < b.id ? -1 : 1));
  const sources = outbound.flatMap((trunk) =>
    trunk.route.kind === "address" ? [{ trunk, list: listOf(trunk.route.sources) }] : [],
  );

  return {
    organisation: rows.organisation,
    people,
    departments: rows.departments,
    numbers: rows.numbers,
    trunks,
    policies: [...policyVersions.values()].flatMap((versions) => versions.slice(-1)),
    person: (id) => peopleById.get(id) ?? null,
    personByUsername: (sipUsername) => peopleByUsername.get(sipUsername)?.person ?? null,
    ha1Of: (sipUsername) => {
      const row = peopleByUsername.get(sipUsername);
      return row?.person.active === true ? row.ha1 : null;
    },
    department: (id) => departments.get(id) ?? null,
    departmentOfNumber: (dialled) => {
      const number = numberOf(dialled);
      return number === undefined ? null : (departments.get(number.departmentId) ?? null);
    },
    recognizerOf: (department, line) => numberOf(line)?.recognizer ?? department.recognizer,
    agentsOf: (departmentId) => agentsByDepartment.get(departmentId) ?? [],
    policy: (id, version) => {
      const versions = policyVersions.get(id) ?? [];
      const found = version === undefined ? versions.at(-1) : versions.find((one) => one.version === version);
      return found ?? null;
    },
    policyVersions: (id) => policyVersions.get(id) ?? [],
    trunk: (id) => trunks.find((trunk) => trunk.id === id) ?? null,
    trunkOfSource: (address) => {
      const plain = address.replace(/^::ffff:(?=[0-9.]+$)/i, "");
      const version = isIP(plain);
      if (version === 0) return null;
      const family = version === 4 ? "ipv4" : "ipv6";
      return sources.find(({ list }) => list.check(plain, family))?.trunk ?? null;
    },
    outboundTrunks: () => outbound,
  };
}

function grouped<Key, Item>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

function listOf(sources: readonly string[]): BlockList {
  const list = new BlockList();
  for (const source of sources) {
    const network = readNetwork(source);
    if (network !== null) list.addSubnet(network.address, network.prefix, network.family);
  }
  return list;
}
