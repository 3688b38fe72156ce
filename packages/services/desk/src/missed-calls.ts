import { type AgentId, type EpochMs, Listeners, type Log } from "@jikimi/kernel";
import type { DeskStore } from "./ports.ts";

/** How many rings nobody answered since each person last looked, as the store counts them. */
export class MissedCalls {
  readonly #store: Pick<DeskStore, "countMissed" | "seenMissed">;
  readonly #log: Log;
  readonly #counts = new Map<AgentId, number>();
  readonly #changes = new Listeners<{ readonly agentId: AgentId }>();

  constructor({ store, log }: { store: Pick<DeskStore, "countMissed" | "seenMissed">; log: Log }) {
    this.#store = store;
    this.#log = log;
  }

  onChange(listener: (change: { readonly agentId: AgentId }) => void): () => void {
    return this.#changes.add(listener);
  }

  of(agentId: AgentId): number {
    return this.#counts.get(agentId) ?? 0;
  }

  /** Counts again: a desk opens, or another ring was written down. A store that fails leaves the count as it was. */
  async refresh(agentId: AgentId): Promise<void> {
    try {
      const count = await this.#store.countMissed(agentId);
      if (this.#counts.get(agentId) === count) return;
      this.#counts.set(agentId, count);
      this.#changes.emit({ agentId });
    } catch (cause) {
      this.#log.warn({ cause, agentId }, "missed calls could not be counted");
    }
  }

  async seen(agentId: AgentId, atMs: EpochMs): Promise<void> {
    await this.#store.seenMissed(agentId, atMs);
    await this.refresh(agentId);
  }
}
