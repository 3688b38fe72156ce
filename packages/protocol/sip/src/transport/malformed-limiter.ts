import type { Clock } from "@jikimi/kernel";

const WINDOW_MS = 60_000;

/** Counts damage per source and says whether this one may still be answered or logged. Remembers a bounded number. */
export class MalformedLimiter {
  readonly #clock: Clock;
  readonly #maxPerMinute: number;
  readonly #maxSources: number;
  readonly #sources = new Map<string, { sinceMs: number; count: number }>();

  constructor({ clock, maxPerMinute, maxSources }: { clock: Clock; maxPerMinute: number; maxSources: number }) {
    this.#clock = clock;
    this.#maxPerMinute = maxPerMinute;
    this.#maxSources = maxSources;
  }

  allows(source: string): boolean {
    const nowMs = this.#clock.monotonicMs();
    const known = this.#sources.get(source);
    if (known !== undefined && nowMs - known.sinceMs < WINDOW_MS) {
      known.count += 1;
      return known.count <= this.#maxPerMinute;
    }
    this.#sources.delete(source);
    if (this.#sources.size >= this.#maxSources) {
      const [oldest] = this.#sources.keys();
      if (oldest !== undefined) this.#sources.delete(oldest);
    }
    this.#sources.set(source, { sinceMs: nowMs, count: 1 });
    return this.#maxPerMinute > 0;
  }
}
