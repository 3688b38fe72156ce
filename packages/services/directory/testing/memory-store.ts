import type { PhoneNumber } from "@jikimi/routing";
import type { DirectoryRows, DirectoryStore, Inserted, PersonRow, TrunkRow } from "../src/ports.ts";
import type { Department, InboundNumber, Organisation, StoredPolicy } from "../src/types.ts";

/** The directory's store in memory: small, real, and held to the same contract as the database. */
export class MemoryDirectoryStore implements DirectoryStore {
  #organisation: Organisation | null = null;
  readonly #people = new Map<string, PersonRow>();
  readonly #departments = new Map<string, Department>();
  readonly #numbers = new Map<string, InboundNumber>();
  readonly #trunks = new Map<string, TrunkRow>();
  readonly #policies = new Map<string, StoredPolicy[]>();

  async load(): Promise<DirectoryRows> {
    return structuredClone({
      organisation: this.#organisation,
      people: [...this.#people.values()],
      departments: [...this.#departments.values()],
      numbers: [...this.#numbers.values()],
      trunks: [...this.#trunks.values()],
      policies: [...this.#policies.values()].flat(),
    });
  }

  async putOrganisation(organisation: Organisation): Promise<void> {
    this.#organisation = organisation;
  }

  async insertPerson(row: PersonRow): Promise<Inserted> {
    return this.#people.has(row.person.id) ? "taken" : this.updatePerson(row);
  }

  async updatePerson(row: PersonRow): Promise<Inserted> {
    const { id, sipUsername } = row.person;
    for (const { person } of this.#people.values()) {
      if (person.sipUsername === sipUsername && person.id !== id) return "taken";
    }
    this.#people.set(id, row);
    return "inserted";
  }

  async insertDepartment(department: Department): Promise<Inserted> {
    if (this.#departments.has(department.id)) return "taken";
    this.#departments.set(department.id, department);
    return "inserted";
  }

  async updateDepartment(department: Department): Promise<void> {
    this.#departments.set(department.id, department);
  }

  async insertNumber(number: InboundNumber): Promise<Inserted> {
    if (this.#numbers.has(number.number)) return "taken";
    this.#numbers.set(number.number, number);
    return "inserted";
  }

  async updateNumber(number: InboundNumber): Promise<void> {
    this.#numbers.set(number.number, number);
  }

  async removeNumber(number: PhoneNumber): Promise<void> {
    this.#numbers.delete(number);
  }

  async insertTrunk(row: TrunkRow): Promise<Inserted> {
    return this.#trunks.has(row.trunk.id) ? "taken" : this.updateTrunk(row);
  }

  async updateTrunk(row: TrunkRow): Promise<Inserted> {
    for (const { trunk } of this.#trunks.values()) {
      if (trunk.name === row.trunk.name && trunk.id !== row.trunk.id) return "taken";
    }
    this.#trunks.set(row.trunk.id, row);
    return "inserted";
  }

  async insertPolicy(policy: StoredPolicy): Promise<Inserted> {
    const versions = this.#policies.get(policy.id) ?? [];
    if (versions.some(({ version }) => version === policy.version)) return "taken";
    this.#policies.set(policy.id, [...versions, policy]);
    return "inserted";
  }
}
