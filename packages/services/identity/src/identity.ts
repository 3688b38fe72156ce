import type { Directory, Person } from "@jikimi/directory";
import type { AgentId, EpochMs, Log } from "@jikimi/kernel";
import type { Accounts } from "./accounts.ts";
import { storeFailed } from "./errors.ts";
import type { KnownDevices } from "./known-devices.ts";
import type { AccountStore, Passkey, PasskeyCeremonies, PasskeyOptions, Session } from "./ports.ts";
import type { Principal } from "./principal.ts";
import { done, type Refusal, type Result, refused } from "./problems.ts";
import { absoluteLimitMs, type Sessions, type WhyOver } from "./sessions.ts";
import type { Admission, Slowing, SlowingLimits } from "./slowing-limits.ts";
import type { Visit } from "./visit.ts";

/** Who is signed in, as their own page may know it. */
export type Me = {
  readonly person: Person;
  readonly secondFactor: { readonly passkeys: number; readonly totp: boolean };
  readonly sessionExpiresAtMs: EpochMs;
};

export type Credentials = {
  readonly username: string;
  readonly password: string;
  readonly totp?: string | undefined;
  readonly backupCode?: string | undefined;
};

type PersonPrincipal = Extract<Principal, { kind: "person" }>;

export type IdentityOptions = {
  readonly accounts: Accounts;
  readonly sessions: Sessions;
  readonly store: Pick<AccountStore, "passkeysOf" | "removePasskey">;
  readonly passkeys: PasskeyCeremonies;
  readonly limits: SlowingLimits;
  readonly devices: KnownDevices;
  readonly directory: Pick<Directory, "view">;
  readonly log: Log;
};

/**
 * Signing in and out, and everything people change about how they do. Whoever guesses slows down their own source
 * with that account, and nobody else; who does not exist, has no account or has left is told the same, after the same
 * time, as who mistyped.
 */
export class Identity {
  readonly #options: IdentityOptions;

  constructor(options: IdentityOptions) {
    this.#options = options;
  }

  /** Whose session a visit carries; null: nobody's. */
  whoAsks(visit: Visit): Promise<Principal | null> {
    return this.#options.sessions.whoAsks(visit);
  }

  /** For who follows a session: see `Sessions.watch`. */
  watch(sessionId: string, onOver: (why: WhyOver) => void): () => void {
    return this.#options.sessions.watch(sessionId, onOver);
  }

  async me(visit: Visit): Promise<Me | null> {
    const session = await this.#options.sessions.current(visit);
    return session === null ? null : this.#meOf(session);
  }

  async signIn(visit: Visit, { username, password, totp, backupCode }: Credentials): Promise<Result<Me>> {
    const { accounts, devices, directory, limits } = this.#options;
    const name = username.trim().toLowerCase();
    const device = devices.find(visit, name);
    const attempt = limits.begin(
      device === null ? [guessing(name, visit.source), spraying(visit.source)] : [mistyping(name, device)],
    );
    if (attempt.kind === "wait") return tooMany(attempt);
    return undoneIfItFails(attempt, async () => {
      const person = directory.view().personByUsername(name);
      const judged = await accounts.isPassword(person, password);
      if (judged === "busy") {
        attempt.undone();
        return refused("too-many-attempts", { retryAfterMs: 2000 });
      }
      if (judged === "wrong" || person === null) return refused("wrong-credentials");
      const missing = await this.#secondFactor(person, { totp, backupCode, known: device !== null, attempt });
      if (missing !== null) return missing;
      attempt.succeeded();
      return this.#opened(await this.#options.sessions.open(person.id, visit), person, visit);
    });
  }

  signOut(visit: Visit): Promise<void> {
    return this.#options.sessions.signOut(visit);
  }

  /** Every browser of theirs, now: their password or their rights were taken in hand by somebody else. */
  signOutEverywhere(personId: AgentId): Promise<void> {
    return this.#options.sessions.endAllOf(personId, { except: null });
  }

  /** Signs in who has just been made or has just proved who they are in another way. */
  async enter(person: Person, visit: Visit): Promise<Me> {
    const session = await this.#options.sessions.open(person.id, visit);
    const opened = await this.#opened(session, person, visit);
    return opened.value;
  }

