import { readdir, stat } from "node:fs/promises";
import type { CallId } from "@jikimi/kernel";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { anOpening, journalBench, type MemoryCallStore } from "../testing/index.ts";
import { eventOf, verifyChain } from "./chain.ts";
import { IncidentsError } from "./errors.ts";
import type { SpoolingJournal } from "./spooling-journal.ts";

const call1 = "call-1" as CallId;
const call2 = "call-2" as CallId;

function begin(journal: SpoolingJournal, callId = call1) {
  journal.open(anOpening(callId), { kind: "invite", atMs: 0, from: "+821012345678" });
}

function say(journal: SpoolingJournal, n: number, callId = call1) {
  return journal.append(callId, { kind: "utterance", atMs: n, text: `말 ${n}` });
}

async function texts(store: MemoryCallStore, callId = call1) {
  return (await store.listEntries(callId)).map((entry) => eventOf(entry).text ?? entry.kind);
}

async function verified(store: MemoryCallStore, callId = call1) {
  const row = await store.findCall(callId);
  const end = { seq: row?.lastSeq ?? 0, hash: row?.lastHash ?? "" };
  return verifyChain(await store.listEntries(callId), end);
}

const spoolGone = async (path: string) => (await stat(path).catch(() => null)) === null;

describe("while the database answers", () => {
  test("entries reach it in order, with what changes in the call's row, and nothing is on disk", async () => {
    await using bench = await journalBench();
    const journal = await bench.start();
    begin(journal);
    journal.append(call1, { kind: "bridged", atMs: 5, agentId: "kim" }, { state: "talking" });
    say(journal, 1);
    expect(await journal.settled()).toBe("stored");
    expect(await texts(bench.store)).toEqual(["invite", "bridged", "말 1"]);
    expect(await bench.store.findCall(call1)).toMatchObject({ state: "talking", lastSeq: 3 });
    expect(await verified(bench.store)).toMatchObject({ kind: "intact", entries: 3 });
    expect(await spoolGone(bench.spoolPath)).toBe(true);
    expect(journal.health()).toEqual({ state: "direct", waiting: 0, lost: 0 });
  });

  test("who listens hears each event at once, as it was given, with what it changes", async () => {
    await using bench = await journalBench();
    bench.store.mode = "hanging";
    const journal = await bench.start();
    const heard: unknown[] = [];
    const stop = journal.onEvent((told) => heard.push(told));
    begin(journal);
    journal.append(call1, { kind: "bridged", atMs: 1 }, { state: "talking" });
    stop();
    say(journal, 1);
    expect(heard).toEqual([
      {
        callId: call1,
        seq: 1,
        event: { kind: "invite", atMs: 0, from: "+821012345678" },
        opening: anOpening(call1),
      },
      { callId: call1, seq: 2, event: { kind: "bridged", atMs: 1 }, change: { state: "talking" } },
    ]);
  });

  test("a call is opened once, and told of only after that", async () => {
    await using bench = await journalBench();
    const journal = await bench.start();
    begin(journal);
    expect(() => begin(journal)).toThrow("already-open");
    expect(() => say(journal, 1, call2)).toThrow("unknown-call");
  });
});

