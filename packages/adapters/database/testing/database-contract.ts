import { inspect } from "node:util";
import { deskStoreContract } from "@jikimi/desk/testing";
import { directoryStoreContract } from "@jikimi/directory/testing";
import { accountStoreContract } from "@jikimi/identity/testing";
import { aStory, callStoreContract, rejectingStoreContract } from "@jikimi/incidents/testing";
import { type AgentId, type CallId, type EpochMs, ManualClock, silentLog } from "@jikimi/kernel";
import { describe, expect, test } from "vitest";
import { migrate } from "../src/migrate.ts";
import type { FreshStores } from "./fresh-stores.ts";

/** What PGlite and PostgreSQL both do. */
export function databaseContract(name: string, fresh: () => FreshStores): void {
  directoryStoreContract(name, async () => (await fresh().stores()).directory);
  callStoreContract(name, async () => (await fresh().stores()).calls);
  rejectingStoreContract(name, async () => (await fresh().stores()).calls);
  deskStoreContract(name, () => fresh().stores());

  accountStoreContract(name, async () => (await withPeople(fresh())).accounts);

  describe(`sessions and passkeys: ${name}`, () => {
    const kim = "person-kim" as AgentId;
    const lee = "person-lee" as AgentId;
    const ids = async () => {
      const { rows } = await fresh().pool.query<{ id: string }>("SELECT id FROM sessions ORDER BY id");
      return rows.map(({ id }) => id);
    };

    test("are closed by one, by person with an exception, and by age", async () => {
      const { accounts } = await withAccounts(fresh());
      await accounts.closeSession("s1");
      expect(await ids()).toEqual(["s2", "s3", "s4"]);
      await accounts.closeSessionsOf(kim, { except: "s3" });
      expect(await ids()).toEqual(["s3", "s4"]);
      await accounts.removeSessionsBefore(Date.parse("2026-01-04T00:00:00Z") as EpochMs);
      expect(await ids()).toEqual(["s4"]);
      await accounts.closeSessionsOf(lee, { except: null });
      expect(await ids()).toEqual([]);
    });

    test("say when they were last used, and whose keys they are", async () => {
      const { accounts } = await withAccounts(fresh());
      await accounts.sessionSeen("s1", Date.parse("2026-01-05T01:02:03.004Z") as EpochMs);
      const { rows } = await fresh().pool.query("SELECT id FROM sessions WHERE seen_at = '2026-01-05T01:02:03.004Z'");
      expect(rows).toEqual([{ id: "s1" }]);
      expect(await accounts.passkeysOf(kim)).toEqual([
        { id: "k1", name: "열쇠", createdAtMs: Date.parse("2026-01-01T00:00:00Z") },
        { id: "k2", name: "", createdAtMs: null },
      ]);
      expect(await accounts.removePasskey(lee, "k1")).toBe(false);
      expect(await accounts.removePasskey(kim, "k1")).toBe(true);
      await accounts.removePasskeysOf(kim);
      expect(await accounts.passkeysOf(kim)).toEqual([]);
    });
  });

  test(`steps of the first run are done once and for all: ${name}`, async () => {
    const { setup } = await fresh().stores();
    expect([...(await setup.done())]).toEqual([]);
    await setup.markDone("policy");
    await setup.markDone("policy");
    expect([...(await setup.done())]).toEqual(["policy"]);
  });

  const options = { clock: new ManualClock(), log: silentLog };
  const tables = async () => {
    const { rows } = await fresh().pool.query<{ table_name: string }>(
      "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public' ORDER BY 1",
    );
    return rows.map(({ table_name }) => table_name);
  };

  describe(`migrations: ${name}`, () => {
    test("make the tables from nothing, and do nothing the second time", async () => {
      const { pool, migrations, empty } = fresh();
      await empty();
      expect(await migrate(pool, migrations, options)).toBe(migrations.length);
      const first = await pool.query("SELECT * FROM jikimi_migrations ORDER BY position");
      expect(await migrate(pool, migrations, options)).toBe(migrations.length);
      expect((await pool.query("SELECT * FROM jikimi_migrations ORDER BY position")).rows).toEqual(first.rows);
      expect(await tables()).toContain("call_events");
    });

    test("that start at the same moment happen once", async () => {
      const { pool, migrations, empty } = fresh();
      await empty();
      await Promise.all([1, 2, 3].map(() => migrate(pool, migrations, options)));
      const { rows } = await pool.query("SELECT count(*)::int AS count FROM jikimi_migrations");
      expect(rows).toEqual([{ count: migrations.length }]);
    });

    test("that fail leave everything as it was", async () => {
      const { pool, migrations, empty } = fresh();
      await empty();
      const bad = {
        tag: "9999_bad",
        sql: "CREATE TABLE half_done ();--> statement-breakpoint\nSELECT 1/0",
        sha256: "x",
      };
      await expect(migrate(pool, [...migrations, bad], options)).rejects.toMatchObject({ code: "migration-failed" });
      expect(await tables()).toEqual([]);
      await migrate(pool, migrations, options);
      await expect(migrate(pool, [...migrations, bad], options)).rejects.toMatchObject({ code: "migration-failed" });
      expect(await tables()).not.toContain("half_done");
    });

    test("of a newer product are refused, and so is a past that is not ours", async () => {
      const { pool, migrations, empty } = fresh();
      await empty();
      await migrate(pool, migrations, options);
      await expect(migrate(pool, migrations.slice(0, 1), options)).rejects.toMatchObject({
        code: "schema-newer",
        ko: expect.stringContaining("새 판"),
      });
      const other = migrations.map((migration, at) => (at === 1 ? { ...migration, sha256: "other" } : migration));
      await expect(migrate(pool, other, options)).rejects.toMatchObject({ code: "schema-altered" });
      expect(await migrate(pool, migrations, options)).toBe(migrations.length);
    });
  });

  test.for([
    "UPDATE call_events SET kind = 'nothing'",
    "UPDATE call_events SET personal = '{}'",
    "UPDATE call_events SET personal = NULL, body = '{}'",
    "DELETE FROM call_events",
    "TRUNCATE call_events",
    "UPDATE policies SET author = 'nobody'",
    "DELETE FROM policies",
    "TRUNCATE policies",
  ])(`${name} itself refuses: %s`, async (statement) => {
    const { pool, stores } = fresh();
    await stores();
    await pool.query("INSERT INTO policies VALUES ('p', 1, '{}', 'kim', now())");
    await pool.query(
      "INSERT INTO call_events VALUES ('c', 1, 0, now(), 'invite', '{\"a\":1}', '{\"salt\":\"x\"}', 'h', 'p', 'h')",
    );
    await expect(pool.query(statement)).rejects.toMatchObject({ code: "23001" });
    await pool.query("UPDATE call_events SET personal = NULL");
  });

  test(`${name} erases what agents noted of a call with the call`, async () => {
    const { calls, desk } = await fresh().stores();
    const callId = "call-1" as CallId;
    const agentId = "kim" as AgentId;
    await calls.write([aStory(callId).open()]);
    await desk.noteJoined({ callId, agentId, atMs: 1 as EpochMs });
    const wrapUp = { callId, agentId, disposition: "answered", note: "홍길동 님, 010-1234-5678" };
    await desk.saveWrapUp({ ...wrapUp, completedAtMs: 2 as EpochMs });
    await calls.erasePersonal(callId);
    expect(await desk.find(agentId, callId)).toMatchObject({
      note: "",
      disposition: "answered",
      completedAtMs: 2,
      call: { callerNumber: null },
    });
  });

  test(`${name} gives the calls of before the desk to their agents`, async () => {
    const { pool, migrations, empty } = fresh();
    await empty();
    await migrate(pool, migrations.slice(0, 2), options);
    const columns = "call_id, direction, started_at, simulated, state, last_seq, last_hash, agent_id, bridged_at";
    await pool.query(`INSERT INTO calls (${columns}) VALUES
      ('c1', 'inbound', now(), false, 'ended', 1, 'h', 'kim', now()), ('c2', 'inbound', now(), false, 'ended', 1, 'h', NULL, NULL)`);
    await migrate(pool, migrations, options);
    const { rows } = await pool.query(
      "SELECT call_id, agent_id, joined_at IS NOT NULL AS joined, note FROM agent_calls",
    );
    expect(rows).toEqual([{ call_id: "c1", agent_id: "kim", joined: true, note: "" }]);
  });

  test(`${name} fails without telling what it was given`, async () => {
    const { pool, stores } = fresh();
    const { calls } = await stores();
    await pool.query("DROP TABLE call_events");
    const spoken = { kind: "utterance", atMs: 1, text: "개인적인 말" };
    const story = aStory("call-1" as CallId);
    const failure = await calls.write([story.open(), story.next(spoken)]).catch((error) => error);
    expect(failure).toMatchObject({
      name: "DatabaseError",
      code: "query-failed",
      en: expect.stringContaining("42P01"),
    });
    expect(inspect(failure, { depth: 9 })).not.toMatch(/개인적인|01012345678/);
  });

  test(`${name} answers again after a query that failed, and after a transaction that was abandoned`, async () => {
    const { pool, stores } = fresh();
    await stores();
    await expect(pool.query("SELECT 1/0")).rejects.toMatchObject({ code: "22012" });
    const client = await pool.connect();
    await client.query("BEGIN");
    await client.query("INSERT INTO numbers VALUES ('+8221', 'none')").catch(() => {});
    client.release(true);
    expect((await pool.query("SELECT $1::text AS said, 5::int8 AS big", ["한글 ✓"])).rows).toEqual([
      { said: "한글 ✓", big: "5" },
    ]);
  });
}

