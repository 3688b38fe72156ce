import type { Clock } from "@jikimi/kernel";

/** How failures under one name slow down the next attempts. */
export type Slowing = {
  /** What one counts by, e.g. account and source together. */
  readonly name: string;
  /** So many failures have no consequence. */
  readonly free: number;
  /** The wait after the next one; it doubles with each further failure. */
  readonly firstWaitMs: number;
  readonly longestWaitMs: number;
  /** Whether success wipes the slate. */
  readonly forgiven: boolean;
};

export type Admission =
  | { readonly kind: "wait"; readonly forMs: number }
  | {
      readonly kind: "go";
      /** It was right. What is `forgiven` starts anew. */
      readonly succeeded: () => void;
      /** It was neither right nor wrong (the store failed, a second factor is asked for): as if it had not been. */
      readonly undone: () => void;
    };

type Count = { readonly failures: number; readonly lastAtMs: number };

/**
 * Counts attempts under several names at once. An attempt counts as failed from its beginning, so that many at the
 * same moment get no further than one after the other. What waits is not counted: nobody prolongs a wait by knocking.
 * Holds `capacity` names and forgets the least recent.
 */
export class SlowingLimits {
  readonly #clock: Clock;
  readonly #capacity: number;
  readonly #counts = new Map<string, Count>();

  constructor({ clock, capacity = 20_000 }: { clock: Clock; capacity?: number }) {
    this.#clock = clock;
    this.#capacity = capacity;
  }

  begin(slowings: readonly Slowing[]): Admission {
    const nowMs = this.#clock.monotonicMs();
    const forMs = Math.max(0, ...slowings.map((slowing) => this.#waitMs(slowing, nowMs)));
    if (forMs > 0) return { kind: "wait", forMs };
    const counted = slowings.map((slowing) => ({ slowing, undo: this.#count(slowing.name, nowMs) }));
    return {
      kind: "go",
      succeeded: () => {
        for (const { slowing, undo } of counted.splice(0)) {
          if (slowing.forgiven) this.#counts.delete(slowing.name);
          else undo();
        }
      },
      undone: () => {
        for (const { undo } of counted.splice(0)) undo();
      },
    };
  }

  get size(): number {
    return this.#counts.size;
  }

  #waitMs({ name, free, firstWaitMs, longestWaitMs }: Slowing, nowMs: number): number {
    const count = this.#counts.get(name);
    if (count === undefined || count.failures < free) return 0;
    const wait = Math.min(longestWaitMs, firstWaitMs * 2 ** (count.failures - free));
    return Math.max(0, count.lastAtMs + wait - nowMs);
  }

  #count(name: string, nowMs: number): () => void {
    const known = this.#counts.get(name);
    const before = known !== undefined && nowMs - known.lastAtMs <= forgetAfterMs ? known : null;
    this.#counts.delete(name);
    this.#counts.set(name, { failures: (before?.failures ?? 0) + 1, lastAtMs: nowMs });
    const oldest = this.#counts.keys().next();
    if (this.#counts.size > this.#capacity && !oldest.done) this.#counts.delete(oldest.value);
    return () => {
      const now = this.#counts.get(name);
      if (now === undefined) return;
      if (now.failures <= 1) this.#counts.delete(name);
      else this.#counts.set(name, { failures: now.failures - 1, lastAtMs: before?.lastAtMs ?? now.lastAtMs });
    };
  }
}

const forgetAfterMs = 60 * 60_000;
