/** How live audio queues: the oldest goes when full, and is counted. */
export class DropOldestQueue<T> implements AsyncIterable<T> {
  readonly #items: T[] = [];
  readonly #capacity: number;
  readonly #onDrop: (item: T) => void;
  #wake: (() => void) | undefined;
  #closed = false;
  #dropped = 0;

  constructor({ capacity, onDrop = () => {} }: { capacity: number; onDrop?: (item: T) => void }) {
    this.#capacity = capacity;
    this.#onDrop = onDrop;
  }

  get dropped(): number {
    return this.#dropped;
  }

  get size(): number {
    return this.#items.length;
  }

  push(item: T): void {
    if (this.#closed) return;
    if (this.#items.length >= this.#capacity) {
      const oldest = this.#items.shift();
      this.#dropped += 1;
      if (oldest !== undefined) this.#onDrop(oldest);
    }
    this.#items.push(item);
    this.#wake?.();
  }

  /** No more items come; what is queued is still handed out. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) {
        yield item;
        continue;
      }
      if (this.#closed) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }
}

/** How transcripts, decisions and audit queue: the writer waits when full. */
export class WaitingQueue<T> implements AsyncIterable<T> {
  readonly #items: T[] = [];
  readonly #capacity: number;
  readonly #writers: (() => void)[] = [];
  #wake: (() => void) | undefined;
  #closed = false;

  constructor({ capacity }: { capacity: number }) {
    this.#capacity = capacity;
  }

  get size(): number {
    return this.#items.length;
  }

  async push(item: T): Promise<void> {
    while (this.#items.length >= this.#capacity && !this.#closed) {
      await new Promise<void>((resolve) => this.#writers.push(resolve));
    }
    if (this.#closed) return;
    this.#items.push(item);
    this.#wake?.();
  }

  close(): void {
    this.#closed = true;
    this.#wake?.();
    for (const writer of this.#writers.splice(0)) writer();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<T> {
    for (;;) {
      const item = this.#items.shift();
      if (item !== undefined) {
        this.#writers.shift()?.();
        yield item;
        continue;
      }
      if (this.#closed) return;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      this.#wake = undefined;
    }
  }
}
