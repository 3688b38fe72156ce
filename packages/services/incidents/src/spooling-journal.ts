import { type CallId, type Clock, Listeners, type Log, type Random, type Timer } from "@jikimi/kernel";
import type { CallJournal, Durability, JournalHealth, ToldEvent } from "./api.ts";
import { type ChainEnd, chainEntry, chainStart } from "./chain.ts";
import { IncidentsError } from "./errors.ts";
import type { CallStore, JournalWrite } from "./ports.ts";
import { JournalSpool } from "./spool.ts";
import type { CallChange, CallOpening, JournalEntry, JournalEvent } from "./types.ts";

/**
 * The journal over a database that may be slow, dead or full:
 *
 *     append ─► memory ─► database                      while the database answers in time
 *                  └────► spool on disk ─► database     from the first late or failed write until all is caught up
 *
 * Entries are chained when they are appended and keep that order on both ways; giving the database one twice is
 * harmless (`CallStore.write`), so whatever is in doubt is given again. Memory is bounded: past `memoryEntries` the
 * spool takes over; only when the disk fails too, and ten times that many wait, is the newest entry dropped, counted
 * and told in the log, and its number stays missing in the chain.
 */
export class SpoolingJournal implements CallJournal, AsyncDisposable {
  readonly #store: CallStore;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #log: Log;
  readonly #limits: JournalLimits;
  readonly #spool: JournalSpool;
  /** What the database refused for good: kept for people to look at, not tried again. */
  readonly #rejected: JournalSpool;
  readonly #listeners: Listeners<ToldEvent>;
  readonly #ends = new Map<CallId, ChainEnd>();
  /** Ended calls in the order they ended: the oldest are forgotten. */
  readonly #endedCalls = new Set<CallId>();

  readonly #memory: JournalWrite[] = [];
  #taken = 0;
  #safe = 0;
  #lost = 0;
  #spooling = false;
  #spilling = false;
  #diskFailed = false;
  #databaseFailed = false;
  #closed = false;
  #awake = false;
  #onWake: () => void = () => {};
  #onClose: () => void = () => {};
  #diskRetry: Timer | undefined;
  readonly #settling = new Set<() => void>();

  private constructor(options: JournalOptions) {
    const { store, clock, random, log, spoolPath, spoolKey } = options;
    this.#store = store;
    this.#clock = clock;
    this.#random = random;
    this.#log = log;
    this.#limits = { ...defaultLimits, ...options.limits };
    const shared = { key: spoolKey, random, log, maxBytes: this.#limits.spoolBytes };
    this.#spool = new JournalSpool({ path: spoolPath, ...shared });
    this.#rejected = new JournalSpool({ path: `${spoolPath}.rejected`, ...shared });
    this.#listeners = new Listeners((failure) =>
      log.error({ failure: String(failure) }, "a listener to call events failed"),
    );
  }

  /** Takes up the spool of an earlier process and begins to replay it; `replayed` tells when it is through. */
  static async open(options: JournalOptions): Promise<SpoolingJournal> {
    const journal = new SpoolingJournal(options);
    const left = await journal.#spool.recover();
    await journal.#rejected.recover();
    if (left > 0) {
      options.log.info({ entries: left }, "replaying journal entries that waited on disk");
      journal.#spooling = true;
    }
    void journal.#feedDatabase();
    return journal;
  }

