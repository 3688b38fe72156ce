import type { AgentId, EpochMs } from "@jikimi/kernel";
import type { Account, AccountStore, Passkey, SecondFactor } from "../src/ports.ts";

type MemorySession = { readonly id: string; readonly personId: AgentId; readonly openedAtMs: number; seenAtMs: number };

/** Accounts in memory, as the database keeps them; `failing` is a database that does not answer. */
export class MemoryAccountStore implements AccountStore {
  failing = false;
  readonly accounts = new Map<AgentId, Account>();
  readonly factors = new Map<AgentId, SecondFactor>();
  readonly sessions = new Map<string, MemorySession>();
  readonly passkeys = new Map<string, { readonly personId: AgentId; readonly passkey: Passkey }>();

  async find(personId: AgentId): Promise<Account | null> {
    this.#answer();
    return this.accounts.get(personId) ?? null;
  }

  async people(): Promise<ReadonlySet<AgentId>> {
    this.#answer();
    return new Set(this.accounts.keys());
  }

  async put({ personId, passwordHash }: Account): Promise<void> {
    this.#answer();
    this.accounts.set(personId, { personId, passwordHash });
  }

  async secondFactor(personId: AgentId): Promise<SecondFactor | null> {
    this.#answer();
    return this.factors.get(personId) ?? null;
  }

  async putSecondFactor(personId: AgentId, factor: SecondFactor): Promise<void> {
    this.#answer();
    if (this.factors.get(personId)?.on !== true) this.factors.set(personId, factor);
  }

  async takeStep(personId: AgentId, step: number): Promise<boolean> {
    this.#answer();
    const factor = this.factors.get(personId);
    if (factor === undefined || factor.lastStep >= step) return false;
    this.factors.set(personId, { ...factor, on: true, lastStep: step });
    return true;
  }

  async takeBackupCode(personId: AgentId, hash: string): Promise<boolean> {
    this.#answer();
    const factor = this.factors.get(personId);
    if (factor?.on !== true || !factor.backupCodeHashes.includes(hash)) return false;
    const backupCodeHashes = factor.backupCodeHashes.filter((one) => one !== hash);
    this.factors.set(personId, { ...factor, backupCodeHashes });
    return true;
  }

  async removeSecondFactor(personId: AgentId): Promise<void> {
    this.#answer();
    this.factors.delete(personId);
  }

  async sessionSeen(sessionId: string, atMs: EpochMs): Promise<void> {
    this.#answer();
    const session = this.sessions.get(sessionId);
    if (session !== undefined) session.seenAtMs = atMs;
  }

  async closeSession(sessionId: string): Promise<void> {
    this.#answer();
    this.sessions.delete(sessionId);
  }

  async closeSessionsOf(personId: AgentId, { except }: { except: string | null }): Promise<void> {
    this.#answer();
    for (const session of this.sessions.values()) {
      if (session.personId === personId && session.id !== except) this.sessions.delete(session.id);
    }
  }

  async removeSessionsBefore(atMs: EpochMs): Promise<void> {
    this.#answer();
    for (const session of this.sessions.values()) {
      if (session.openedAtMs < atMs) this.sessions.delete(session.id);
    }
  }

  async passkeysOf(personId: AgentId): Promise<readonly Passkey[]> {
    this.#answer();
    return [...this.passkeys.values()].filter((one) => one.personId === personId).map(({ passkey }) => passkey);
  }

  async removePasskey(personId: AgentId, id: string): Promise<boolean> {
    this.#answer();
    return this.passkeys.get(id)?.personId === personId && this.passkeys.delete(id);
  }

  async removePasskeysOf(personId: AgentId): Promise<void> {
    this.#answer();
    for (const [id, one] of this.passkeys) if (one.personId === personId) this.passkeys.delete(id);
  }

  #answer(): void {
    if (this.failing) throw new Error("the database does not answer");
  }
}
