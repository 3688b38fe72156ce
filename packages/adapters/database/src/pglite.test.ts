import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { databaseContract } from "../testing/database-contract.ts";
import { type FreshStores, freshStores } from "../testing/fresh-stores.ts";

let folder: string;
let fresh: FreshStores;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "jikimi-pglite-"));
  fresh = await freshStores(`pglite:${folder}`);
}, 60_000);

afterAll(async () => {
  await fresh[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
});

databaseContract("PGlite", () => fresh);

test("an answer of megabytes comes whole", async () => {
  const { rows } = await fresh.pool.query("SELECT repeat('한', 3000000) AS text");
  expect(rows[0].text).toHaveLength(3_000_000);
});

test("the event loop goes on while PGlite thinks", async () => {
  let turns = 0;
  const thinking = fresh.pool.query("SELECT sum(i) FROM generate_series(1, 300000) i").then(() => true);
  while (!(await Promise.race([thinking, new Promise((resolve) => setImmediate(() => resolve(false)))]))) turns += 1;
  expect(turns).toBeGreaterThan(10);
});

test("a PGlite that no longer answers is ended, and the next question finds it started again", async () => {
  await fresh.pool.query("CREATE TABLE kept AS SELECT 7 AS seven");
  const stuck = fresh.pool.query("SELECT count(*) FROM generate_series(1, 1e15)").catch((failure: unknown) => failure);
  await new Promise((resolve) => setImmediate(resolve));
  await fresh.clock.advance(20_000);
  expect(await stuck).toMatchObject({ code: "worker-lost" });
  expect((await fresh.pool.query("SELECT seven FROM kept")).rows).toEqual([{ seven: 7 }]);
});
