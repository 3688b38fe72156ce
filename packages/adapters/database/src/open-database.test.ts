import { randomBytes } from "node:crypto";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type JournalEvent, verifyChain } from "@jikimi/incidents";
import { aStory } from "@jikimi/incidents/testing";
import { type CallId, ManualClock, silentLog } from "@jikimi/kernel";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startChild } from "../testing/child.ts";
import { makeDataFolder } from "./data-folder.ts";
import { openDatabase } from "./open-database.ts";

const options = { clock: new ManualClock(), log: silentLog };
const call1 = "call-1" as CallId;
let folder: string;
let url: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "jikimi-database-"));
  url = `pglite:${join(folder, "data")}`;
});

afterAll(() => rm(folder, { recursive: true, force: true }));

test("what a writer was told is kept survives its kill -9, whole and in order", async () => {
  await using writer = startChild(new URL("../testing/write-calls.ts", import.meta.url), url, join(folder, "spool"));
  let acknowledged = 0;
  while (acknowledged < 60) acknowledged = Number(await writer.nextLine());
  for (const line of await writer.kill()) acknowledged = Number(line);

  await using database = await openDatabase({ url, ...options });
  const call = await database.calls.findCall(call1);
  const entries = await database.calls.listEntries(call1);
  expect(entries.length).toBeGreaterThanOrEqual(acknowledged);
  expect(verifyChain(entries, { seq: call?.lastSeq ?? 0, hash: call?.lastHash ?? "" })).toMatchObject({
    kind: "intact",
    entries: entries.length,
  });
  expect(call?.endReason).toBe(`after ${entries.length - 1}`);
  expect((await database.calls.listUnfinished()).map(({ callId }) => callId)).toEqual([call1]);
}, 60_000);

test("PGlite says what it is for, keeps out a second opener, and lets go when closed or refused", async () => {
  const database = await openDatabase({ url, ...options });
  expect(await database.health()).toMatchObject({
    kind: "pglite",
    reachable: true,
    schemaVersion: 5,
    limitation: { en: expect.stringContaining("trials and small sites") },
  });
  await expect(openDatabase({ url, ...options })).rejects.toMatchObject({ code: "in-use" });
  expect((await database.health()).reachable).toBe(true);
  await database[Symbol.asyncDispose]();
  expect((await database.health()).reachable).toBe(false);
  await expect(openDatabase({ url, ...options, migrations: [] })).rejects.toMatchObject({ code: "schema-newer" });
  await using again = await openDatabase({ url, ...options });
  expect(await again.calls.findCall(call1)).not.toBeNull();
}, 60_000);

test.for(["", "pglite:", "mysql://host/db", "./data"])("the address '%s' is not understood", async (bad) => {
  await expect(openDatabase({ url: bad, ...options })).rejects.toMatchObject({
    code: "bad-url",
    ko: expect.stringContaining("postgres://"),
  });
});

test("a PostgreSQL that panics fails what is asked of it at once, instead of falling silent", async () => {
  const panicking = join(folder, "panicking");
  await using database = await openDatabase({ url: `pglite:${panicking}`, ...options });
  await rm(join(panicking, "pgdata", "pg_wal"), { recursive: true });
  const story = aStory(call1);
  const text = randomBytes(3_000_000).toString("base64");
  const fillLog = async () => {
    for (let n = 0; n < 10; n += 1) {
      await database.calls.write([
        n === 0 ? story.open() : story.next({ kind: "utterance", atMs: n, text } as JournalEvent),
      ]);
    }
  };
  await expect(fillLog()).rejects.toMatchObject({ name: "DatabaseError" });
  expect((await database.health()).reachable).toBe(false);
}, 60_000);

test("a folder that PGlite cannot open is told as such, and is not left locked", async () => {
  const broken = join(folder, "broken");
  await mkdir(broken);
  await makeDataFolder(join(broken, "pgdata"));
  await rm(join(broken, "pgdata", "global"), { recursive: true });
  await writeFile(join(broken, "pgdata", "global"), "");
  for (const _attempt of [1, 2]) {
    await expect(openDatabase({ url: `pglite:${broken}`, ...options })).rejects.toMatchObject({ code: "worker-lost" });
  }
}, 60_000);