describe("when the database is slow or away", () => {
  test("a hanging write moves everything to disk, calls never wait, and all is caught up later", async () => {
    await using bench = await journalBench();
    bench.store.mode = "hanging";
    const journal = await bench.start();
    begin(journal);
    for (let n = 1; n <= 20; n += 1) say(journal, n);
    expect(journal.health()).toEqual({ state: "direct", waiting: 21, lost: 0 });
    const settled = journal.settled();
    await bench.clock.advance(500);
    expect(await settled).toBe("spooled");
    expect((await stat(bench.spoolPath)).size).toBeGreaterThan(21 * 100);
    expect(await bench.store.listEntries(call1)).toEqual([]);
    begin(journal, call2);
    bench.store.mode = "well";
    await bench.passUntil(() => journal.health().state === "direct");
    expect(await texts(bench.store)).toEqual(["invite", ...Array.from({ length: 20 }, (_, n) => `말 ${n + 1}`)]);
    expect(await verified(bench.store, call2)).toMatchObject({ kind: "intact" });
    expect(await spoolGone(bench.spoolPath)).toBe(true);
    bench.store.release();
    await bench.clock.advance(1000);
    expect(await bench.store.listEntries(call1)).toHaveLength(21);
    expect(await verified(bench.store)).toMatchObject({ kind: "intact", entries: 21 });
  });

  test.for(["failing", "failing-after-writing"] as const)("a %s database loses and doubles nothing", async (mode) => {
    await using bench = await journalBench();
    const journal = await bench.start();
    begin(journal);
    await journal.settled();
    bench.store.mode = mode;
    say(journal, 1);
    expect(await journal.settled()).toBe("spooled");
    say(journal, 2);
    journal.append(call1, { kind: "bye", atMs: 9 }, { state: "ended", endReason: "hung-up" });
    await bench.clock.advance(3000);
    expect(journal.health().state).toBe("spooling");
    bench.store.mode = "well";
    await bench.passUntil(() => journal.health().state === "direct");
    expect(await texts(bench.store)).toEqual(["invite", "말 1", "말 2", "bye"]);
    expect(await bench.store.findCall(call1)).toMatchObject({ state: "ended", endReason: "hung-up", lastSeq: 4 });
    expect(await verified(bench.store)).toMatchObject({ kind: "intact" });
  });

  test("a failed database is not hammered: it is asked again after longer and longer pauses", async () => {
    await using bench = await journalBench();
    bench.store.mode = "failing";
    const journal = await bench.start();
    begin(journal);
    await journal.settled();
    const { attempts } = bench.store;
    const beforeMs = bench.clock.monotonicMs();
    await bench.passUntil(() => bench.store.attempts === attempts + 4, 50);
    expect(bench.clock.monotonicMs() - beforeMs).toBeGreaterThanOrEqual(500 + 1000 + 2000);
  });

  test("more than memory holds goes to disk before any time passes", async () => {
    await using bench = await journalBench({ memoryEntries: 10 });
    bench.store.mode = "hanging";
    const journal = await bench.start();
    begin(journal);
    for (let n = 1; n <= 50; n += 1) say(journal, n);
    expect(await journal.settled()).toBe("spooled");
    expect(journal.health()).toEqual({ state: "replaying", waiting: 51, lost: 0 });
    bench.store.mode = "well";
    await bench.passUntil(() => journal.health().state === "direct");
    expect(await verified(bench.store)).toMatchObject({ kind: "intact", entries: 51 });
  });

  test("what a killed process left on disk reaches the database once, at the next start", async () => {
    await using bench = await journalBench();
    bench.store.mode = "failing-after-writing";
    const killed = await bench.start();
    begin(killed);
    for (let n = 1; n <= 5; n += 1) say(killed, n);
    await killed.settled();
    bench.store.mode = "well";
    const next = await bench.start();
    expect(await next.replayed({ withinMs: 1000 })).toBe(true);
    expect(await texts(bench.store)).toEqual(["invite", "말 1", "말 2", "말 3", "말 4", "말 5"]);
    expect(await verified(bench.store)).toMatchObject({ kind: "intact" });
  });

  test("an orderly end leaves the rest sealed on disk instead of waiting for the database", async () => {
    await using bench = await journalBench();
    bench.store.mode = "hanging";
    const journal = await bench.start();
    begin(journal);
    say(journal, 1);
    const closing = journal[Symbol.asyncDispose]();
    await bench.clock.advance(2000);
    await closing;
    bench.store.mode = "well";
    const next = await bench.start();
    await next.replayed({ withinMs: 1000 });
    expect(await texts(bench.store)).toEqual(["invite", "말 1"]);
  });
});

describe("when even that fails", () => {
  test("an entry that the database refuses for good is put aside, and the others go on", async () => {
    await using bench = await journalBench();
    bench.store.refuses = ({ entry }) => (entry.seq === 3 ? new IncidentsError("store-rejected") : null);
    const journal = await bench.start();
    begin(journal);
    for (let n = 1; n <= 4; n += 1) say(journal, n);
    await journal.settled();
    expect(await texts(bench.store)).toEqual(["invite", "말 1", "말 3", "말 4"]);
    expect(journal.health()).toEqual({ state: "direct", waiting: 0, lost: 1 });
    expect(await verified(bench.store)).toEqual({ kind: "broken", seq: 3, why: "hole" });
    expect(await readdir(bench.folder)).toEqual(["journal.spool.rejected"]);
  });

  test("with database and disk both failing, memory holds on, then says what it loses", async () => {
    await using bench = await journalBench({ memoryEntries: 5, spoolBytes: 10 });
    bench.store.mode = "failing";
    const journal = await bench.start();
    begin(journal);
    for (let n = 1; n <= 60; n += 1) say(journal, n);
    const settled = journal.settled();
    await bench.clock.advance(1000);
    expect(await settled).toBe("memory");
    await bench.passUntil(() => journal.health().state === "lossy");
    expect(journal.health()).toEqual({ state: "lossy", waiting: 50, lost: 11 });
    bench.store.mode = "well";
    await bench.passUntil(() => journal.health().state === "direct");
    expect(await bench.store.listEntries(call1)).toHaveLength(50);
    say(journal, 61);
    await journal.settled();
    expect(await verified(bench.store)).toEqual({ kind: "broken", seq: 51, why: "hole" });
  });
});

