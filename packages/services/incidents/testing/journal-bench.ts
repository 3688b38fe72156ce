import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ManualClock, SeededRandom, silentLog } from "@jikimi/kernel";
import { type JournalLimits, SpoolingJournal } from "../src/spooling-journal.ts";
import { FaultyCallStore } from "./faulty-store.ts";

/** A journal over a faulty store, a clock that stands still and a folder of its own; any number of runs after each other. */
export async function journalBench(limits: Partial<JournalLimits> = {}) {
  const folder = await mkdtemp(join(tmpdir(), "jikimi-journal-"));
  const store = new FaultyCallStore();
  const clock = new ManualClock();
  const random = new SeededRandom(17);
  const spoolPath = join(folder, "journal.spool");
  const spoolKey = new Uint8Array(32).fill(4);
  const journals: SpoolingJournal[] = [];

  return {
    folder,
    store,
    clock,
    random,
    spoolPath,
    /** A run of the product: opens the journal on whatever the run before left. */
    async start(): Promise<SpoolingJournal> {
      const journal = await SpoolingJournal.open({ store, spoolPath, spoolKey, clock, random, log: silentLog, limits });
      journals.push(journal);
      return journal;
    },
    /** Lets time pass in steps, with disk and database catching up between them, until `reached`. */
    async passUntil(reached: () => boolean, stepMs = 100): Promise<void> {
      for (let step = 0; step < 50_000; step += 1) {
        if (reached()) return;
        await clock.advance(stepMs);
      }
      throw new Error("not reached");
    },
    async [Symbol.asyncDispose](): Promise<void> {
      store.mode = "failing";
      store.release();
      for (const journal of journals) {
        const closing = journal[Symbol.asyncDispose]();
        await clock.advance(60_000);
        await closing;
      }
      await rm(folder, { recursive: true, force: true });
    },
  };
}
