import type { PasswordHasher } from "./ports.ts";

/** More at once would take the processors from the calls. */
const atOnce = 2;
const mostWaiting = 30;

/**
 * Passwords, checked a few at a time. Text is taken in NFC, so that Hangul typed on a Mac is the Hangul typed
 * elsewhere. A check without a hash takes as long as one with: who is not there is not told by the time.
 */
export class PasswordChecks {
  readonly #hasher: PasswordHasher;
  readonly #madeUp: string;
  #noHash: Promise<string> | null = null;
  readonly #waiting: (() => void)[] = [];
  #running = 0;

  constructor(hasher: PasswordHasher, madeUp: string) {
    this.#hasher = hasher;
    this.#madeUp = madeUp;
  }

  /** Makes the hash that stands in for the one of who is not there. */
  ready(): Promise<string> {
    this.#noHash ??= this.#hasher.hash(this.#madeUp);
    return this.#noHash;
  }

  hash(password: string): Promise<string> {
    return this.#hasher.hash(password.normalize("NFC"));
  }

  /** `busy` when too many wait already: nobody's processors are worn out by guessing. */
  async verify(hash: string | null, password: string): Promise<"right" | "outdated" | "wrong" | "busy"> {
    if (this.#waiting.length >= mostWaiting) return "busy";
    // A place is handed on, not freed, to who waits.
    if (this.#running < atOnce) this.#running += 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      const noHash = await this.ready();
      const right = await this.#hasher.verify(hash ?? noHash, password.normalize("NFC"));
      if (!right || hash === null) return "wrong";
      return this.#hasher.isOutdated(hash) ? "outdated" : "right";
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }
}