  /** Every other browser of theirs is signed out. */
  async changePassword(
    who: PersonPrincipal,
    { current, next }: { current: string; next: string },
  ): Promise<Result<Record<string, never>>> {
    return this.#withPassword(who, current, async (person) => {
      if (current.normalize("NFC") === next.normalize("NFC")) return refused("password-unchanged");
      const weak = await this.#options.accounts.changePassword(person, next);
      if (weak !== null) return weak;
      await this.#options.sessions.endAllOf(person.id, { except: who.sessionId });
      return done({});
    });
  }

  async resetPassword(
    username: string,
    options: { secondFactors: "keep" | "remove" },
  ): Promise<Result<{ madePassword: string }>> {
    const reset = await this.#options.accounts.resetPassword(username, options);
    if (reset.kind !== "done") return reset;
    await this.signOutEverywhere(reset.value.person.id);
    return done({ madePassword: reset.value.madePassword });
  }

  beginTotp(who: PersonPrincipal, password: string): Promise<Result<{ uri: string; backupCodes: string[] }>> {
    return this.#withPassword(who, password, (person) => this.#options.accounts.beginTotp(person));
  }

  async confirmTotp(who: PersonPrincipal, code: string): Promise<Result<Record<string, never>>> {
    const { accounts, limits } = this.#options;
    if (!(await accounts.hasTotpBegun(who.personId))) return refused("second-factor-unset");
    const attempt = limits.begin([guessingCodes(who.personId)]);
    if (attempt.kind === "wait") return tooMany(attempt);
    return undoneIfItFails(attempt, async () => {
      if (!(await accounts.takeTotp(who.personId, code))) return refused("second-factor-wrong");
      attempt.succeeded();
      return done({});
    });
  }

  removeTotp(who: PersonPrincipal, password: string): Promise<Result<Record<string, never>>> {
    return this.#withPassword(who, password, async (person) => {
      await this.#options.accounts.removeTotp(person.id);
      return done({});
    });
  }

  async passkeysOf(who: PersonPrincipal, visit: Visit): Promise<{ offered: boolean; passkeys: readonly Passkey[] }> {
    const passkeys = await this.#options.store.passkeysOf(who.personId).catch(storeFailed);
    return { offered: this.#options.passkeys.offeredAt(visit.origin), passkeys };
  }

  async beginPasskey(who: PersonPrincipal, visit: Visit): Promise<Result<PasskeyOptions>> {
    const { passkeys, directory } = this.#options;
    if (!passkeys.offeredAt(visit.origin)) return refused("passkey-unavailable");
    const label = directory.view().person(who.personId)?.sipUsername ?? "";
    const options = await passkeys.begin(visit, label).catch(storeFailed);
    return options === "too-old" ? refused("sign-in-again") : done(options);
  }

  async addPasskey(visit: Visit, response: unknown, name: string): Promise<Result<Record<string, never>>> {
    const { passkeys } = this.#options;
    if (!passkeys.offeredAt(visit.origin)) return refused("passkey-unavailable");
    const added = await passkeys.add(visit, response, name).catch(storeFailed);
    if (added === "added") return done({});
    return refused(added === "too-old" ? "sign-in-again" : "passkey-refused");
  }

  async removePasskey(who: PersonPrincipal, id: string): Promise<Result<Record<string, never>>> {
    const removed = await this.#options.store.removePasskey(who.personId, id).catch(storeFailed);
    return removed ? done({}) : refused("passkey-unknown");
  }

  async beginPasskeySignIn(visit: Visit): Promise<Result<PasskeyOptions>> {
    const { passkeys } = this.#options;
    if (!passkeys.offeredAt(visit.origin)) return refused("passkey-unavailable");
    return done(await passkeys.beginSignIn(visit).catch(storeFailed));
  }

  /** A passkey with the person's presence checked is both factors in one. */
  async signInWithPasskey(visit: Visit, response: unknown): Promise<Result<Me>> {
    const { passkeys, limits, directory, sessions } = this.#options;
    if (!passkeys.offeredAt(visit.origin)) return refused("passkey-unavailable");
    const attempt = limits.begin([spraying(visit.source)]);
    if (attempt.kind === "wait") return tooMany(attempt);
    return undoneIfItFails(attempt, async () => {
      const session = await passkeys.signIn(visit, response).catch(storeFailed);
      if (session === null) return refused("passkey-refused");
      const person = directory.view().person(session.personId);
      if (person?.active !== true) {
        await sessions.endAllOf(session.personId, { except: null });
        sessions.forget(visit);
        return refused("passkey-refused");
      }
      attempt.succeeded();
      return this.#opened(session, person, visit);
    });
  }

  /** Null when nothing is missing. */
  async #secondFactor(
    person: Person,
    { totp, backupCode, known, attempt }: Pick<Credentials, "totp" | "backupCode"> & { known: boolean; attempt: Going },
  ): Promise<Refusal | null> {
    const { accounts, limits } = this.#options;
    if (!(await accounts.secondFactors(person.id)).totp) return null;
    if (totp === undefined && backupCode === undefined) {
      // Neither right nor wrong: asking again and again with the password alone gains nothing and costs nothing.
      attempt.undone();
      return refused("second-factor-required");
    }
    // Only who has the password comes so far: this slows nobody down who is not already robbed of it.
    const guess = known ? null : limits.begin([guessingCodes(person.id)]);
    if (guess?.kind === "wait") {
      attempt.undone();
      return tooMany(guess);
    }
    const right =
      totp === undefined
        ? await accounts.takeBackupCode(person.id, backupCode ?? "")
        : await accounts.takeTotp(person.id, totp);
    if (!right) return refused("second-factor-wrong");
    guess?.succeeded();
    return null;
  }

  async #withPassword<T>(
    who: PersonPrincipal,
    password: string,
    then: (person: Person) => Promise<Result<T>>,
  ): Promise<Result<T>> {
    const { accounts, directory, limits } = this.#options;
    const person = directory.view().person(who.personId);
    if (person === null) return refused("account-unknown");
    const attempt = limits.begin([mistyping(person.sipUsername, who.sessionId)]);
    if (attempt.kind === "wait") return tooMany(attempt);
    return undoneIfItFails(attempt, async () => {
      const judged = await accounts.isPassword(person, password);
      if (judged === "busy") {
        attempt.undone();
        return refused("too-many-attempts", { retryAfterMs: 2000 });
      }
      if (judged === "wrong") return refused("wrong-credentials");
      attempt.succeeded();
      return then(person);
    });
  }

  async #opened(session: Session, person: Person, visit: Visit): Promise<{ kind: "done"; value: Me }> {
    this.#options.devices.remember(visit, person.sipUsername);
    this.#options.log.info({ personId: person.id, sessionId: session.id }, "signed in");
    const secondFactor = await this.#options.accounts.secondFactors(person.id);
    return { kind: "done", value: { person, secondFactor, sessionExpiresAtMs: endOf(session) } };
  }

  async #meOf(session: Session): Promise<Me | null> {
    const person = this.#options.directory.view().person(session.personId);
    if (person?.active !== true) return null;
    const secondFactor = await this.#options.accounts.secondFactors(person.id);
    return { person, secondFactor, sessionExpiresAtMs: endOf(session) };
  }
}

