import { type FileHandle, open } from "node:fs/promises";
import { dirname } from "node:path";

/** A file that only grows, written at positions the writer keeps (so that a failed write can be repeated in place). */
export interface RecordingFile {
  /** Returns how many bytes were taken, perhaps fewer than given. Rejects as the system does (`ENOSPC`, `EIO` …). */
  writeAt(bytes: Uint8Array, position: number): Promise<number>;
  /** Resolves when what was written survives a power cut. */
  sync(): Promise<void>;
  truncate(length: number): Promise<void>;
  close(): Promise<void>;
}

export interface RecordingFiles {
  /** Creates the file with mode 0600; rejects with `EEXIST` where it exists. */
  create(path: string): Promise<RecordingFile>;
}

/** The machine's own file system. */
export const diskFiles: RecordingFiles = {
  async create(path) {
    const handle = await open(path, "wx", 0o600);
    return new DiskFile(handle, dirname(path));
  },
};

class DiskFile implements RecordingFile {
  readonly #handle: FileHandle;
  #unsyncedFolder: string | undefined;

  constructor(handle: FileHandle, folder: string) {
    this.#handle = handle;
    this.#unsyncedFolder = folder;
  }

  async writeAt(bytes: Uint8Array, position: number): Promise<number> {
    const { bytesWritten } = await this.#handle.write(bytes, 0, bytes.length, position);
    return bytesWritten;
  }

  async sync(): Promise<void> {
    await this.#handle.datasync();
    const folder = this.#unsyncedFolder;
    if (folder === undefined) return;
    // A new file's name is in its folder: without this a power cut may leave the bytes with no name.
    const handle = await open(folder, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
    this.#unsyncedFolder = undefined;
  }

  async truncate(length: number): Promise<void> {
    await this.#handle.truncate(length);
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}
