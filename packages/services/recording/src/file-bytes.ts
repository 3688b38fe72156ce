import { createHash } from "node:crypto";
import { type FileHandle, open } from "node:fs/promises";
import { RecordingError } from "./errors.ts";

const HASH_CHUNK_BYTES = 256 * 1024;

/** A file as it was when it was opened: what is appended later (a call still running) is not seen. */
export class FileBytes implements AsyncDisposable {
  readonly path: string;
  readonly size: number;
  readonly #handle: FileHandle;

  private constructor(path: string, handle: FileHandle, size: number) {
    this.path = path;
    this.size = size;
    this.#handle = handle;
  }

  static async open(path: string): Promise<FileBytes> {
    try {
      const handle = await open(path, "r");
      const { size } = await handle.stat();
      return new FileBytes(path, handle, size);
    } catch (cause) {
      throw new RecordingError("cannot-read", `the recording ${path} cannot be read`, { cause });
    }
  }

  /** Fewer bytes than asked for at the file's end. */
  async read(offset: number, length: number): Promise<Buffer> {
    const wanted = Math.max(0, Math.min(length, this.size - offset));
    const bytes = Buffer.alloc(wanted);
    let filled = 0;
    while (filled < wanted) {
      const { bytesRead } = await this.#readSome(bytes, filled, offset + filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  }

  async sha256(): Promise<string> {
    const hash = createHash("sha256");
    for (let offset = 0; offset < this.size; offset += HASH_CHUNK_BYTES) {
      hash.update(await this.read(offset, HASH_CHUNK_BYTES));
    }
    return hash.digest("hex");
  }

  async #readSome(bytes: Buffer, at: number, position: number): Promise<{ bytesRead: number }> {
    try {
      return await this.#handle.read(bytes, at, bytes.length - at, position);
    } catch (cause) {
      throw new RecordingError("cannot-read", `the recording ${this.path} cannot be read`, { cause });
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#handle.close();
  }
}
