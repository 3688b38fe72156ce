import { ManualClock, silentLog } from "@jikimi/kernel";
import { afterAll, beforeAll, expect, test } from "vitest";
import { databaseContract } from "../testing/database-contract.ts";
import { type FreshStores, freshStores } from "../testing/fresh-stores.ts";
import { type PostgresCluster, startPostgres } from "../testing/postgres-cluster.ts";
import { openDatabase } from "./open-database.ts";

let cluster: PostgresCluster;
let fresh: FreshStores;

beforeAll(async () => {
  cluster = await startPostgres();
  fresh = await freshStores(cluster.url);
});

afterAll(async () => {
  await fresh?.[Symbol.asyncDispose]();
  await cluster?.[Symbol.asyncDispose]();
});

databaseContract("PostgreSQL", () => fresh);

const options = { clock: new ManualClock(), log: silentLog };

test("two servers share one PostgreSQL", async () => {
  await fresh.empty();
  const [one, two] = await Promise.all([1, 2].map(() => openDatabase({ url: cluster.url, ...options })));
  await using first = one as NonNullable<typeof one>;
  await using second = two as NonNullable<typeof two>;
  expect(await first.health()).toMatchObject({ kind: "postgresql", reachable: true, limitation: null });
  const number = {
    names: { ko: "기관", en: "Office" },
    language: "ko",
    timeZone: "Asia/Seoul",
    sipRealm: "x",
  } as const;
  await first.directory.putOrganisation(number);
  expect((await second.directory.load()).organisation).toEqual(number);
});

test("an address that nobody answers is told with what to check, and without the password", async () => {
  const url = `postgres://jikimi:s3cret@127.0.0.1:1/postgres`;
  const failure = await openDatabase({ url, ...options }).catch((error) => error);
  expect(failure).toMatchObject({ name: "DatabaseError", code: "unreachable" });
  expect(`${failure.ko}${failure.en}${failure.stack}`).not.toContain("s3cret");
  expect(failure.ko).toContain("DATABASE_URL");
});

test("a server that crashes fails what is asked of it, and is no crash of ours", async () => {
  await using crashing = await startPostgres();
  await using database = await openDatabase({ url: crashing.url, ...options });
  expect((await database.health()).reachable).toBe(true);
  await using holding = await freshStores(crashing.url);
  const inTransaction = await holding.pool.connect();
  await inTransaction.query("BEGIN");
  const waiting = inTransaction.query("SELECT pg_sleep(1000)").catch((failure: unknown) => failure);
  await crashing.kill();
  expect(await waiting).toBeInstanceOf(Error);
  inTransaction.release(true);
  while ((await database.health()).reachable);
  expect(await database.health()).toMatchObject({ reachable: false, latencyMs: null });
  await expect(database.calls.listUnfinished()).rejects.toThrow();
});
