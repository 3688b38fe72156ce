import type { AgentId, EpochMs } from "@jikimi/kernel";
import type { Visit } from "./visit.ts";

/** What lets a person of the directory sign in. Its id is the person's. */
export type Account = {
  readonly personId: AgentId;
  /** In PHC string form (`$argon2id$…`). */
  readonly passwordHash: string;
};

/** A TOTP secret (RFC 6238) with what was used up of it. */
export type SecondFactor = {
  /** Sealed by `SecretSeal`. */
  readonly sealedSecret: string;
  /** False until the first code was right. */
  readonly on: boolean;
  /** The last time step that was accepted; no step before or at it is taken again. */
  readonly lastStep: number;
  readonly backupCodeHashes: readonly string[];
};

/** Where accounts live. Methods reject only when the store itself fails. */
export interface AccountStore {
  find(personId: AgentId): Promise<Account | null>;
  /** Everybody who has one. */
  people(): Promise<ReadonlySet<AgentId>>;
  /** Makes the account, or gives an existing one another password. */
  put(account: Account & { readonly displayName: string; readonly atMs: EpochMs }): Promise<void>;
  secondFactor(personId: AgentId): Promise<SecondFactor | null>;
  /** Replaces one that is not on yet. */
  putSecondFactor(personId: AgentId, factor: SecondFactor): Promise<void>;
  /**
   * Uses up a time step, and switches the factor on. False when that step or a later one was used before, also by
   * somebody at the same moment.
   */
  takeStep(personId: AgentId, step: number): Promise<boolean>;
  /** Uses up a backup code; false when there is none such (any more). */
  takeBackupCode(personId: AgentId, hash: string): Promise<boolean>;
  removeSecondFactor(personId: AgentId): Promise<void>;
  /** Somebody asked something with this session. */
  sessionSeen(sessionId: string, atMs: EpochMs): Promise<void>;
  closeSession(sessionId: string): Promise<void>;
  closeSessionsOf(personId: AgentId, options: { readonly except: string | null }): Promise<void>;
  /** Sessions opened before then are swept away: nobody can use them any more. */
  removeSessionsBefore(atMs: EpochMs): Promise<void>;
  passkeysOf(personId: AgentId): Promise<readonly Passkey[]>;
  /** False when this person has none such. */
  removePasskey(personId: AgentId, id: string): Promise<boolean>;
  removePasskeysOf(personId: AgentId): Promise<void>;
}

/** A hash of a password that costs time to compute. The adapter knows how much. */
export interface PasswordHasher {
  hash(password: string): Promise<string>;
  verify(hash: string, password: string): Promise<boolean>;
  /** Made with less than what is asked today. */
  isOutdated(hash: string): boolean;
}

export type Session = {
  readonly id: string;
  readonly personId: AgentId;
  readonly openedAtMs: EpochMs;
  /** The last time somebody asked something with it, to about a minute. */
  readonly seenAtMs: EpochMs;
};

/** How a browser carries a session: in a cookie that scripts cannot read. */
export interface BrowserSessions {
  /** Puts the cookie into the visit. */
  open(personId: AgentId, visit: Visit): Promise<Session>;
  /** Which session a visit says it has, as something to remember it by; null when it says none. Asks nobody. */
  claimed(visit: Visit): string | null;
  /** Null when the cookie is not ours, or its session is not there any more. */
  read(visit: Visit): Promise<Session | null>;
  /** Takes the cookie away from the browser. */
  forget(visit: Visit): void;
}

export type Passkey = { readonly id: string; readonly name: string; readonly createdAtMs: EpochMs | null };

/** JSON as WebAuthn's `parse…OptionsFromJSON` reads it. */
export type PasskeyOptions = Readonly<Record<string, unknown>>;

/**
 * WebAuthn. A response that is not what was asked for is a value (`refused`, `null`), never a rejection; the challenge
 * travels in a cookie of its own and is good for five minutes and once.
 */
export interface PasskeyCeremonies {
  /** Browsers have passkeys on a name with https, and on localhost. */
  offeredAt(origin: string): boolean;
  /**
   * Options for making one, for who has the visit's session; `label` is what the browser calls the account.
   * `too-old`: that session was not opened just now.
   */
  begin(visit: Visit, label: string): Promise<PasskeyOptions | "too-old">;
  add(visit: Visit, response: unknown, name: string): Promise<"added" | "too-old" | "refused">;
  beginSignIn(visit: Visit): Promise<PasskeyOptions>;
  /** Opens the session of whose passkey it is. */
  signIn(visit: Visit, response: unknown): Promise<Session | null>;
}

/** Seals secrets with the site's key. `open` returns null when the text was altered or the key is another. */
export interface SecretSeal {
  seal(clear: string, context: string): string;
  open(sealed: string, context: string): string | null;
}
