import {
  type AgentId,
  type Clock,
  type DepartmentId,
  Listeners,
  type Log,
  makeId,
  type PolicyId,
  type Random,
  type RecognizerName,
  type TrunkId,
} from "@jikimi/kernel";
import { isTimeZone, parsePhoneNumber } from "@jikimi/routing";
import { digestHa1, makePassword } from "./digest.ts";
import { DirectoryError } from "./errors.ts";
import type { DirectoryRows, DirectoryStore, PersonRow, PolicyChecker, SecretSeal, TrunkRow } from "./ports.ts";
import { type DirectoryProblem, done, type Outcome, refused } from "./problems.ts";
import {
  isId,
  isName,
  isPassword,
  isQueueTimeout,
  isRealm,
  isRingTimeout,
  isSipUsername,
  wrongHours,
  wrongTrunk,
} from "./rules.ts";
import type { Department, DirectoryChange, InboundNumber, Organisation, Person, StoredPolicy, Trunk } from "./types.ts";
import { type DirectoryView, viewOf } from "./view.ts";

export type NewPerson = Pick<Person, "sipUsername" | "displayName" | "role" | "departmentId"> & {
  /** Left out: a safe one is made and returned once. */
  readonly password?: string;
};

export type AddedPerson = {
  readonly person: Person;
  /** The password that was made, to be handed over now: it is not kept. Null when one was given. */
  readonly madePassword: string | null;
};

export type PersonChange = Partial<Pick<Person, "displayName" | "role" | "departmentId" | "active">>;

/** `secret` is the provider's password in clear; it is sealed before it is kept. */
export type NewTrunk = Omit<Trunk, "id" | "hasSecret"> & { readonly id: string; readonly secret?: string };

/** `displayNumber` in any form `parsePhoneNumber` understands. */
export type NewDepartment = Omit<Department, "id" | "displayNumber"> & {
  readonly id: string;
  readonly displayNumber: string | null;
};

export type DepartmentChange = Partial<Omit<NewDepartment, "id">>;

export type NewPolicy = { readonly id: string; readonly body: unknown; readonly author: string };

/**
 * People, departments, numbers, trunks and policies: checked, kept, and told to who listens. Changes wait for each
 * other, so that a check and the write that follows see the same directory.
 */
export class Directory {
  readonly #store: DirectoryStore;
  readonly #seal: SecretSeal;
  readonly #checkPolicy: PolicyChecker;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Log;
  readonly #listeners: Listeners<DirectoryChange>;
  #rows: DirectoryRows;
  #view: DirectoryView;
  #last: Promise<unknown> = Promise.resolve();