  open<Event extends JournalEvent>(opening: CallOpening, event: Event): JournalEntry {
    const { callId } = opening;
    if (this.#ends.has(callId)) throw new IncidentsError("already-open");
    this.#ends.set(callId, { seq: 0, hash: chainStart });
    return this.#append(callId, event, { opening: printable(opening) });
  }

  append<Event extends JournalEvent>(callId: CallId, event: Event, change?: CallChange): JournalEntry {
    return this.#append(callId, event, change === undefined ? {} : { change: printable(change) });
  }

  /** As `append`, with an incident's row in the same write; for `IncidentRecorder`. */
  appendWith<Event extends JournalEvent>(
    callId: CallId,
    event: Event,
    rows: (entry: JournalEntry) => Pick<JournalWrite, "incidentOpening" | "incidentClosing" | "change">,
  ): JournalEntry {
    return this.#append(callId, event, rows);
  }

  async annotate<Event extends JournalEvent>(callId: CallId, event: Event, change?: CallChange): Promise<JournalEntry> {
    if (!this.#ends.has(callId)) await this.#loadEnd(callId);
    return this.append(callId, event, change);
  }

  async settled({ withinMs = this.#limits.settleMs }: { withinMs?: number } = {}): Promise<Durability> {
    const target = this.#taken;
    if (this.#safe >= target) return this.#durability();
    return new Promise((resolve) => {
      const check = () => {
        if (this.#safe >= target) finish(this.#durability());
      };
      const finish = (durability: Durability) => {
        timer.cancel();
        this.#settling.delete(check);
        resolve(durability);
      };
      const timer = this.#clock.after(withinMs, () => finish("memory"));
      this.#settling.add(check);
    });
  }

  /** True once nothing waits on disk; false when that takes longer than `withinMs`. */
  async replayed({ withinMs }: { withinMs: number }): Promise<boolean> {
    if (!this.#spooling) return true;
    return new Promise((resolve) => {
      const check = () => {
        if (!this.#spooling) finish(true);
      };
      const finish = (all: boolean) => {
        timer.cancel();
        this.#settling.delete(check);
        resolve(all);
      };
      const timer = this.#clock.after(withinMs, () => finish(false));
      this.#settling.add(check);
    });
  }

  onEvent(listener: (told: ToldEvent) => void): () => void {
    return this.#listeners.add(listener);
  }

  health(): JournalHealth {
    const waiting = this.#memory.length + this.#spool.unread;
    if (this.#diskFailed) return { state: "lossy", waiting, lost: this.#lost };
    if (!this.#spooling) return { state: "direct", waiting, lost: this.#lost };
    return { state: this.#databaseFailed ? "spooling" : "replaying", waiting, lost: this.#lost };
  }

  /** Gives the database a last chance, then leaves the rest sealed on disk for the next start. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    await this.settled();
    this.#closed = true;
    this.#onClose();
    this.#wake();
    this.#diskRetry?.cancel();
    if (this.#memory.length > 0 && !this.#spilling) await this.#spool.append(this.#memory).catch(() => {});
    await this.#spool.close();
    await this.#rejected.close();
  }

  #append(
    callId: CallId,
    event: JournalEvent,
    rows: Partial<JournalWrite> | ((entry: JournalEntry) => Partial<JournalWrite>),
  ): JournalEntry {
    const end = this.#ends.get(callId);
    if (end === undefined) throw new IncidentsError("unknown-call");
    const recordedAtMs = this.#clock.nowMs();
    const entry = chainEntry(callId, event, { end, recordedAtMs, random: this.#random });
    this.#ends.set(callId, { seq: entry.seq, hash: entry.hash });
    const write: JournalWrite = { entry, ...(typeof rows === "function" ? rows(entry) : rows) };
    if (write.change?.state === "ended") this.#forgetOldCalls(callId);
    this.#take(write);
    const { opening, change } = write;
    this.#listeners.emit({
      callId,
      seq: entry.seq,
      event,
      ...(opening === undefined ? {} : { opening }),
      ...(change === undefined ? {} : { change }),
    });
    return entry;
  }

  #take(write: JournalWrite): void {
    const { memoryEntries } = this.#limits;
    if (this.#closed || this.#memory.length >= memoryEntries * 10) {
      this.#lost += 1;
      const { callId, seq, kind } = write.entry;
      this.#log.error({ callId, seq, kind, lost: this.#lost }, "a journal entry was lost");
      return;
    }
    this.#memory.push(write);
    this.#taken += 1;
    if (this.#memory.length >= memoryEntries) this.#startSpooling("memory is full");
    if (this.#spooling) void this.#spill();
    this.#wake();
  }

  /** Feeds the database from memory or from the spool, one batch at a time, until closed. */
  async #feedDatabase(): Promise<void> {
    let retryMs = this.#limits.firstRetryMs;
    while (!this.#closed) {
      const step = this.#spooling ? await this.#feedFromSpool() : await this.#feedFromMemory();
      if (step === "idle") await this.#woken();
      if (step === "failed") {
        await this.#pause(retryMs);
        retryMs = Math.min(retryMs * 2, this.#limits.lastRetryMs);
      }
      if (step === "fed") retryMs = this.#limits.firstRetryMs;
    }
  }

  async #feedFromMemory(): Promise<Step> {
    const batch = this.#memory.slice(0, this.#limits.batchEntries);
    if (batch.length === 0) return "idle";
    const slow = this.#clock.after(this.#limits.slowAfterMs, () => this.#startSpooling("the database is slow"));
    const written = await this.#write(batch);
    slow.cancel();
    if (!written) {
      this.#startSpooling("the database failed");
      return "failed";
    }
    if (!this.#spooling) this.#leaveMemory(batch.length);
    return "fed";
  }

  async #feedFromSpool(): Promise<Step> {
    if (this.#spool.unread > 0) {
      const batch = await this.#spool.read(this.#limits.batchEntries);
      if (!(await this.#write(batch.writes))) return "failed";
      await this.#spool.forget(batch);
      return "fed";
    }
    if (this.#memory.length === 0 && !this.#spilling) {
      this.#spooling = false;
      this.#diskFailed = false;
      this.#log.info({}, "the journal has caught up with the database");
      this.#tellSettled();
      return "fed";
    }
    if (!this.#diskFailed || this.#spilling) return "idle";
    const batch = this.#memory.slice(0, this.#limits.batchEntries);
    if (!(await this.#write(batch))) return "failed";
    if (!this.#spilling && this.#spool.unread === 0) this.#leaveMemory(batch.length);
    return "fed";
  }

  /** True when the database has all of it (or refused some of it for good); false when it failed or hung. */
  async #write(writes: readonly JournalWrite[]): Promise<boolean> {
    if (writes.length === 0) return true;
    const outcome = await this.#attempt(writes);
    this.#databaseFailed = outcome === "failed";
    if (outcome !== "rejected") return outcome === "stored";
    for (const write of writes) {
      const alone = await this.#attempt([write]);
      if (alone === "failed") return false;
      if (alone === "rejected") await this.#setAside(write);
    }
    return true;
  }

  async #attempt(writes: readonly JournalWrite[]): Promise<"stored" | "rejected" | "failed"> {
    const { giveUpAfterMs } = this.#limits;
    return new Promise((resolve) => {
      const timer = this.#clock.after(giveUpAfterMs, () => {
        this.#log.warn({ giveUpAfterMs }, "the database did not answer in time");
        resolve("failed");
      });
      const settle = (outcome: "stored" | "rejected" | "failed") => {
        timer.cancel();
        resolve(outcome);
      };
      this.#store.write(writes).then(
        () => settle("stored"),
        (failure) => {
          const rejected = failure instanceof IncidentsError && failure.code === "store-rejected";
          this.#log.warn({ failure: String(failure), rejected }, "the database did not take journal entries");
          settle(rejected ? "rejected" : "failed");
        },
      );
    });
  }

  async #setAside(write: JournalWrite): Promise<void> {
    const { callId, seq, kind } = write.entry;
    this.#lost += 1;
    this.#log.error({ callId, seq, kind, lost: this.#lost }, "the database refuses a journal entry; it was put aside");
    await this.#rejected.append([write]).catch((failure) => {
      this.#log.error({ callId, seq, failure: String(failure) }, "a refused journal entry could not be put aside");
    });
  }

  #startSpooling(why: string): void {
    if (!this.#spooling) {
      this.#spooling = true;
      this.#log.warn({ why, waiting: this.#memory.length }, "journal entries wait on disk for the database");
    }
    void this.#spill();
  }

  /** Moves memory to disk, oldest first, until it is empty or the disk fails. */
  async #spill(): Promise<void> {
    if (this.#spilling) return;
    this.#spilling = true;
    while (this.#memory.length > 0 && !this.#closed) {
      const batch = this.#memory.slice(0, this.#limits.batchEntries);
      try {
        await this.#spool.append(batch);
      } catch (failure) {
        if (!this.#diskFailed) this.#log.error({ failure: String(failure) }, "the journal spool cannot be written");
        this.#diskFailed = true;
        this.#diskRetry?.cancel();
        this.#diskRetry = this.#clock.after(this.#limits.lastRetryMs, () => void this.#spill());
        break;
      }
      this.#diskFailed = false;
      this.#leaveMemory(batch.length);
    }
    this.#spilling = false;
    this.#wake();
  }

  #leaveMemory(count: number): void {
    this.#memory.splice(0, count);
    this.#safe += count;
    this.#tellSettled();
  }

  #tellSettled(): void {
    for (const check of [...this.#settling]) check();
  }

  #durability(): Durability {
    return this.#spooling ? "spooled" : "stored";
  }

  /** There may be something to do; told before or while `#woken` waits. */
  #wake(): void {
    this.#awake = true;
    this.#onWake();
  }

  async #woken(): Promise<void> {
    if (!this.#awake) {
      await new Promise<void>((resolve) => {
        this.#onWake = resolve;
      });
    }
    this.#awake = false;
  }

  /** A failed database is not tried again before `durationMs`, whatever is appended; closing ends the pause. */
  #pause(durationMs: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = this.#clock.after(durationMs, resolve);
      this.#onClose = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  async #loadEnd(callId: CallId): Promise<void> {
    const withinMs = this.#limits.giveUpAfterMs;
    const safe = await this.settled({ withinMs });
    if (safe === "memory" || !(await this.replayed({ withinMs }))) throw new IncidentsError("not-replayed");
    const row = await this.#store.findCall(callId).catch((cause: unknown) => {
      throw new IncidentsError("store-failed", { cause });
    });
    if (row === null) throw new IncidentsError("unknown-call");
    if (this.#ends.has(callId)) return;
    this.#ends.set(callId, { seq: row.lastSeq, hash: row.lastHash });
    this.#forgetOldCalls(callId);
  }

  #forgetOldCalls(endedCallId: CallId): void {
    this.#endedCalls.delete(endedCallId);
    this.#endedCalls.add(endedCallId);
    for (const oldest of this.#endedCalls) {
      if (this.#endedCalls.size <= this.#limits.rememberedCalls) break;
      this.#endedCalls.delete(oldest);
      this.#ends.delete(oldest);
    }
  }
}

export type JournalOptions = {
  readonly store: CallStore;
  readonly spoolPath: string;
  /** AES-256: 32 bytes. */
  readonly spoolKey: Uint8Array;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly limits?: Partial<JournalLimits>;
};

export type JournalLimits = {
  readonly memoryEntries: number;
  readonly batchEntries: number;
  /** A write that takes longer no longer holds the entries in memory. */
  readonly slowAfterMs: number;
  /** A write that takes longer is given up and tried again later. */
  readonly giveUpAfterMs: number;
  readonly firstRetryMs: number;
  readonly lastRetryMs: number;
  readonly settleMs: number;
  readonly spoolBytes: number;
  /** Ended calls whose chain's end stays in memory for what is told late. */
  readonly rememberedCalls: number;
};

const defaultLimits: JournalLimits = {
  memoryEntries: 2000,
  batchEntries: 200,
  slowAfterMs: 500,
  giveUpAfterMs: 5000,
  firstRetryMs: 250,
  lastRetryMs: 5000,
  settleMs: 1000,
  spoolBytes: 2 ** 31,
  rememberedCalls: 1000,
};

type Step = "fed" | "idle" | "failed";

/** A NUL in a number or a reason (network bytes) is what no database text can hold. */
function printable<T extends object>(row: T): T {
  const entries = Object.entries(row).map(([key, value]) => [
    key,
    typeof value === "string" ? value.replaceAll("\u0000", "\ufffd") : value,
  ]);
  return Object.fromEntries(entries) as T;
}
