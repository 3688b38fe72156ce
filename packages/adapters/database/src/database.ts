import type { DirectoryStore } from "@jikimi/directory";
import type { CallStore } from "@jikimi/incidents";

/** An open database with its schema up to date. Disposing waits for what runs, then closes and unlocks. */
export interface Database extends AsyncDisposable {
  readonly kind: "pglite" | "postgresql";
  readonly directory: DirectoryStore;
  readonly calls: CallStore;
  /** Asks the database a trivial question. Never rejects. */
  health(): Promise<DatabaseHealth>;
}

export type DatabaseHealth = {
  readonly kind: "pglite" | "postgresql";
  readonly reachable: boolean;
  readonly latencyMs: number | null;
  readonly serverVersion: string | null;
  readonly schemaVersion: number;
  /** What people must know of this kind of database, or null. */
  readonly limitation: { readonly ko: string; readonly en: string } | null;
};
