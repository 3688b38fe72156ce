import { ManualClock, ResourceScope, silentLog } from "@jikimi/kernel";
import { drizzle } from "drizzle-orm/node-postgres";
import { PostgresAccountStore } from "../src/account-store.ts";
import { PostgresCallStore } from "../src/call-store.ts";
import { connect } from "../src/connect.ts";
import { PostgresDeskStore } from "../src/desk-store.ts";
import { PostgresDirectoryStore } from "../src/directory-store.ts";
import { withPlainFailures } from "../src/failures.ts";
import { migrate, readMigrations } from "../src/migrate.ts";
import * as schema from "../src/schema.ts";
import { PostgresSetupStore } from "../src/setup-store.ts";

/** One connected database whose tables are made anew for each test: the way the product makes them. */
export async function freshStores(url: string) {
  const scope = new ResourceScope();
  const clock = new ManualClock();
  const { pool, kind, serverVersion } = await connect(url, { clock, log: silentLog, scope });
  const migrations = await readMigrations(new URL("../migrations/", import.meta.url));
  return {
    clock,
    pool,
    kind,
    serverVersion,
    migrations,
    empty: async () => {
      await pool.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
    },
    stores: async () => {
      await pool.query("DROP SCHEMA public CASCADE; CREATE SCHEMA public");
      await migrate(pool, migrations, { clock, log: silentLog });
      const db = drizzle({ client: pool, schema, casing: "snake_case" });
      return {
        directory: withPlainFailures(new PostgresDirectoryStore(db)),
        calls: withPlainFailures(new PostgresCallStore(db)),
        desk: withPlainFailures(new PostgresDeskStore(db)),
        accounts: withPlainFailures(new PostgresAccountStore(db)),
        setup: withPlainFailures(new PostgresSetupStore(db, clock)),
      };
    },
    [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
  };
}

export type FreshStores = Awaited<ReturnType<typeof freshStores>>;
