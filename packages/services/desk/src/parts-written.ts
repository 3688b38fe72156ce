import type { AgentId, CallId, Clock, EpochMs, Log, Timer } from "@jikimi/kernel";
import type { BoardChange } from "./call-board.ts";
import type { DeskStore } from "./ports.ts";

type Part = {
  readonly what: "joined" | "missed" | "left";
  readonly callId: CallId;
  readonly agentId: AgentId;
  readonly atMs: EpochMs;
};

/** A day's parts of a large site: past it the newest are given up and told; the call's own account still has them. */
const maxWaiting = 10_000;
const retryDelayMs = 2000;
/** A store that does not answer holds up nobody who stops. */
const closeWithinMs = 3000;

/**
 * Writes down who joined, missed and passed on which call, one after the other. A store that fails is asked again
 * every two seconds, and nothing waits for it.
 */
export class PartsWritten {
  readonly #store: DeskStore;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #onWritten: (part: Part) => void;
  readonly #waiting: Part[] = [];
  #retry: Timer | null = null;
  #writing: Promise<void> | null = null;
  #closed = false;

  constructor(parts: { store: DeskStore; clock: Clock; log: Log; onWritten: (part: Part) => void }) {
    this.#store = parts.store;
    this.#clock = parts.clock;
    this.#log = parts.log;
    this.#onWritten = parts.onWritten;
  }

  follow({ before, story }: BoardChange): void {
    const { callId, agentId, lastRing } = story;
    const was = before?.agentId ?? null;
    const atMs = this.#clock.nowMs();
    if (was !== null && was !== agentId) this.#add({ what: "left", callId, agentId: was, atMs });
    if (agentId !== null && was !== agentId) this.#add({ what: "joined", callId, agentId, atMs });
    if (lastRing?.missed && lastRing !== before?.lastRing) {
      this.#add({ what: "missed", callId, agentId: lastRing.agentId, atMs });
    }
  }

  /** Tries what waits once more, and then no longer. */
  async close(): Promise<void> {
    this.#retry?.cancel();
    this.#retry = null;
    this.#closed = true;
    const written = (this.#writing ?? Promise.resolve()).then(() => this.#write());
    const late = new AbortController();
    await Promise.race([written, this.#clock.sleep(closeWithinMs, { signal: late.signal }).catch(() => {})]);
    late.abort();
    if (this.#waiting.length > 0) {
      this.#log.error({ parts: this.#waiting.length }, "who was on which call could not be written down");
    }
  }

  #add(part: Part): void {
    if (this.#waiting.length >= maxWaiting) {
      this.#log.error({ callId: part.callId, agentId: part.agentId }, "who was on a call is not written down");
      return;
    }
    this.#waiting.push(part);
    this.#start();
  }

  #start(): void {
    if (this.#closed || this.#writing !== null || this.#retry !== null) return;
    this.#writing = this.#write().finally(() => {
      this.#writing = null;
      if (this.#waiting.length === 0 || this.#closed) return;
      this.#retry = this.#clock.after(retryDelayMs, () => {
        this.#retry = null;
        this.#start();
      });
    });
  }

  async #write(): Promise<void> {
    for (;;) {
      const [part] = this.#waiting;
      if (part === undefined) return;
      try {
        await this.#writeOne(part);
      } catch (cause) {
        this.#log.warn({ cause, waiting: this.#waiting.length }, "who was on which call waits for the database");
        return;
      }
      this.#waiting.shift();
      this.#onWritten(part);
    }
  }

  #writeOne({ what, callId, agentId, atMs }: Part): Promise<void> {
    const part = { callId, agentId, atMs };
    switch (what) {
      case "joined":
        return this.#store.noteJoined(part);
      case "missed":
        return this.#store.noteMissed(part);
      case "left":
        return this.#store.noteLeft(part);
    }
  }
}
