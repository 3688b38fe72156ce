import type { Db } from "./db.ts";
import { accounts, passkeys, sessions, verifications } from "./schema.ts";

/** drizzle and the four tables, under the names that better-auth has for them. */
export function signInTables(db: Db) {
  return { db, tables: { user: accounts, session: sessions, verification: verifications, passkey: passkeys } };
}

export type SignInTables = ReturnType<typeof signInTables>;
