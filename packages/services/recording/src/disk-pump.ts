import { createHash } from "node:crypto";
import type { Clock } from "@jikimi/kernel";
import type { RecordingFile } from "./files.ts";
import type { RecordingFailure } from "./types.ts";

/** A power cut costs at most this and the time of one sync; the death of the process costs what was not yet sealed. */
const SYNC_EVERY_MS = 5000;
const FIRST_RETRY_MS = 250;
const LAST_RETRY_MS = 2000;

/**
 * Puts sealed blocks on disk in order, one write at a time. A write that fails is repeated at the same position until
 * the disk takes it, so that the chain of blocks never breaks; what may wait meanwhile is for the writer to bound.
 */
export class DiskPump {
  readonly #file: RecordingFile;
  readonly #clock: Clock;
  readonly #onFailure: (reason: RecordingFailure, cause: unknown) => void;
  readonly #queue: Uint8Array[] = [];
  readonly #hash = createHash("sha256");
  #waiting = 0;
  #position = 0;
  #running: Promise<void> | undefined;
  #failing: RecordingFailure | null = null;
  #syncFailed = false;
  #syncedAtMs: number;
  readonly #stop = new AbortController();

  constructor(
    file: RecordingFile,
    { clock, onFailure }: { clock: Clock; onFailure: (reason: RecordingFailure, cause: unknown) => void },
  ) {
    this.#file = file;
    this.#clock = clock;
    this.#onFailure = onFailure;
    this.#syncedAtMs = clock.monotonicMs();
  }

  /** Bytes that are sealed and not yet on disk. */
  get waitingBytes(): number {
    return this.#waiting;
  }

  /** Why the disk refuses at this moment. */
  get failing(): RecordingFailure | null {
    return this.#failing;
  }

  push(bytes: Uint8Array): void {
    this.#queue.push(bytes);
    this.#waiting += bytes.length;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
  }

  /**
   * Waits until all is on disk and synced, at most `patienceMs`; then cuts off what half of a block may lie at the end,
   * and closes the file. `whole` is false where something did not get there.
   */
  async finish(patienceMs: number): Promise<{ sha256: string; whole: boolean }> {
    const deadline = this.#clock.after(patienceMs, () => this.#stop.abort());
    while (this.#running !== undefined) await this.#running;
    deadline.cancel();
    const whole = this.#queue.length === 0;
    if (!whole) await this.#quietly(() => this.#file.truncate(this.#position));
    await this.#sync();
    await this.#quietly(() => this.#file.close());
    return { sha256: this.#hash.digest("hex"), whole: whole && !this.#syncFailed };
  }

  async #run(): Promise<void> {
    let retryMs = FIRST_RETRY_MS;
    for (let bytes = this.#queue[0]; bytes !== undefined; bytes = this.#queue[0]) {
      try {
        await this.#writeWhole(bytes);
      } catch (cause) {
        this.#fail(cause);
        if (!(await this.#pause(retryMs))) return;
        retryMs = Math.min(retryMs * 2, LAST_RETRY_MS);
        continue;
      }
      this.#failing = null;
      retryMs = FIRST_RETRY_MS;
      this.#queue.shift();
      this.#waiting -= bytes.length;
      this.#position += bytes.length;
      this.#hash.update(bytes);
      if (this.#clock.monotonicMs() - this.#syncedAtMs >= SYNC_EVERY_MS) await this.#sync();
    }
  }

  async #writeWhole(bytes: Uint8Array): Promise<void> {
    let written = 0;
    while (written < bytes.length) {
      const taken = await this.#file.writeAt(bytes.subarray(written), this.#position + written);
      if (taken <= 0) throw new Error("the disk took no bytes and gave no error");
      written += taken;
    }
  }

  async #sync(): Promise<void> {
    this.#syncedAtMs = this.#clock.monotonicMs();
    try {
      await this.#file.sync();
    } catch (cause) {
      // After a failed sync the system may have forgotten the pages: what is on disk is to be verified, not believed.
      this.#syncFailed = true;
      this.#fail(cause);
      this.#failing = null;
    }
  }

  /** False when there is no time left to try again. */
  async #pause(retryMs: number): Promise<boolean> {
    try {
      await this.#clock.sleep(retryMs, { signal: this.#stop.signal });
      return true;
    } catch {
      return false;
    }
  }

  #fail(cause: unknown): void {
    const reason = reasonOf(cause);
    if (this.#failing === reason) return;
    this.#failing = reason;
    this.#onFailure(reason, cause);
  }

  async #quietly(action: () => Promise<void>): Promise<void> {
    try {
      await action();
    } catch (cause) {
      this.#fail(cause);
    }
  }
}

function reasonOf(cause: unknown): RecordingFailure {
  const code = cause instanceof Error && "code" in cause ? cause.code : undefined;
  return code === "ENOSPC" || code === "EDQUOT" ? "disk-full" : "io-error";
}
