import type { AgentCall, AgentCallFilter, DeskStore } from "@jikimi/desk";
import type { AgentId, CallId, EpochMs, IncidentId } from "@jikimi/kernel";
import {
  and,
  count,
  desc,
  eq,
  exists,
  getTableColumns,
  gte,
  inArray,
  isNotNull,
  isNull,
  lt,
  or,
  sql,
} from "drizzle-orm";
import { toCall } from "./call-store.ts";
import type { Db } from "./db.ts";
import { agentCalls, calls, incidents } from "./schema.ts";

type Part = { callId: CallId; agentId: AgentId; atMs: EpochMs };

/** Who was on which call, and what they wrote of it, in a table beside the calls. */
export class PostgresDeskStore implements DeskStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  async noteJoined({ callId, agentId, atMs }: Part): Promise<void> {
    await this.#db
      .insert(agentCalls)
      .values({ callId, agentId, joinedAt: atMs })
      .onConflictDoUpdate({ target: key, set: { joinedAt: firstOf("joined_at") } });
  }

  async noteMissed({ callId, agentId, atMs }: Part): Promise<void> {
    await this.#db
      .insert(agentCalls)
      .values({ callId, agentId, missedAt: atMs })
      .onConflictDoUpdate({ target: key, set: { missedAt: firstOf("missed_at") } });
  }

  async noteLeft({ callId, agentId, atMs }: Part): Promise<void> {
    await this.#db
      .insert(agentCalls)
      .values({ callId, agentId, leftAt: atMs })
      .onConflictDoUpdate({ target: key, set: { leftAt: firstOf("left_at") } });
  }

  async saveWrapUp(wrapUp: Parameters<DeskStore["saveWrapUp"]>[0]): Promise<void> {
    const { callId, agentId, disposition, note, completedAtMs } = wrapUp;
    const completed = completedAtMs === null ? {} : { completedAt: completedAtMs };
    await this.#db
      .insert(agentCalls)
      .values({ callId, agentId, disposition, note, ...completed })
      .onConflictDoUpdate({ target: key, set: { disposition, note, ...completed } });
  }

  async find(agentId: AgentId, callId: CallId): Promise<AgentCall | null> {
    const [found] = await this.#theirs(agentId, eq(calls.callId, callId), 1);
    return found ?? null;
  }

  async list(agentId: AgentId, { only, startedBeforeMs, limit }: AgentCallFilter): Promise<readonly AgentCall[]> {
    const joined = or(isNotNull(agentCalls.joinedAt), eq(calls.agentId, agentId));
    const withIncident = exists(
      this.#db.select({ one: sql`1` }).from(incidents).where(eq(incidents.callId, calls.callId)),
    );
    const which = and(
      startedBeforeMs === undefined ? undefined : lt(calls.startedAt, startedBeforeMs as EpochMs),
      only === "missed" ? sql`not coalesce(${joined}, false)` : undefined,
      only === "incidents" ? and(joined, withIncident) : undefined,
    );
    return this.#theirs(agentId, which, limit);
  }

  async latestOpen(agentId: AgentId, { endedSinceMs }: { endedSinceMs: EpochMs }): Promise<AgentCall | null> {
    const joined = or(isNotNull(agentCalls.joinedAt), eq(calls.agentId, agentId));
    const [newest] = await this.#theirs(agentId, and(joined, isNotNull(calls.bridgedAt)), 1);
    const endedAtMs = newest?.call.endedAtMs ?? null;
    if (newest === undefined || endedAtMs === null || endedAtMs < endedSinceMs) return null;
    return newest.completedAtMs === null ? newest : null;
  }

  async countMissed(agentId: AgentId): Promise<number> {
    const [row] = await this.#db
      .select({ count: count() })
      .from(agentCalls)
      .where(and(missed(agentId), isNull(agentCalls.missedSeenAt)));
    return row?.count ?? 0;
  }

  async seenMissed(agentId: AgentId, atMs: EpochMs): Promise<void> {
    await this.#db
      .update(agentCalls)
      .set({ missedSeenAt: atMs })
      .where(and(missed(agentId), isNull(agentCalls.missedSeenAt)));
  }

  async knownCaller(
    number: string,
    { before, since, simulated }: Parameters<DeskStore["knownCaller"]>[1],
  ): Promise<{ callsBefore: number; incidentsBefore: number }> {
    const [row] = await this.#db
      .select({
        callsBefore: count(),
        incidentsBefore: sql`count(*) filter (where ${calls.endReason} = 'protection')`.mapWith(Number),
      })
      .from(calls)
      .where(
        and(
          eq(calls.callerNumber, number),
          lt(calls.startedAt, before),
          gte(calls.startedAt, since),
          eq(calls.simulated, simulated),
        ),
      );
    return row ?? { callsBefore: 0, incidentsBefore: 0 };
  }

  /** Calls that this person has a part in, or is the agent of, newest first. */
  async #theirs(agentId: AgentId, which: ReturnType<typeof and>, limit: number): Promise<readonly AgentCall[]> {
    const rows = await this.#db
      .select({ call: getTableColumns(calls), part: getTableColumns(agentCalls) })
      .from(calls)
      .leftJoin(agentCalls, and(eq(agentCalls.callId, calls.callId), eq(agentCalls.agentId, agentId)))
      .where(and(inArray(calls.callId, this.#callIdsOf(agentId)), which))
      .orderBy(desc(calls.startedAt), desc(calls.callId))
      .limit(limit);
    const incidentsOf = await this.#incidentsOf(rows.map(({ call }) => call.callId));
    return rows.map(({ call, part }): AgentCall => {
      const answeredAt = call.agentId === agentId ? (call.bridgedAt ?? call.startedAt) : null;
      return {
        call: toCall(call),
        joinedAtMs: part?.joinedAt ?? answeredAt,
        missedAtMs: part?.missedAt ?? null,
        leftAtMs: part?.leftAt ?? null,
        disposition: part?.disposition ?? null,
        note: part?.note ?? "",
        completedAtMs: part?.completedAt ?? null,
        incidentIds: incidentsOf.get(call.callId) ?? [],
      };
    });
  }

  /** As two looks at two indexes: an `or` over both tables would read every call there is. */
  #callIdsOf(agentId: AgentId) {
    const joined = this.#db
      .select({ callId: agentCalls.callId })
      .from(agentCalls)
      .where(eq(agentCalls.agentId, agentId));
    return joined.union(this.#db.select({ callId: calls.callId }).from(calls).where(eq(calls.agentId, agentId)));
  }

  async #incidentsOf(callIds: readonly string[]): Promise<ReadonlyMap<string, readonly IncidentId[]>> {
    const byCall = new Map<string, IncidentId[]>();
    if (callIds.length === 0) return byCall;
    const rows = await this.#db
      .select({ callId: incidents.callId, incidentId: incidents.incidentId })
      .from(incidents)
      .where(inArray(incidents.callId, [...callIds]))
      .orderBy(incidents.openedSeq);
    for (const { callId, incidentId } of rows) {
      byCall.set(callId, [...(byCall.get(callId) ?? []), incidentId as IncidentId]);
    }
    return byCall;
  }
}

const key = [agentCalls.callId, agentCalls.agentId];

/** What is there stays; else what is given now. */
function firstOf(column: "joined_at" | "missed_at" | "left_at") {
  return sql.raw(`coalesce("agent_calls"."${column}", excluded."${column}")`);
}

function missed(agentId: AgentId) {
  return and(eq(agentCalls.agentId, agentId), isNotNull(agentCalls.missedAt), isNull(agentCalls.joinedAt));
}
