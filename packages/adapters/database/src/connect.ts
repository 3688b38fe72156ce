import { mkdir } from "node:fs/promises";
import { Socket } from "node:net";
import { resolve } from "node:path";
import type { Clock, Log, ResourceScope } from "@jikimi/kernel";
import pg from "pg";
import { makeDataFolder } from "./data-folder.ts";
import type { DatabaseKind } from "./database.ts";
import { DatabaseError } from "./errors.ts";
import { lockFolder } from "./folder-lock.ts";
import { PGliteThread } from "./pglite-thread.ts";

/** How long queries that are under way may take when the database is closed. */
const END_PATIENCE_MS = 3000;

export type Connected = { readonly kind: DatabaseKind; readonly pool: pg.Pool; readonly serverVersion: string };

type Owner = { readonly clock: Clock; readonly log: Log; readonly scope: ResourceScope };

/** A pool on either kind of database, checked to be there and new enough. `scope` owns all that was opened. */
export async function connect(url: string, { clock, log, scope }: Owner): Promise<Connected> {
  const { kind, pool } = await openPool(url, { clock, log, scope });
  return { kind, pool, serverVersion: await checkServer(pool, url) };
}

async function openPool(url: string, { clock, log, scope }: Owner): Promise<{ kind: DatabaseKind; pool: pg.Pool }> {
  if (url.startsWith("pglite:")) {
    const folder = resolve(url.slice("pglite:".length));
    if (url === "pglite:") throw badUrl(url);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    scope.use(await lockFolder(folder));
    const dataFolder = resolve(folder, "pgdata");
    await makeDataFolder(dataFolder);
    const thread = new PGliteThread({ folder: dataFolder, clock, log });
    scope.defer(() => thread.close());
    await thread.start();
    // One session: a second connection inside a transaction would wait for itself, so it fails after a while.
    const pool = newPool({
      user: "postgres",
      database: "postgres",
      ssl: false,
      stream: () => thread.connection(),
      max: 1,
      connectionTimeoutMillis: 20_000,
    });
    return { kind: "pglite", pool };
  }
  if (!/^postgres(?:ql)?:\/\//.test(url)) throw badUrl(url);
  // Known, so that they can be let go when the server at their other end says nothing any more.
  const sockets = new Set<Socket>();
  scope.defer(() => {
    for (const socket of sockets) socket.destroy();
  });
  const pool = newPool({
    connectionString: url,
    stream: () => {
      const socket = new Socket();
      sockets.add(socket);
      return socket.once("close", () => sockets.delete(socket));
    },
    max: 10,
    application_name: "jikimi",
    connectionTimeoutMillis: 5000,
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: 30_000,
    keepAlive: true,
  });
  return { kind: "postgresql", pool };

  function newPool(config: pg.PoolConfig): pg.Pool {
    const pool = new pg.Pool(config);
    const lost = (failure: Error) => log.warn({ failure: failure.message }, "a database connection was lost");
    pool.on("error", () => {});
    // One that is in the middle of a transaction tells nobody but itself, and an unheard `error` ends the process.
    pool.on("connect", (client) => client.on("error", lost));
    scope.defer(() => endWithin(END_PATIENCE_MS, pool, clock));
    return pool;
  }
}

/** A query without an answer would hold `end` up for good; who stops must be able to, and what matters lies in the spool. */
async function endWithin(patienceMs: number, pool: pg.Pool, clock: Clock): Promise<void> {
  const enough = new AbortController();
  await Promise.race([
    pool.end().finally(() => enough.abort()),
    clock.sleep(patienceMs, { signal: enough.signal }).catch(() => {}),
  ]);
}

async function checkServer(pool: pg.Pool, url: string): Promise<string> {
  const { rows } = await pool
    .query<{ number: number; version: string }>(
      "SELECT current_setting('server_version_num')::int AS number, current_setting('server_version') AS version",
    )
    .catch((cause: unknown) => {
      if (cause instanceof DatabaseError) throw cause;
      throw unreachable(url, cause);
    });
  const [server = { number: 0, version: "?" }] = rows;
  if (server.number >= 150_000) return server.version;
  throw new DatabaseError("server-too-old", {
    ko: `PostgreSQL ${server.version}은(는) 너무 오래되었습니다. 15 이상을 써 주세요.`,
    en: `PostgreSQL ${server.version} is too old. Use 15 or newer.`,
  });
}

function badUrl(url: string): DatabaseError {
  const shown = withoutPassword(url);
  return new DatabaseError("bad-url", {
    ko: `데이터베이스 주소 '${shown}'을(를) 알 수 없습니다. 예: postgres://사용자:비밀번호@호스트:5432/이름 또는 pglite:./data`,
    en: `The database address '${shown}' is not understood. Examples: postgres://user:password@host:5432/name or pglite:./data`,
  });
}

function unreachable(url: string, cause: unknown): DatabaseError {
  const shown = withoutPassword(url);
  const why = cause instanceof Error ? cause.message : String(cause);
  return new DatabaseError(
    "unreachable",
    {
      ko: `데이터베이스 ${shown}에 연결하지 못했습니다(${why}). 서버가 켜져 있는지, DATABASE_URL의 주소와 계정이 맞는지 확인해 주세요.`,
      en: `The database ${shown} cannot be reached (${why}). Check that it runs, and the address and account in DATABASE_URL.`,
    },
    { cause },
  );
}

/** A DATABASE_URL carries a password that must not be shown. */
function withoutPassword(url: string): string {
  return url.replace(/^([a-z]+:\/\/[^:@/]*):[^@]*@/i, "$1:***@");
}
