import { createHash } from "node:crypto";
import { readFile } from "node:fs/promises";
import type { Clock, Log } from "@jikimi/kernel";
import type pg from "pg";
import { DatabaseError } from "./errors.ts";

export type Migration = { readonly tag: string; readonly sql: string; readonly sha256: string };

/** The folder that drizzle-kit writes: `meta/_journal.json` gives the order, one SQL file each. */
export async function readMigrations(folder: URL): Promise<readonly Migration[]> {
  const journal = JSON.parse(await readFile(new URL("meta/_journal.json", folder), "utf8")) as {
    entries: readonly { tag: string }[];
  };
  return Promise.all(
    journal.entries.map(async ({ tag }) => {
      const sql = (await readFile(new URL(`${tag}.sql`, folder), "utf8")).replaceAll("\r\n", "\n");
      return { tag, sql, sha256: createHash("sha256").update(sql, "utf8").digest("hex") };
    }),
  );
}

/**
 * Brings the schema up to date: all that is missing in one transaction, under an advisory lock, so that servers that
 * start together wait for each other and a failure leaves everything as it was. Refuses a schema that is newer than
 * this product, and one whose past differs from ours. Returns how many migrations are in force.
 */
export async function migrate(
  pool: pg.Pool,
  migrations: readonly Migration[],
  { clock, log }: { clock: Clock; log: Log },
): Promise<number> {
  const client = await pool.connect();
  try {
    await client.query("BEGIN");
    await client.query("SELECT pg_advisory_xact_lock($1)", [migrationLock]);
    await client.query(
      `CREATE TABLE IF NOT EXISTS jikimi_migrations (
        position integer PRIMARY KEY, tag text NOT NULL, sha256 text NOT NULL, applied_at timestamptz NOT NULL
      )`,
    );
    const { rows } = await client.query<{ tag: string; sha256: string }>(
      "SELECT tag, sha256 FROM jikimi_migrations ORDER BY position",
    );
    refuseForeignPast(rows, migrations);
    for (const [position, migration] of migrations.entries()) {
      if (position < rows.length) continue;
      for (const statement of migration.sql.split("--> statement-breakpoint")) await client.query(statement);
      await client.query("INSERT INTO jikimi_migrations VALUES ($1, $2, $3, $4)", [
        position,
        migration.tag,
        migration.sha256,
        new Date(clock.nowMs()).toISOString(),
      ]);
      log.info({ migration: migration.tag }, "database schema migrated");
    }
    await client.query("COMMIT");
    client.release();
  } catch (failure) {
    // The connection goes with its transaction: nothing half done stays.
    client.release(true);
    if (failure instanceof DatabaseError) throw failure;
    throw new DatabaseError(
      "migration-failed",
      {
        ko: `데이터베이스 구조를 바꾸지 못했습니다. 아무것도 바뀌지 않았습니다. 원인: ${String(failure)}`,
        en: `The database schema could not be migrated; nothing was changed. Cause: ${String(failure)}`,
      },
      { cause: failure },
    );
  }
  return migrations.length;
}

function refuseForeignPast(
  applied: readonly { tag: string; sha256: string }[],
  migrations: readonly Migration[],
): void {
  const altered = applied.find(({ sha256 }, position) => {
    const ours = migrations[position];
    return ours !== undefined && ours.sha256 !== sha256;
  });
  if (altered !== undefined) {
    throw new DatabaseError("schema-altered", {
      ko: `데이터베이스의 구조 변경 이력(${altered.tag})이 이 제품의 것과 다릅니다. 다른 제품의 데이터베이스이거나 파일이 고쳐졌습니다. 백업에서 복구하거나 다른 데이터베이스를 지정해 주세요.`,
      en: `The database's migration ${altered.tag} is not the one of this product: it belongs to something else, or a file was edited. Restore a backup or give another database.`,
    });
  }
  if (applied.length > migrations.length) {
    throw new DatabaseError("schema-newer", {
      ko: `데이터베이스가 이 지킴이보다 새 판(구조 ${applied.length})으로 만들어졌습니다. 이 판은 구조 ${migrations.length}까지만 압니다. 새 판을 설치하거나 이전 백업을 쓰세요.`,
      en: `The database was made by a newer Jikimi (schema ${applied.length}); this one knows up to ${migrations.length}. Install the newer version, or use an older backup.`,
    });
  }
}

/** An arbitrary number that is ours: "jikimi" in ASCII, shortened to what a bigint parameter takes. */
const migrationLock = 0x6a696b69;
