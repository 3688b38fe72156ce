/** Owns many things and closes them in reverse order; one failing does not keep the rest open. */
export class ResourceScope implements AsyncDisposable {
  readonly #closers: (() => unknown)[] = [];
  #closed = false;

  /** Registers `close`; runs it at once when the scope has already closed. */
  defer(close: () => unknown): void {
    if (this.#closed) void Promise.resolve().then(close);
    else this.#closers.push(close);
  }

  use<T extends AsyncDisposable>(resource: T): T {
    this.defer(() => resource[Symbol.asyncDispose]());
    return resource;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const failures: unknown[] = [];
    for (const close of this.#closers.splice(0).reverse()) {
      try {
        await close();
      } catch (failure) {
        failures.push(failure);
      }
    }
    if (failures.length === 1) throw failures[0];
    if (failures.length > 1) throw new AggregateError(failures, "closing a scope failed");
  }
}