type Going = Extract<Admission, { kind: "go" }>;

function endOf({ openedAtMs }: Session): EpochMs {
  return (openedAtMs + absoluteLimitMs) as EpochMs;
}

function tooMany({ forMs }: { forMs: number }): Refusal {
  return refused("too-many-attempts", { retryAfterMs: forMs });
}

async function undoneIfItFails<T>(attempt: Going, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (failure) {
    attempt.undone();
    throw failure;
  }
}

/** A stranger at one account from one place: five tries, then 5 s, 10 s … up to 5 minutes between them. */
function guessing(username: string, source: string): Slowing {
  const name = `guess ${source} ${username}`;
  return { name, free: 5, firstWaitMs: 5000, longestWaitMs: 5 * 60_000, forgiven: true };
}

/**
 * A place that tries many accounts. It may be a whole office behind one address, so the wait stays short, and
 * somebody's success forgives nothing: it may be the guesser's own account.
 */
function spraying(source: string): Slowing {
  return { name: `spray ${source}`, free: 50, firstWaitMs: 2000, longestWaitMs: 30_000, forgiven: false };
}

/** A browser that knows the account: counted by itself, whatever happens elsewhere. */
function mistyping(username: string, device: string): Slowing {
  const name = `known ${device} ${username}`;
  return { name, free: 5, firstWaitMs: 5000, longestWaitMs: 5 * 60_000, forgiven: true };
}

/** Six digits can be guessed by who has the password already. */
function guessingCodes(personId: AgentId): Slowing {
  return { name: `code ${personId}`, free: 8, firstWaitMs: 30_000, longestWaitMs: 15 * 60_000, forgiven: true };
}
