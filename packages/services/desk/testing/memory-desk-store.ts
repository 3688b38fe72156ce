import type { CallStore } from "@jikimi/incidents";
import type { AgentId, CallId, EpochMs } from "@jikimi/kernel";
import type { AgentCall, AgentCallFilter, DeskStore } from "../src/ports.ts";

type Row = Omit<AgentCall, "call" | "incidentIds"> & {
  readonly callId: CallId;
  readonly agentId: AgentId;
  readonly missedSeenAtMs: EpochMs | null;
};
type Part = Parameters<DeskStore["noteJoined"]>[0];

/** The desk's store in memory, beside a store of calls; held to the same contract as the database. */
export class MemoryDeskStore implements DeskStore {
  readonly #calls: CallStore;
  readonly #rows = new Map<string, Row>();
  /** While set, every method rejects with it. */
  failure: Error | null = null;

  constructor(calls: CallStore) {
    this.#calls = calls;
  }

  async noteJoined({ callId, agentId, atMs }: Part): Promise<void> {
    this.#change(callId, agentId, ({ joinedAtMs }) => ({ joinedAtMs: joinedAtMs ?? atMs }));
  }

  async noteMissed({ callId, agentId, atMs }: Part): Promise<void> {
    this.#change(callId, agentId, ({ missedAtMs }) => ({ missedAtMs: missedAtMs ?? atMs }));
  }

  async noteLeft({ callId, agentId, atMs }: Part): Promise<void> {
    this.#change(callId, agentId, ({ leftAtMs }) => ({ leftAtMs: leftAtMs ?? atMs }));
  }

  async saveWrapUp(wrapUp: Parameters<DeskStore["saveWrapUp"]>[0]): Promise<void> {
    const { callId, agentId, disposition, note, completedAtMs } = wrapUp;
    this.#change(callId, agentId, (row) => ({
      disposition,
      note,
      completedAtMs: completedAtMs ?? row.completedAtMs,
    }));
  }

  async find(agentId: AgentId, callId: CallId): Promise<AgentCall | null> {
    this.#fail();
    const call = await this.#calls.findCall(callId);
    const row = this.#rows.get(`${callId} ${agentId}`);
    if (call === null || (row === undefined && call.agentId !== agentId)) return null;
    const { joinedAtMs, ...rest } = row ?? blank(callId, agentId);
    const incidents = await this.#calls.listIncidentsOfCall(callId);
    const answeredAtMs = call.agentId === agentId ? (call.bridgedAtMs ?? call.startedAtMs) : null;
    const { callId: _, agentId: __, missedSeenAtMs: ___, ...own } = rest;
    return {
      ...own,
      call,
      joinedAtMs: joinedAtMs ?? answeredAtMs,
      incidentIds: incidents.map(({ incidentId }) => incidentId),
    };
  }

  async list(agentId: AgentId, { only, startedBeforeMs, limit }: AgentCallFilter): Promise<readonly AgentCall[]> {
    const before = startedBeforeMs === undefined ? {} : { startedBeforeMs };
    const calls = await this.#calls.listCalls({ limit: Number.MAX_SAFE_INTEGER, ...before });
    const found = await Promise.all(calls.map(({ callId }) => this.find(agentId, callId)));
    return found
      .flatMap((one) => one ?? [])
      .filter((one) => only !== "missed" || one.joinedAtMs === null)
      .filter((one) => only !== "incidents" || (one.joinedAtMs !== null && one.incidentIds.length > 0))
      .slice(0, limit);
  }

  async latestOpen(agentId: AgentId, { endedSinceMs }: { endedSinceMs: EpochMs }): Promise<AgentCall | null> {
    const all = await this.list(agentId, { only: "all", limit: Number.MAX_SAFE_INTEGER });
    const newest = all.find(({ joinedAtMs, call }) => joinedAtMs !== null && call.bridgedAtMs !== null);
    const endedAtMs = newest?.call.endedAtMs ?? null;
    if (newest === undefined || endedAtMs === null || endedAtMs < endedSinceMs) return null;
    return newest.completedAtMs === null ? newest : null;
  }

  async countMissed(agentId: AgentId): Promise<number> {
    this.#fail();
    return this.#missed(agentId).filter(({ missedSeenAtMs }) => missedSeenAtMs === null).length;
  }

  async seenMissed(agentId: AgentId, atMs: EpochMs): Promise<void> {
    for (const row of this.#missed(agentId)) {
      this.#change(row.callId, agentId, ({ missedSeenAtMs }) => ({ missedSeenAtMs: missedSeenAtMs ?? atMs }));
    }
  }

  async knownCaller(
    number: string,
    { before, since, simulated }: Parameters<DeskStore["knownCaller"]>[1],
  ): Promise<{ callsBefore: number; incidentsBefore: number }> {
    this.#fail();
    const calls = await this.#calls.listCalls({ limit: Number.MAX_SAFE_INTEGER, startedBeforeMs: before });
    const known = calls.filter(
      (call) => call.callerNumber === number && call.startedAtMs >= since && call.simulated === simulated,
    );
    const incidentsBefore = known.filter(({ endReason }) => endReason === "protection").length;
    return { callsBefore: known.length, incidentsBefore };
  }

  #missed(agentId: AgentId): readonly Row[] {
    return [...this.#rows.values()].filter(
      (row) => row.agentId === agentId && row.missedAtMs !== null && row.joinedAtMs === null,
    );
  }

  #change(callId: CallId, agentId: AgentId, change: (row: Row) => Partial<Row>): void {
    this.#fail();
    const key = `${callId} ${agentId}`;
    const row = this.#rows.get(key) ?? blank(callId, agentId);
    this.#rows.set(key, { ...row, ...change(row) });
  }

  #fail(): void {
    if (this.failure !== null) throw this.failure;
  }
}

function blank(callId: CallId, agentId: AgentId): Row {
  return {
    callId,
    agentId,
    joinedAtMs: null,
    missedAtMs: null,
    missedSeenAtMs: null,
    leftAtMs: null,
    disposition: null,
    note: "",
    completedAtMs: null,
  };
}
