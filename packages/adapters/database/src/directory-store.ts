import type {
  Department,
  DirectoryRows,
  DirectoryStore,
  InboundNumber,
  Inserted,
  Organisation,
  PersonRow,
  StoredPolicy,
  TrunkRow,
} from "@jikimi/directory";
import type { Json } from "@jikimi/incidents";
import type { AgentId, DepartmentId, PolicyId, TrunkId } from "@jikimi/kernel";
import type { PhoneNumber } from "@jikimi/routing";
import { asc, eq } from "drizzle-orm";
import type { Db } from "./db.ts";
import { sqlState } from "./failures.ts";
import { departments, numbers, organisation, people, policies, trunks } from "./schema.ts";

/** The directory in tables. Rows are ours alone: they were checked before they were written. */
export class PostgresDirectoryStore implements DirectoryStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async load(): Promise<DirectoryRows> {
    const db = this.#db;
    const [organisationRow] = await db.select().from(organisation);
    const policyRows = await db.select().from(policies).orderBy(asc(policies.id), asc(policies.version));
    return {
      organisation: organisationRow === undefined ? null : toOrganisation(organisationRow),
      people: (await db.select().from(people).orderBy(asc(people.createdAt), asc(people.id))).map(toPerson),
      departments: (await db.select().from(departments).orderBy(asc(departments.id))).map(toDepartment),
      numbers: (await db.select().from(numbers).orderBy(asc(numbers.number))).map(toNumber),
      trunks: (await db.select().from(trunks).orderBy(asc(trunks.priority), asc(trunks.id))).map(toTrunk),
      policies: policyRows.map(toPolicy),
    };
  }

  async putOrganisation({ names, ...rest }: Organisation): Promise<void> {
    const values = { ...rest, nameKo: names.ko, nameEn: names.en };
    await this.#db.insert(organisation).values(values).onConflictDoUpdate({ target: organisation.id, set: values });
  }

  insertPerson(row: PersonRow): Promise<Inserted> {
    return unlessTaken(this.#db.insert(people).values(fromPerson(row)));
  }

  updatePerson(row: PersonRow): Promise<Inserted> {
    return unlessTaken(this.#db.update(people).set(fromPerson(row)).where(eq(people.id, row.person.id)));
  }

  insertDepartment(department: Department): Promise<Inserted> {
    return unlessTaken(this.#db.insert(departments).values(fromDepartment(department)));
  }

  async updateDepartment(department: Department): Promise<void> {
    await this.#db.update(departments).set(fromDepartment(department)).where(eq(departments.id, department.id));
  }

  insertNumber(number: InboundNumber): Promise<Inserted> {
    return unlessTaken(this.#db.insert(numbers).values(number));
  }

  async updateNumber({ number, ...rest }: InboundNumber): Promise<void> {
    await this.#db.update(numbers).set(rest).where(eq(numbers.number, number));
  }

  async removeNumber(number: PhoneNumber): Promise<void> {
    await this.#db.delete(numbers).where(eq(numbers.number, number));
  }

  insertTrunk(row: TrunkRow): Promise<Inserted> {
    return unlessTaken(this.#db.insert(trunks).values(fromTrunk(row)));
  }

  updateTrunk(row: TrunkRow): Promise<Inserted> {
    return unlessTaken(this.#db.update(trunks).set(fromTrunk(row)).where(eq(trunks.id, row.trunk.id)));
  }

  insertPolicy({ body, createdAtMs, ...rest }: StoredPolicy): Promise<Inserted> {
    return unlessTaken(this.#db.insert(policies).values({ ...rest, body: body as Json, createdAt: createdAtMs }));
  }
}

/** 23505: a unique constraint says that somebody was first. */
async function unlessTaken(insert: PromiseLike<unknown>): Promise<Inserted> {
  try {
    await insert;
    return "inserted";
  } catch (failure) {
    if (sqlState(failure) === "23505") return "taken";
    throw failure;
  }
}

function toOrganisation(row: typeof organisation.$inferSelect): Organisation {
  const { nameKo, nameEn, language, timeZone, sipRealm } = row;
  return { names: { ko: nameKo, en: nameEn }, language, timeZone, sipRealm };
}

function toPerson({ ha1Md5, ha1Sha256, id, departmentId, createdAt, ...rest }: typeof people.$inferSelect): PersonRow {
  const person = {
    ...rest,
    id: id as AgentId,
    departmentId: departmentId as DepartmentId | null,
    createdAtMs: createdAt,
  };
  return { person, ha1: { md5: ha1Md5, sha256: ha1Sha256 } };
}

function fromPerson({ person, ha1 }: PersonRow): typeof people.$inferInsert {
  const { createdAtMs, ...rest } = person;
  return { ...rest, createdAt: createdAtMs, ha1Md5: ha1.md5, ha1Sha256: ha1.sha256 };
}

function toDepartment({ nameKo, nameEn, ...row }: typeof departments.$inferSelect): Department {
  return {
    ...row,
    id: row.id as DepartmentId,
    names: { ko: nameKo, en: nameEn },
    policyId: row.policyId as PolicyId,
    hours: row.hours as Department["hours"],
    displayNumber: row.displayNumber as PhoneNumber | null,
  };
}

function fromDepartment({ names, hours, ...rest }: Department): typeof departments.$inferInsert {
  return { ...rest, nameKo: names.ko, nameEn: names.en, hours: hours as Json };
}

function toNumber({ number, departmentId, recognizer }: typeof numbers.$inferSelect): InboundNumber {
  return { number: number as PhoneNumber, departmentId: departmentId as DepartmentId, recognizer };
}

function toTrunk({ sealedSecret, route, ...rest }: typeof trunks.$inferSelect): TrunkRow {
  const trunk = {
    ...rest,
    id: rest.id as TrunkId,
    route: route as TrunkRow["trunk"]["route"],
    hasSecret: sealedSecret !== null,
  };
  return { trunk, sealedSecret };
}

function fromTrunk({ trunk, sealedSecret }: TrunkRow): typeof trunks.$inferInsert {
  const { hasSecret: _, route, ...rest } = trunk;
  return { ...rest, route: route as Json, sealedSecret };
}

function toPolicy({ id, createdAt, ...rest }: typeof policies.$inferSelect): StoredPolicy {
  return { ...rest, id: id as PolicyId, createdAtMs: createdAt };
}
