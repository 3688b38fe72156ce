import type { RecognizerName } from "@jikimi/kernel";
import type { OwnedRecognizer } from "@jikimi/recognizers";

/** Each recogniser once a process, started when it is first asked for; one that failed to start is tried again next time. */
export class Recognizers implements AsyncDisposable {
  readonly #start: (name: RecognizerName) => Promise<OwnedRecognizer>;
  readonly #started = new Map<RecognizerName, Promise<OwnedRecognizer>>();
  readonly #open = new Set<OwnedRecognizer>();

  constructor(start: (name: RecognizerName) => Promise<OwnedRecognizer>) {
    this.#start = start;
  }

  /** Utterances that wait or are being decoded, over all of them. */
  get waiting(): number {
    return [...this.#open].reduce((sum, recognizer) => sum + recognizer.waiting, 0);
  }

  get(name: RecognizerName): Promise<OwnedRecognizer> {
    const known = this.#started.get(name);
    if (known !== undefined) return known;
    const starting = this.#start(name).then(
      (recognizer) => {
        this.#open.add(recognizer);
        return recognizer;
      },
      (failure: unknown) => {
        this.#started.delete(name);
        throw failure;
      },
    );
    this.#started.set(name, starting);
    return starting;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.allSettled(this.#started.values());
    await Promise.all([...this.#open].map((recognizer) => recognizer[Symbol.asyncDispose]()));
  }
}
