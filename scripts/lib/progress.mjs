/**
 * What a long step is doing, on one line. On a terminal the line is rewritten in place; elsewhere a new line
 * comes only every `quietMs`, so that a log stays short. Everything goes to stderr: stdout belongs to the command.
 */
export class Progress {
  #stream;
  #quietMs;
  #now;
  #startedAtMs;
  #lastLineAtMs;
  #rewriting = false;

  constructor({ stream = process.stderr, quietMs = 5000, now = () => Date.now() } = {}) {
    this.#stream = stream;
    this.#quietMs = quietMs;
    this.#now = now;
    this.#startedAtMs = now();
    this.#lastLineAtMs = this.#startedAtMs;
  }

  /** @param {(elapsedSeconds: number) => string} describe */
  update(describe) {
    const atMs = this.#now();
    const line = describe(Math.round((atMs - this.#startedAtMs) / 1000));
    if (this.#stream.isTTY) {
      this.#stream.write(`\r\u001b[2K${line}`);
      this.#rewriting = true;
    } else if (atMs - this.#lastLineAtMs >= this.#quietMs) {
      this.#stream.write(`${line}\n`);
      this.#lastLineAtMs = atMs;
    }
  }

  /** Leaves a last line standing. */
  finish(line) {
    this.#stream.write(`${this.#rewriting ? "\r\u001b[2K" : ""}${line}\n`);
    this.#rewriting = false;
  }
}
