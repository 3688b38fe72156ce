import type { RecordingFile, RecordingFiles } from "../src/index.ts";

/**
 * A disk in memory that fails on demand: it fills up at `capacityBytes` (taking what still fits, as a real one does),
 * answers with `failure` while that is set, and stands still between `stall` and `resume`.
 */
export class FaultyDisk implements RecordingFiles {
  capacityBytes = Number.POSITIVE_INFINITY;
  /** An errno name: every write and sync rejects with it. */
  failure: "EIO" | "ENOSPC" | null = null;
  syncs = 0;
  readonly #contents = new Map<string, Buffer>();
  #stalled: Promise<void> | null = null;
  #resume: () => void = () => {};

  bytesOf(path: string): Buffer {
    return this.#contents.get(path) ?? Buffer.alloc(0);
  }

  stall(): void {
    this.#stalled = new Promise((resolve) => {
      this.#resume = resolve;
    });
  }

  resume(): void {
    this.#stalled = null;
    this.#resume();
  }

  async create(path: string): Promise<RecordingFile> {
    if (this.#contents.has(path)) throw errno("EEXIST");
    this.#contents.set(path, Buffer.alloc(0));
    return {
      writeAt: async (bytes, position) => {
        await this.#stalled;
        if (this.failure !== null) throw errno(this.failure);
        const taken = Math.min(bytes.length, this.capacityBytes - position);
        if (taken <= 0) throw errno("ENOSPC");
        const before = this.bytesOf(path);
        const after = Buffer.alloc(Math.max(before.length, position + taken));
        before.copy(after);
        after.set(bytes.subarray(0, taken), position);
        this.#contents.set(path, after);
        return taken;
      },
      sync: async () => {
        if (this.failure !== null) throw errno(this.failure);
        this.syncs += 1;
      },
      truncate: async (length) => {
        this.#contents.set(path, this.bytesOf(path).subarray(0, length));
      },
      close: async () => {},
    };
  }
}

function errno(code: string): Error {
  return Object.assign(new Error(`${code}: as the test asked`), { code });
}
