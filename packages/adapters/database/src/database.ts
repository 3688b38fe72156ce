import type { DeskStore } from "@jikimi/desk";
import type { DirectoryStore } from "@jikimi/directory";
import type { AccountStore, SetupStore } from "@jikimi/identity";
import type { CallStore } from "@jikimi/incidents";
import type { SignInTables } from "./sign-in-tables.ts";

/** An open database with its schema up to date. Disposing waits for what runs, then closes and unlocks. */
export interface Database extends AsyncDisposable {
  readonly kind: DatabaseKind;
  readonly directory: DirectoryStore;
  readonly calls: CallStore;
  readonly desk: DeskStore;
  readonly accounts: AccountStore;
  readonly setup: SetupStore;
  /** The tables that sessions and passkeys live in, for the library that reads and writes them. */
  readonly signIn: SignInTables;
  /** Asks the database a trivial question. Never rejects. */
  health(): Promise<DatabaseHealth>;
}

export type DatabaseKind = "pglite" | "postgresql";

export type DatabaseHealth = {
  readonly kind: DatabaseKind;
  readonly reachable: boolean;
  readonly latencyMs: number | null;
  readonly serverVersion: string | null;
  /** How many migrations are in force. */
  readonly schemaVersion: number;
  /** What people must know of this kind of database, or null. */
  readonly limitation: { readonly ko: string; readonly en: string } | null;
};

/** Said wherever PGlite is in use. */
export const pgliteLimitation = {
  ko: "내장 데이터베이스(PGlite)는 체험과 소규모 사업장용입니다. 갑작스러운 정전에는 마지막 기록이 사라질 수 있으니, 실제 운영에는 DATABASE_URL로 PostgreSQL을 지정해 주세요.",
  en: "The built-in database (PGlite) is for trials and small sites: a power cut may cost the last records. For production give a PostgreSQL as DATABASE_URL.",
};