/** Accounts belong to people of the directory. */
async function withPeople(fresh: FreshStores) {
  const stores = await fresh.stores();
  await fresh.pool.query(`INSERT INTO people (id, sip_username, display_name, role, ha1_md5, ha1_sha256, active, created_at)
    VALUES ('person-kim', 'kim', '김', 'agent', '', '', true, now()), ('person-lee', 'lee', '이', 'auditor', '', '', true, now())`);
  return stores;
}

async function withAccounts(fresh: FreshStores) {
  const stores = await withPeople(fresh);
  for (const personId of ["person-kim", "person-lee"] as AgentId[]) {
    await stores.accounts.put({ personId, passwordHash: "h", displayName: "", atMs: 0 as EpochMs });
  }
  await fresh.pool.query(`INSERT INTO sessions (id, user_id, token, created_at, updated_at, expires_at)
    SELECT id, owner, id, opened::timestamptz, now(), now() FROM (VALUES
      ('s1', 'person-kim', '2026-01-01T00:00:00Z'), ('s2', 'person-kim', '2026-01-02T00:00:00Z'),
      ('s3', 'person-kim', '2026-01-03T00:00:00Z'), ('s4', 'person-lee', '2026-01-04T00:00:00Z')) AS s (id, owner, opened)`);
  await fresh.pool.query(`INSERT INTO passkeys (id, name, public_key, user_id, credential_id, counter, device_type, backed_up, created_at)
    VALUES ('k1', '열쇠', 'p', 'person-kim', 'c1', 4294967295, 'singleDevice', false, '2026-01-01T00:00:00Z'),
      ('k2', NULL, 'p', 'person-kim', 'c2', 0, 'singleDevice', false, NULL)`);
  return stores;
}
