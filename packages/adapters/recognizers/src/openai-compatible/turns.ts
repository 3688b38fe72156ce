import type { Speaker } from "@jikimi/kernel";
import { ListeningError } from "@jikimi/listening";

type Waiting = {
  readonly speaker: Speaker;
  readonly provisional: boolean;
  readonly begin: () => void;
  readonly refuse: (failure: unknown) => void;
};

/**
 * Lets some requests work at once and others wait, bounded: the caller's go before the agent's, and what is provisional does not
 * wait beside what is not.
 */
export class Turns {
  readonly #atOnce: number;
  readonly #capacity: number;
  readonly #waiting: Waiting[] = [];
  #working = 0;

  constructor({ atOnce, capacity }: { readonly atOnce: number; readonly capacity: number }) {
    this.#atOnce = atOnce;
    this.#capacity = capacity;
  }

  /** Requests that wait or have their turn. */
  get size(): number {
    return this.#waiting.length + this.#working;
  }

  /**
   * Resolves when it is this request's turn; disposing gives the turn to the next. Rejects with `ListeningError`
   * `recognizer-busy` when too many wait, or with the signal's reason.
   */
  async take(request: {
    readonly speaker: Speaker;
    readonly provisional: boolean;
    readonly signal: AbortSignal;
  }): Promise<Disposable> {
    if (this.#working < this.#atOnce) this.#working += 1;
    else await this.#wait(request);
    return { [Symbol.dispose]: () => this.#giveOn() };
  }

  #wait({
    speaker,
    provisional,
    signal,
  }: {
    readonly speaker: Speaker;
    readonly provisional: boolean;
    readonly signal: AbortSignal;
  }): Promise<void> {
    if (!provisional) this.#dropProvisional();
    else if (this.#waiting.some((other) => !other.provisional)) return Promise.reject(busy());
    if (this.#waiting.length >= this.#capacity) return Promise.reject(busy());
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        this.#waiting.splice(this.#waiting.indexOf(waiting), 1);
        reject(signal.reason);
      };
      const waiting: Waiting = {
        speaker,
        provisional,
        begin: () => {
          signal.removeEventListener("abort", onAbort);
          resolve();
        },
        refuse: (failure) => {
          signal.removeEventListener("abort", onAbort);
          reject(failure);
        },
      };
      signal.addEventListener("abort", onAbort, { once: true });
      this.#waiting.push(waiting);
    });
  }

  /** They are asked again soon, for more of the same. */
  #dropProvisional(): void {
    const kept = this.#waiting.filter(({ provisional }) => !provisional);
    const dropped = this.#waiting.filter(({ provisional }) => provisional);
    this.#waiting.splice(0, this.#waiting.length, ...kept);
    for (const { refuse } of dropped) refuse(busy());
  }

  #giveOn(): void {
    const callerAt = this.#waiting.findIndex(({ speaker }) => speaker === "caller");
    const [next] = this.#waiting.splice(Math.max(0, callerAt), 1);
    if (next === undefined) this.#working -= 1;
    else next.begin();
  }
}

function busy(): ListeningError {
  return new ListeningError("recognizer-busy");
}
