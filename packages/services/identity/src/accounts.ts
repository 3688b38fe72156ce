import { createHmac } from "node:crypto";
import { type Directory, makePassword, type Person, wrongPassword } from "@jikimi/directory";
import type { AgentId, Clock, Log, Random } from "@jikimi/kernel";
import { storeFailed } from "./errors.ts";
import type { PasswordChecks } from "./password-checks.ts";
import type { AccountStore, SecretSeal } from "./ports.ts";
import { done, type Refusal, type Result, refused } from "./problems.ts";
import { totpStep, totpUri } from "./totp.ts";

const backupCodeCount = 10;

export type AccountsOptions = {
  readonly store: AccountStore;
  readonly checks: PasswordChecks;
  readonly directory: Pick<Directory, "view">;
  readonly seal: SecretSeal;
  /** 32 bytes, for the hashes of backup codes. */
  readonly key: Uint8Array;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

/**
 * Who can sign in, and with what. It needs no server: the command line makes accounts and gives new passwords with it
 * where none runs.
 */
export class Accounts {
  readonly #options: AccountsOptions;

  constructor(options: AccountsOptions) {
    this.#options = options;
  }

  /** Before the first sign-in, so that it takes no longer than the others. */
  async ready(): Promise<void> {
    await this.#options.checks.ready();
  }

  /** For a person that was just added, or has none yet; the password was judged by who took it. */
  async open({ id, displayName }: Person, password: string): Promise<void> {
    await this.#put(id, displayName, password);
  }

  async has(personId: AgentId): Promise<boolean> {
    return (await this.#store.find(personId).catch(storeFailed)) !== null;
  }

  /** Administrators who can sign in. */
  async administrators(): Promise<readonly Person[]> {
    const withAccount = await this.#store.people().catch(storeFailed);
    const { people } = this.#options.directory.view();
    return people.filter(({ id, role, active }) => active && role === "administrator" && withAccount.has(id));
  }

  /** `unknown` where it cannot be told who is asked for takes as long as `wrong`. */
  async isPassword(person: Person | null, password: string): Promise<"right" | "wrong" | "busy"> {
    const account = await this.#store.find(person?.id ?? nobody).catch(storeFailed);
    const usable = person?.active === true ? account : null;
    const judged = await this.#options.checks.verify(usable?.passwordHash ?? null, password);
    if (judged === "outdated" && person !== null) await this.#put(person.id, person.displayName, password);
    return judged === "outdated" ? "right" : judged;
  }

  /** A password of one's own choice. Sessions are the caller's to end. */
  async changePassword(person: Person, next: string): Promise<Refusal | null> {
    const weak = wrongPassword(next, person.sipUsername);
    if (weak !== null) return { kind: "directory-refused", problem: weak };
    await this.#put(person.id, person.displayName, next);
    return null;
  }

  /** A new password, told once, for who forgot theirs; their sessions end. Makes the account where there is none. */
  async resetPassword(
    username: string,
    { secondFactors }: { secondFactors: "keep" | "remove" },
  ): Promise<Result<{ person: Person; madePassword: string }>> {
    const person = this.#options.directory.view().personByUsername(username);
    if (person === null) return refused("account-unknown");
    const madePassword = makePassword(this.#options.random);
    await this.#put(person.id, person.displayName, madePassword);
    if (secondFactors === "remove") {
      await this.#store.removeSecondFactor(person.id).catch(storeFailed);
      await this.#store.removePasskeysOf(person.id).catch(storeFailed);
    }
    await this.#store.closeSessionsOf(person.id, { except: null }).catch(storeFailed);
    this.#options.log.info({ personId: person.id, secondFactors }, "a password was set anew");
    return done({ person, madePassword });
  }

  async secondFactors(personId: AgentId): Promise<{ passkeys: number; totp: boolean }> {
    const totp = await this.#store.secondFactor(personId).catch(storeFailed);
    const passkeys = await this.#store.passkeysOf(personId).catch(storeFailed);
    return { passkeys: passkeys.length, totp: totp?.on === true };
  }

  /** A secret for the authenticator, and ten codes for when it is lost. On only after the first right code. */
  async beginTotp(person: Person): Promise<Result<{ uri: string; backupCodes: string[] }>> {
    const { random, seal } = this.#options;
    const before = await this.#store.secondFactor(person.id).catch(storeFailed);
    if (before?.on === true) return refused("second-factor-already-set");
    const secret = random.bytes(20);
    const backupCodes = Array.from({ length: backupCodeCount }, () => makeBackupCode(random));
    await this.#store
      .putSecondFactor(person.id, {
        sealedSecret: seal.seal(Buffer.from(secret).toString("base64"), sealContext(person.id)),
        on: false,
        lastStep: 0,
        backupCodeHashes: backupCodes.map((code) => this.#hashOf(person.id, code)),
      })
      .catch(storeFailed);
    const uri = totpUri({ secret, issuer: "Jikimi", account: person.sipUsername });
    return done({ uri, backupCodes });
  }

  /** Takes a code of the authenticator, once; the first one switches it on. */
  async takeTotp(personId: AgentId, code: string): Promise<boolean> {
    const factor = await this.#store.secondFactor(personId).catch(storeFailed);
    const opened = factor === null ? null : this.#options.seal.open(factor.sealedSecret, sealContext(personId));
    if (opened === null) return false;
    const step = totpStep(Buffer.from(opened, "base64"), code, this.#options.clock.nowMs());
    return step !== null && (await this.#store.takeStep(personId, step).catch(storeFailed));
  }

  async takeBackupCode(personId: AgentId, code: string): Promise<boolean> {
    return this.#store.takeBackupCode(personId, this.#hashOf(personId, code)).catch(storeFailed);
  }

  async hasTotpBegun(personId: AgentId): Promise<boolean> {
    return (await this.#store.secondFactor(personId).catch(storeFailed)) !== null;
  }

  async removeTotp(personId: AgentId): Promise<void> {
    await this.#store.removeSecondFactor(personId).catch(storeFailed);
  }

  get #store(): AccountStore {
    return this.#options.store;
  }

  async #put(personId: AgentId, displayName: string, password: string): Promise<void> {
    const passwordHash = await this.#options.checks.hash(password);
    const atMs = this.#options.clock.nowMs();
    await this.#store.put({ personId, passwordHash, displayName, atMs }).catch(storeFailed);
  }

  #hashOf(personId: AgentId, code: string): string {
    return createHmac("sha256", this.#options.key).update(`${personId} ${code.toUpperCase()}`).digest("base64url");
  }
}

/** No person has this id: looking it up takes as long as looking up one of ours. */
const nobody = "nobody" as AgentId;

function sealContext(personId: AgentId): string {
  return `totp:${personId}`;
}

/** Ten characters that are not mistaken for one another on paper, in two groups: 49 bits. */
function makeBackupCode(random: Random): string {
  const alphabet = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789";
  const letters = Array.from({ length: 10 }, () => alphabet[random.integer(alphabet.length)] ?? "A").join("");
  return `${letters.slice(0, 5)}-${letters.slice(5)}`;
}
