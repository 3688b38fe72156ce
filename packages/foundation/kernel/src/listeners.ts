/** A typed list of listeners; one that throws does not keep the others from hearing. */
export class Listeners<Event> {
  readonly #listeners = new Set<(event: Event) => void>();
  readonly #onFailure: (failure: unknown) => void;

  constructor(
    onFailure: (failure: unknown) => void = (failure) =>
      queueMicrotask(() => {
        throw failure;
      }),
  ) {
    this.#onFailure = onFailure;
  }

  /** Returns the way to stop listening. */
  add(listener: (event: Event) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  emit(event: Event): void {
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (failure) {
        this.#onFailure(failure);
      }
    }
  }
}
