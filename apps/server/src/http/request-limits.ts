import type { Clock } from "@jikimi/kernel";

/** So many at once, and so many a second from then on. A desk's page asks a few a second at its busiest. */
const burst = 300;
const perSecond = 60;
const mostSources = 10_000;

type Bucket = { left: number; atMs: number };

/** How fast one source may ask (a token bucket each). An office behind one address shares its bucket. */
export class RequestLimits {
  readonly #clock: Clock;
  readonly #buckets = new Map<string, Bucket>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** 0: go on. Else in how many milliseconds it is worth asking again. */
  take(source: string): number {
    const nowMs = this.#clock.monotonicMs();
    const before = this.#buckets.get(source) ?? { left: burst, atMs: nowMs };
    const left = Math.min(burst, before.left + ((nowMs - before.atMs) / 1000) * perSecond);
    this.#buckets.delete(source);
    this.#buckets.set(source, { left: left < 1 ? left : left - 1, atMs: nowMs });
    const oldest = this.#buckets.keys().next();
    if (this.#buckets.size > mostSources && !oldest.done) this.#buckets.delete(oldest.value);
    return left < 1 ? ((1 - left) / perSecond) * 1000 : 0;
  }
}
