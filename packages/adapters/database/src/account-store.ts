import type { Account, AccountStore, Passkey, SecondFactor } from "@jikimi/identity";
import type { AgentId, EpochMs } from "@jikimi/kernel";
import { and, asc, eq, lt, ne } from "drizzle-orm";
import type { Db } from "./db.ts";
import { accounts, passkeys, secondFactors, sessions } from "./schema.ts";

/** Accounts in tables. What has to happen once happens in one statement, whose row count tells who was first. */
export class PostgresAccountStore implements AccountStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async find(personId: AgentId): Promise<Account | null> {
    const [row] = await this.#db.select().from(accounts).where(eq(accounts.id, personId));
    return row === undefined ? null : { personId: row.id as AgentId, passwordHash: row.passwordHash };
  }

  async people(): Promise<ReadonlySet<AgentId>> {
    const rows = await this.#db.select({ id: accounts.id }).from(accounts);
    return new Set(rows.map(({ id }) => id as AgentId));
  }

  async put({ personId, passwordHash, displayName, atMs }: Parameters<AccountStore["put"]>[0]): Promise<void> {
    const changed = { name: displayName, passwordHash, updatedAt: new Date(atMs) };
    await this.#db
      .insert(accounts)
      .values({
        ...changed,
        id: personId,
        email: `${personId}@people.invalid`,
        emailVerified: false,
        createdAt: new Date(atMs),
      })
      .onConflictDoUpdate({ target: accounts.id, set: changed });
  }

  async secondFactor(personId: AgentId): Promise<SecondFactor | null> {
    const [row] = await this.#db.select().from(secondFactors).where(eq(secondFactors.accountId, personId));
    if (row === undefined) return null;
    const { sealedSecret, active, lastStep } = row;
    return { sealedSecret, on: active, lastStep, backupCodeHashes: row.backupCodeHashes as string[] };
  }

  async putSecondFactor(personId: AgentId, { on, backupCodeHashes, ...rest }: SecondFactor): Promise<void> {
    const values = { ...rest, active: on, backupCodeHashes: [...backupCodeHashes] };
    await this.#db
      .insert(secondFactors)
      .values({ ...values, accountId: personId })
      .onConflictDoUpdate({ target: secondFactors.accountId, set: values, setWhere: eq(secondFactors.active, false) });
  }

  async takeStep(personId: AgentId, step: number): Promise<boolean> {
    const taken = await this.#db
      .update(secondFactors)
      .set({ lastStep: step, active: true })
      .where(and(eq(secondFactors.accountId, personId), lt(secondFactors.lastStep, step)))
      .returning({ id: secondFactors.accountId });
    return taken.length > 0;
  }

  async takeBackupCode(personId: AgentId, hash: string): Promise<boolean> {
    return this.#db.transaction(async (tx) => {
      const [row] = await tx.select().from(secondFactors).where(eq(secondFactors.accountId, personId)).for("update");
      const hashes = (row?.backupCodeHashes ?? []) as string[];
      if (row?.active !== true || !hashes.includes(hash)) return false;
      const left = hashes.filter((one) => one !== hash);
      await tx.update(secondFactors).set({ backupCodeHashes: left }).where(eq(secondFactors.accountId, personId));
      return true;
    });
  }

  async removeSecondFactor(personId: AgentId): Promise<void> {
    await this.#db.delete(secondFactors).where(eq(secondFactors.accountId, personId));
  }

  async sessionSeen(sessionId: string, atMs: EpochMs): Promise<void> {
    await this.#db
      .update(sessions)
      .set({ seenAt: new Date(atMs) })
      .where(eq(sessions.id, sessionId));
  }

  async closeSession(sessionId: string): Promise<void> {
    await this.#db.delete(sessions).where(eq(sessions.id, sessionId));
  }

  async closeSessionsOf(personId: AgentId, { except }: { except: string | null }): Promise<void> {
    const others = except === null ? undefined : ne(sessions.id, except);
    await this.#db.delete(sessions).where(and(eq(sessions.userId, personId), others));
  }

  async removeSessionsBefore(atMs: EpochMs): Promise<void> {
    await this.#db.delete(sessions).where(lt(sessions.createdAt, new Date(atMs)));
  }

  async passkeysOf(personId: AgentId): Promise<readonly Passkey[]> {
    const rows = await this.#db
      .select()
      .from(passkeys)
      .where(eq(passkeys.userId, personId))
      .orderBy(asc(passkeys.createdAt), asc(passkeys.id));
    return rows.map(({ id, name, createdAt }) => ({
      id,
      name: name ?? "",
      createdAtMs: createdAt === null ? null : (createdAt.getTime() as EpochMs),
    }));
  }

  async removePasskey(personId: AgentId, id: string): Promise<boolean> {
    const removed = await this.#db
      .delete(passkeys)
      .where(and(eq(passkeys.id, id), eq(passkeys.userId, personId)))
      .returning({ id: passkeys.id });
    return removed.length > 0;
  }

  async removePasskeysOf(personId: AgentId): Promise<void> {
    await this.#db.delete(passkeys).where(eq(passkeys.userId, personId));
  }
}