  private constructor(options: DirectoryOptions, rows: DirectoryRows) {
    this.#store = options.store;
    this.#seal = options.seal;
    this.#checkPolicy = options.checkPolicy;
    this.#clock = options.clock;
    this.#random = options.random;
    this.#log = options.log;
    this.#listeners = new Listeners((failure) =>
      options.log.error({ failure: String(failure) }, "a listener to directory changes failed"),
    );
    this.#rows = rows;
    this.#view = viewOf(rows);
  }

  /** Reads the whole directory (it is small) and keeps it in memory. */
  static async open(options: DirectoryOptions): Promise<Directory> {
    return new Directory(options, await options.store.load().catch(storeFailed));
  }

  view(): DirectoryView {
    return this.#view;
  }

  /** Called after a change is kept and seen by `view()`. Returns the way to stop listening. */
  onChange(listener: (change: DirectoryChange) => void): () => void {
    return this.#listeners.add(listener);
  }

  setOrganisation(organisation: Organisation): Promise<Outcome<Organisation>> {
    return this.#inTurn(async () => {
      const { names, timeZone, sipRealm } = organisation;
      if (!isName(names.ko) || !isName(names.en)) return refused("invalid-name", "", { field: "names" });
      if (!isTimeZone(timeZone)) return refused("invalid-time-zone", timeZone, { field: "timeZone" });
      if (!isRealm(sipRealm)) return refused("invalid-realm", sipRealm, { field: "sipRealm" });
      const realmChanges = this.#rows.organisation !== null && this.#rows.organisation.sipRealm !== sipRealm;
      if (realmChanges && this.#rows.people.length > 0) return refused("realm-in-use", "", { field: "sipRealm" });
      await this.#store.putOrganisation(organisation);
      this.#become({ organisation }, { kind: "organisation" });
      return done(organisation);
    });
  }

  addPerson(request: NewPerson): Promise<Outcome<AddedPerson>> {
    return this.#inTurn(async () => {
      const { organisation } = this.#rows;
      if (organisation === null) return refused("organisation-unset");
      const { sipUsername, displayName, role, departmentId } = request;
      if (!isSipUsername(sipUsername)) return refused("invalid-username", sipUsername, { field: "sipUsername" });
      if (!isName(displayName)) return refused("invalid-name", "", { field: "displayName" });
      const unknown = this.#unknownDepartment(departmentId);
      if (unknown !== null) return unknown;
      const madePassword = request.password === undefined ? makePassword(this.#random) : null;
      const password = madePassword ?? request.password ?? "";
      const weak = madePassword === null ? wrongPassword(password, sipUsername) : null;
      if (weak !== null) return { kind: "refused", problem: weak };
      const nowMs = this.#clock.nowMs();
      const id = makeId("person", nowMs, this.#random) as AgentId;
      const person: Person = { id, sipUsername, displayName, role, departmentId, active: true, createdAtMs: nowMs };
      const row: PersonRow = { person, ha1: digestHa1(sipUsername, organisation.sipRealm, password) };
      if ((await this.#store.insertPerson(row)) === "taken") {
        return refused("username-taken", sipUsername, { field: "sipUsername" });
      }
      this.#become({ people: [...this.#rows.people, row] }, { kind: "person", id });
      return done({ person, madePassword });
    });
  }

  /** Returns the password that was made, or null when one was given. */
  changePassword(sipUsername: string, password?: string): Promise<Outcome<string | null>> {
    return this.#inTurn(async () => {
      const { organisation } = this.#rows;
      if (organisation === null) return refused("organisation-unset");
      const row = this.#rows.people.find(({ person }) => person.sipUsername === sipUsername);
      if (row === undefined) return refused("person-unknown", sipUsername);
      const weak = password === undefined ? null : wrongPassword(password, sipUsername);
      if (weak !== null) return { kind: "refused", problem: weak };
      const made = password === undefined ? makePassword(this.#random) : null;
      const ha1 = digestHa1(sipUsername, organisation.sipRealm, made ?? password ?? "");
      await this.#replacePerson({ person: row.person, ha1 });
      return done(made);
    });
  }

  changePerson(id: AgentId, change: PersonChange): Promise<Outcome<Person>> {
    return this.#inTurn(async () => {
      const row = this.#rows.people.find(({ person }) => person.id === id);
      if (row === undefined) return refused("person-unknown", id);
      const person: Person = { ...row.person, ...change };
      if (!isName(person.displayName)) return refused("invalid-name", "", { field: "displayName" });
      const unknown = this.#unknownDepartment(person.departmentId);
      if (unknown !== null) return unknown;
      const wasAdministrator = row.person.role === "administrator" && row.person.active;
      const isAdministrator = person.role === "administrator" && person.active;
      if (wasAdministrator && !isAdministrator && this.#activeAdministrators() === 1)
        return refused("last-administrator");
      await this.#replacePerson({ person, ha1: row.ha1 });
      return done(person);
    });
  }

  addDepartment(request: NewDepartment): Promise<Outcome<Department>> {
    return this.#inTurn(async () => {
      if (!isId(request.id)) return refused("invalid-id", request.id, { field: "id" });
      const checked = this.#checkDepartment(request);
      if (checked.kind === "refused") return checked;
      if ((await this.#store.insertDepartment(checked.value)) === "taken") {
        return refused("id-taken", request.id, { field: "id" });
      }
      const departments = [...this.#rows.departments, checked.value];
      this.#become({ departments }, { kind: "department", id: checked.value.id });
      return checked;
    });
  }

  changeDepartment(id: DepartmentId, change: DepartmentChange): Promise<Outcome<Department>> {
    return this.#inTurn(async () => {
      const before = this.#rows.departments.find((department) => department.id === id);
      if (before === undefined) return refused("department-unknown", id);
      const checked = this.#checkDepartment({ ...before, ...change });
      if (checked.kind === "refused") return checked;
      await this.#store.updateDepartment(checked.value);
      const departments = this.#rows.departments.map((one) => (one.id === id ? checked.value : one));
      this.#become({ departments }, { kind: "department", id });
      return checked;
    });
  }

  /** `number` in any form `parsePhoneNumber` understands. */
  addNumber(
    number: string,
    departmentId: DepartmentId,
    { recognizer = null }: { recognizer?: RecognizerName | null } = {},
  ): Promise<Outcome<InboundNumber>> {
    return this.#inTurn(async () => {
      const parsed = parsePhoneNumber(number);
      if (parsed.kind === "invalid") return refused("invalid-number", number, { field: "number" });
      const unknown = this.#unknownDepartment(departmentId);
      if (unknown !== null) return unknown;
      const added: InboundNumber = { number: parsed.number, departmentId, recognizer };
      if ((await this.#store.insertNumber(added)) === "taken")
        return refused("number-taken", added.number, { field: "number" });
      this.#become({ numbers: [...this.#rows.numbers, added] }, { kind: "number", number: added.number });
      return done(added);
    });
  }

  changeNumber(
    number: string,
    change: Partial<Pick<InboundNumber, "departmentId" | "recognizer">>,
  ): Promise<Outcome<InboundNumber>> {
    return this.#inTurn(async () => {
      const known = this.#knownNumber(number);
      if (known === null) return refused("number-unknown", number, { field: "number" });
      const changed: InboundNumber = { ...known, ...change };
      const unknown = this.#unknownDepartment(changed.departmentId);
      if (unknown !== null) return unknown;
      await this.#store.updateNumber(changed);
      const numbers = this.#rows.numbers.map((one) => (one.number === known.number ? changed : one));
      this.#become({ numbers }, { kind: "number", number: known.number });
      return done(changed);
    });
  }

  removeNumber(number: string): Promise<Outcome<null>> {
    return this.#inTurn(async () => {
      const known = this.#knownNumber(number);
      if (known === null) return refused("number-unknown", number, { field: "number" });
      const shown = this.#rows.departments.some(({ displayNumber }) => displayNumber === known.number);
      if (shown) return refused("number-shown", known.number, { field: "number" });
      await this.#store.removeNumber(known.number);
      const numbers = this.#rows.numbers.filter((one) => one.number !== known.number);
      this.#become({ numbers }, { kind: "number", number: known.number });
      return done(null);
    });
  }

  addTrunk(request: NewTrunk): Promise<Outcome<Trunk>> {
    return this.#inTurn(async () => {
      const { secret, ...settings } = request;
      if (!isId(request.id)) return refused("invalid-id", request.id, { field: "id" });
      if (!isName(request.name)) return refused("invalid-name", "", { field: "name" });
      const wrong = wrongTrunk(settings);
      if (wrong !== null) return refused("invalid-trunk", wrong, { field: wrong.split(" ")[0] ?? wrong });
      if (request.route.kind === "registered" && secret === undefined) {
        return refused("secret-required", "", { field: "secret" });
      }
      if (this.#rows.trunks.some(({ trunk }) => trunk.id === request.id)) {
        return refused("id-taken", request.id, { field: "id" });
      }
      const trunk: Trunk = { ...settings, id: request.id as TrunkId, hasSecret: secret !== undefined };
      const sealedSecret = secret === undefined ? null : this.#seal.seal(secret, sealContext(trunk.id));
      if ((await this.#store.insertTrunk({ trunk, sealedSecret })) === "taken") {
        return refused("trunk-name-taken", trunk.name, { field: "name" });
      }
      this.#become({ trunks: [...this.#rows.trunks, { trunk, sealedSecret }] }, { kind: "trunk", id: trunk.id });
      return done(trunk);
    });
  }

  setTrunkActive(id: TrunkId, active: boolean): Promise<Outcome<Trunk>> {
    return this.#inTurn(async () => {
      const before = this.#rows.trunks.find(({ trunk }) => trunk.id === id);
      if (before === undefined) return refused("trunk-unknown", id);
      const row: TrunkRow = { ...before, trunk: { ...before.trunk, active } };
      if ((await this.#store.updateTrunk(row)) === "taken") return refused("trunk-name-taken", row.trunk.name);
      const trunks = this.#rows.trunks.map((one) => (one.trunk.id === id ? row : one));
      this.#become({ trunks }, { kind: "trunk", id });
      return done(row.trunk);
    });
  }

  /**
   * The provider's password in clear, for registering and for nothing else; null when the trunk has none.
   * Throws `secret-unreadable` when it was sealed with another site key.
   */
  openTrunkSecret(id: TrunkId): string | null {
    const row = this.#rows.trunks.find(({ trunk }) => trunk.id === id);
    if (row === undefined || row.sealedSecret === null) return null;
    const clear = this.#seal.open(row.sealedSecret, sealContext(id));
    if (clear === null) throw new DirectoryError("secret-unreadable");
    return clear;
  }

  /** Keeps a new version (the first is 1); what was there before stays readable. */
  publishPolicy(request: NewPolicy): Promise<Outcome<StoredPolicy>> {
    return this.#inTurn(async () => {
      const { id, body, author } = request;
      if (!isId(id)) return refused("invalid-id", id, { field: "id" });
      const policyProblems = this.#checkPolicy(body);
      if (policyProblems.length > 0) return refused("policy-invalid", id, { policyProblems });
      const newest = this.#view.policy(id as PolicyId);
      const policy: StoredPolicy = {
        id: id as PolicyId,
        version: (newest?.version ?? 0) + 1,
        body,
        author,
        createdAtMs: this.#clock.nowMs(),
      };
      if ((await this.#store.insertPolicy(policy)) === "taken") return refused("policy-raced", id);
      const policies = [...this.#rows.policies, policy];
      this.#become({ policies }, { kind: "policy", id: policy.id, version: policy.version });
      return done(policy);
    });
  }

  /** Reads everything again: another process on the same database changed it. Tells no single changes. */
  async refresh(): Promise<void> {
    await this.#inTurn(async () => {
      this.#rows = await this.#store.load();
      this.#view = viewOf(this.#rows);
    });
  }

  #checkDepartment(request: NewDepartment): Outcome<Department> {
    const department: Department = { ...request, id: request.id as DepartmentId, displayNumber: null };
    const { names, hours, ringTimeoutMs, queueTimeoutMs, policyId } = department;
    if (!isName(names.ko) || !isName(names.en)) return refused("invalid-name", "", { field: "names" });
    if (department.recordingMode === "all-call" && !department.noticeBeforeConnection) {
      return refused("notice-required", "", { field: "noticeBeforeConnection" });
    }
    const wrong = hours === null ? null : wrongHours(hours);
    if (wrong !== null) return refused("invalid-hours", wrong, { field: "hours" });
    if (!isRingTimeout(ringTimeoutMs))
      return refused("invalid-timeout", `${ringTimeoutMs} ms`, { field: "ringTimeoutMs" });
    if (!isQueueTimeout(queueTimeoutMs)) {
      return refused("invalid-timeout", `${queueTimeoutMs} ms`, { field: "queueTimeoutMs" });
    }
    if (!this.#rows.policies.some(({ id }) => id === policyId)) {
      return refused("policy-unknown", policyId, { field: "policyId" });
    }
    if (request.displayNumber === null) return done(department);
    const ours = this.#knownNumber(request.displayNumber);
    if (ours === null) return refused("display-number-not-ours", request.displayNumber, { field: "displayNumber" });
    return done({ ...department, displayNumber: ours.number });
  }

  #unknownDepartment(id: DepartmentId | null) {
    const known = id === null || this.#rows.departments.some((department) => department.id === id);
    return known ? null : refused("department-unknown", id, { field: "departmentId" });
  }

  #knownNumber(text: string): InboundNumber | null {
    const parsed = parsePhoneNumber(text);
    if (parsed.kind === "invalid") return null;
    return this.#rows.numbers.find(({ number }) => number === parsed.number) ?? null;
  }

  #activeAdministrators(): number {
    return this.#rows.people.filter(({ person }) => person.role === "administrator" && person.active).length;
  }

  async #replacePerson(row: PersonRow): Promise<void> {
    await this.#store.updatePerson(row);
    const people = this.#rows.people.map((one) => (one.person.id === row.person.id ? row : one));
    this.#become({ people }, { kind: "person", id: row.person.id });
  }

  #become(rows: Partial<DirectoryRows>, change: DirectoryChange): void {
    this.#rows = { ...this.#rows, ...rows };
    this.#view = viewOf(this.#rows);
    this.#log.info({ change }, "directory changed");
    this.#listeners.emit(change);
  }

  #inTurn<T>(change: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(change).catch(storeFailed);
    this.#last = turn.catch(() => {});
    return turn;
  }
}

/** Why a password will not do for this person, or null. */
export function wrongPassword(password: string, sipUsername: string): DirectoryProblem | null {
  return isPassword(password, sipUsername) ? null : refused("weak-password", "", { field: "password" }).problem;
}

export type DirectoryOptions = {
  readonly store: DirectoryStore;
  readonly seal: SecretSeal;
  readonly checkPolicy: PolicyChecker;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

/** Ties a sealed password to its trunk, so that one cannot be put in another's place. */
function sealContext(id: TrunkId): string {
  return `trunk-secret:${id}`;
}

function storeFailed(cause: unknown): never {
  if (cause instanceof DirectoryError) throw cause;
  throw new DirectoryError("store-failed", { cause });
}
