import { type Clock, type Log, ResourceScope } from "@jikimi/kernel";
import { drizzle } from "drizzle-orm/node-postgres";
import { PostgresAccountStore } from "./account-store.ts";
import { PostgresCallStore } from "./call-store.ts";
import { connect } from "./connect.ts";
import { type Database, type DatabaseHealth, pgliteLimitation } from "./database.ts";
import { PostgresDeskStore } from "./desk-store.ts";
import { PostgresDirectoryStore } from "./directory-store.ts";
import { withPlainFailures } from "./failures.ts";
import { type Migration, migrate, readMigrations } from "./migrate.ts";
import * as schema from "./schema.ts";
import { PostgresSetupStore } from "./setup-store.ts";
import { signInTables } from "./sign-in-tables.ts";

export type DatabaseOptions = {
  /** `pglite:<folder>` or `postgres://…` (`postgresql://…`). */
  readonly url: string;
  readonly clock: Clock;
  readonly log: Log;
  /** Ours unless a test brings its own. */
  readonly migrations?: readonly Migration[];
};

/** Opens, checks and migrates. Throws `DatabaseError` with the way out; nothing stays open or locked then. */
export async function openDatabase(options: DatabaseOptions): Promise<Database> {
  const { url, clock, log } = options;
  const scope = new ResourceScope();
  try {
    const { kind, pool, serverVersion } = await connect(url, { clock, log, scope });
    const migrations = options.migrations ?? (await readMigrations(new URL("../migrations/", import.meta.url)));
    const schemaVersion = await migrate(pool, migrations, { clock, log });
    const db = drizzle({ client: pool, schema, casing: "snake_case" });
    const limitation = kind === "pglite" ? pgliteLimitation : null;
    log.info({ kind, serverVersion, schemaVersion }, "database open");
    return {
      kind,
      directory: withPlainFailures(new PostgresDirectoryStore(db)),
      calls: withPlainFailures(new PostgresCallStore(db)),
      desk: withPlainFailures(new PostgresDeskStore(db)),
      accounts: withPlainFailures(new PostgresAccountStore(db)),
      setup: withPlainFailures(new PostgresSetupStore(db, clock)),
      signIn: signInTables(db),
      health: async (): Promise<DatabaseHealth> => {
        const askedAtMs = clock.monotonicMs();
        const reachable = await pool.query("SELECT 1").then(
          () => true,
          () => false,
        );
        const latencyMs = reachable ? clock.monotonicMs() - askedAtMs : null;
        return { kind, reachable, latencyMs, serverVersion, schemaVersion, limitation };
      },
      [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose](),
    };
  } catch (failure) {
    await scope[Symbol.asyncDispose]();
    throw failure;
  }
}