describe("what is told of a call later", () => {
  test("is chained to its end, in this run and in the next", async () => {
    await using bench = await journalBench({ rememberedCalls: 1 });
    const journal = await bench.start();
    begin(journal);
    journal.append(call1, { kind: "bye", atMs: 1 }, { state: "ended" });
    begin(journal, call2);
    journal.append(call2, { kind: "bye", atMs: 1 }, { state: "ended" });
    expect(() => say(journal, 1)).toThrow("unknown-call");
    await journal.annotate(call1, { kind: "number-revealed", atMs: 2 });
    await journal.settled();
    const next = await bench.start();
    await Promise.all([
      next.annotate(call1, { kind: "number-revealed", atMs: 3 }),
      next.annotate(call1, { kind: "number-revealed", atMs: 4 }),
    ]);
    await next.settled();
    expect(await verified(bench.store)).toMatchObject({ kind: "intact", entries: 5 });
    await expect(next.annotate("call-9" as CallId, { kind: "x", atMs: 1 })).rejects.toMatchObject({
      code: "unknown-call",
    });
  });

  test("waits for the spool, so that no number is given twice", async () => {
    await using bench = await journalBench();
    bench.store.mode = "failing";
    const killed = await bench.start();
    begin(killed);
    await killed.settled();
    const next = await bench.start();
    const refused = next.annotate(call1, { kind: "x", atMs: 1 }).catch((failure: unknown) => failure);
    await bench.clock.advance(6000);
    expect(await refused).toMatchObject({ code: "not-replayed" });
    bench.store.mode = "well";
    await bench.passUntil(() => next.health().state === "direct");
    expect((await next.annotate(call1, { kind: "number-revealed", atMs: 2 })).seq).toBe(2);
  });
});

test("whatever the database does and however often the product is killed, what was safe is there once, in order", async () => {
  const step = fc.oneof(
    { weight: 8, arbitrary: fc.record({ kind: fc.constant("say" as const), call: fc.integer({ min: 0, max: 2 }) }) },
    {
      weight: 3,
      arbitrary: fc.record({
        kind: fc.constant("mode" as const),
        mode: fc.constantFrom(
          "well" as const,
          "hanging" as const,
          "failing" as const,
          "failing-after-writing" as const,
        ),
      }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant("pass" as const), ms: fc.integer({ min: 1, max: 7000 }) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("release" as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant("kill" as const) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      await using bench = await journalBench({ memoryEntries: 8, batchEntries: 3 });
      let run = 0;
      let journal = await bench.start();
      let said = 0;
      const told = new Map<CallId, string[]>();
      const idOf = (call: number) => `call-${run}-${call}` as CallId;
      for (const one of steps) {
        switch (one.kind) {
          case "say": {
            const callId = idOf(one.call);
            const words = told.get(callId) ?? ["invite"];
            if (!told.has(callId)) begin(journal, callId);
            said += 1;
            say(journal, said, callId);
            told.set(callId, [...words, `말 ${said}`]);
            break;
          }
          case "mode":
            bench.store.mode = one.mode;
            break;
          case "pass":
            await bench.clock.advance(one.ms);
            break;
          case "release":
            bench.store.release();
            break;
          case "kill": {
            const settled = journal.settled();
            await bench.passUntil(() => journal.health().waiting === 0 || journal.health().state !== "direct");
            await settled;
            run += 1;
            journal = await bench.start();
          }
        }
      }
      bench.store.mode = "well";
      bench.store.release();
      await bench.passUntil(() => journal.health().state === "direct" && journal.health().waiting === 0);
      for (const [callId, words] of told) {
        expect(await texts(bench.store, callId)).toEqual(words);
        expect(await verified(bench.store, callId)).toMatchObject({ kind: "intact", entries: words.length });
      }
    }),
    { numRuns: 60 },
  );
}, 60_000);
