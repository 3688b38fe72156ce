import type { FileHandle } from "node:fs/promises";
import type { Readable } from "node:stream";

const BLOCK_BYTES = 64 * 1024;

/** Bytes in order, from a file or from a program's output. */
export interface ByteReader {
  /** Exactly so many, or what is left. */
  take(count: number): Promise<Buffer>;
  skip(count: number): Promise<void>;
}

export class FileReader implements ByteReader {
  readonly #file: FileHandle;
  #at = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async take(count: number): Promise<Buffer> {
    const buffer = Buffer.alloc(count);
    let filled = 0;
    while (filled < count) {
      const { bytesRead } = await this.#file.read(buffer, filled, count - filled, this.#at);
      if (bytesRead === 0) break;
      filled += bytesRead;
      this.#at += bytesRead;
    }
    return buffer.subarray(0, filled);
  }

  skip(count: number): Promise<void> {
    this.#at += count;
    return Promise.resolve();
  }

  async *blocks(): AsyncGenerator<Uint8Array> {
    for (;;) {
      const block = await this.take(BLOCK_BYTES);
      if (block.length === 0) return;
      yield block;
    }
  }
}

export class StreamReader implements ByteReader {
  readonly #source: AsyncIterator<Buffer>;
  #pending: Buffer = Buffer.alloc(0);

  constructor(source: Readable) {
    this.#source = source[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  }

  async take(count: number): Promise<Buffer> {
    const parts = [this.#pending];
    let held = this.#pending.length;
    while (held < count) {
      const { value, done } = await this.#source.next();
      if (done === true) break;
      parts.push(value);
      held += value.length;
    }
    const all = parts.length === 1 ? this.#pending : Buffer.concat(parts);
    this.#pending = all.subarray(count);
    return all.subarray(0, count);
  }

  async skip(count: number): Promise<void> {
    for (let left = count; left > 0; ) {
      const { length } = await this.take(Math.min(left, BLOCK_BYTES));
      if (length === 0) return;
      left -= length;
    }
  }
}
