import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { AgentRoster } from "@jikimi/calls";
import type { AgentId, Clock, EpochMs, Log } from "@jikimi/kernel";
import { z } from "zod";

const Kept = z.record(z.string(), z.number().int());

/**
 * Protected rests that are running, in a file beside the server's: a restart shortens nobody's. Unreadable, it costs
 * the rests in it and nothing more; unwritable, the rests run on in memory.
 */
export class KeptRests implements AsyncDisposable {
  readonly #path: string;
  readonly #log: Log;
  readonly #rests = new Map<AgentId, EpochMs>();
  readonly #stop: () => void;
  #written: Promise<void> = Promise.resolve();

  private constructor({ path, log, roster }: { path: string; log: Log; roster: AgentRoster }) {
    this.#path = path;
    this.#log = log;
    this.#stop = roster.onChange(({ agentId }) => this.#keep(agentId, roster.restUntil(agentId)));
  }

  /** Gives back what is left of each rest, and keeps those that come. */
  static async open(parts: {
    dataFolder: string;
    clock: Clock;
    log: Log;
    roster: AgentRoster;
    isActive: (agentId: AgentId) => boolean;
  }): Promise<KeptRests> {
    const { dataFolder, clock, log, roster, isActive } = parts;
    const folder = join(dataFolder, "run");
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const path = join(folder, "rests.json");
    const kept = new KeptRests({ path, log, roster });
    for (const [id, untilMs] of Object.entries(await readRests(path, log))) {
      const agentId = id as AgentId;
      const leftMs = untilMs - clock.nowMs();
      if (leftMs > 0 && isActive(agentId)) roster.rest(agentId, leftMs);
    }
    return kept;
  }

  #keep(agentId: AgentId, untilMs: EpochMs | null): void {
    if ((this.#rests.get(agentId) ?? null) === untilMs) return;
    if (untilMs === null) this.#rests.delete(agentId);
    else this.#rests.set(agentId, untilMs);
    this.#written = this.#written.then(() => this.#write());
  }

  async #write(): Promise<void> {
    try {
      await writeFile(`${this.#path}.new`, JSON.stringify(Object.fromEntries(this.#rests)), { mode: 0o600 });
      await rename(`${this.#path}.new`, this.#path);
    } catch (cause) {
      this.#log.warn({ cause }, "rests could not be kept: a restart would end them");
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#stop();
    await this.#written;
  }
}

async function readRests(path: string, log: Log): Promise<Record<string, number>> {
  try {
    return Kept.parse(JSON.parse(await readFile(path, "utf8")));
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") log.warn({ cause }, "kept rests could not be read");
    return {};
  }
}
