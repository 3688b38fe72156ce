import {
  type AnnouncementMedia,
  type CallChange,
  type CallFilter,
  type CallRow,
  type CallStore,
  type IncidentFilter,
  type IncidentRow,
  IncidentsError,
  type JournalEntry,
  type JournalWrite,
} from "@jikimi/incidents";
import type { AgentId, CallId, DepartmentId, EpochMs, IncidentId, PolicyId } from "@jikimi/kernel";
import { and, asc, desc, eq, isNotNull, isNull, lt, ne } from "drizzle-orm";
import type { Db } from "./db.ts";
import { sqlState } from "./failures.ts";
import { agentCalls, announcementMedia, callEvents, calls, incidents } from "./schema.ts";

/** Calls, their events and incidents in tables. */
export class PostgresCallStore implements CallStore {
  readonly #db: Db;

  constructor(db: Db) {
    this.#db = db;
  }

  /**
   * A few statements a batch, whatever its size: entries first, and only of those that were new the rows that change.
   * Writers of the same entries wait for each other at the entries' key.
   */
  async write(writes: readonly JournalWrite[]): Promise<void> {
    if (writes.length === 0) return;
    try {
      await this.#db.transaction(async (tx) => {
        const entries = writes.map(({ entry }) => fromEntry(entry));
        const inserted = await tx
          .insert(callEvents)
          .values(entries)
          .onConflictDoNothing()
          .returning({ callId: callEvents.callId, seq: callEvents.seq });
        const isNew = new Set(inserted.map(({ callId, seq }) => `${callId} ${seq}`));
        const fresh = writes.filter(({ entry }) => isNew.has(`${entry.callId} ${entry.seq}`));
        const opened = fresh.flatMap(({ opening, entry }) => (opening === undefined ? [] : [newCall(opening, entry)]));
        if (opened.length > 0) await tx.insert(calls).values(opened).onConflictDoNothing();
        for (const [callId, change] of changesByCall(fresh)) {
          await tx.update(calls).set(change).where(eq(calls.callId, callId));
        }
        for (const { incidentOpening, incidentClosing } of fresh) {
          if (incidentOpening !== undefined) {
            const { openedAtMs, ...rest } = incidentOpening;
            await tx
              .insert(incidents)
              .values({ ...rest, openedAt: openedAtMs, state: "open" })
              .onConflictDoNothing();
          }
          if (incidentClosing !== undefined) {
            const { incidentId, closedAtMs, closedSeq, outcome } = incidentClosing;
            await tx
              .update(incidents)
              .set({ state: "closed", closedAt: closedAtMs, closedSeq, outcome })
              .where(and(eq(incidents.incidentId, incidentId), eq(incidents.state, "open")));
          }
        }
      });
    } catch (failure) {
      const state = sqlState(failure);
      if (isForGood(state)) throw new IncidentsError("store-rejected", { cause: `SQLSTATE ${state}` });
      throw failure;
    }
  }

  async findCall(callId: CallId): Promise<CallRow | null> {
    const [row] = await this.#db.select().from(calls).where(eq(calls.callId, callId));
    return row === undefined ? null : toCall(row);
  }

  async listCalls({
    state,
    direction,
    startedBeforeMs,
    withRecording,
    limit,
  }: CallFilter): Promise<readonly CallRow[]> {
    const which = and(
      state === undefined ? undefined : eq(calls.state, state),
      direction === undefined ? undefined : eq(calls.direction, direction),
      startedBeforeMs === undefined ? undefined : lt(calls.startedAt, startedBeforeMs as EpochMs),
      withRecording === undefined
        ? undefined
        : withRecording
          ? isNotNull(calls.recordingPath)
          : isNull(calls.recordingPath),
    );
    const rows = await this.#db
      .select()
      .from(calls)
      .where(which)
      .orderBy(desc(calls.startedAt), desc(calls.callId))
      .limit(limit);
    return rows.map(toCall);
  }

  async listEntries(callId: CallId): Promise<readonly JournalEntry[]> {
    const rows = await this.#db
      .select()
      .from(callEvents)
      .where(eq(callEvents.callId, callId))
      .orderBy(asc(callEvents.seq));
    return rows.map(toEntry);
  }

  async listUnfinished(): Promise<readonly CallRow[]> {
    const rows = await this.#db.select().from(calls).where(ne(calls.state, "ended")).orderBy(asc(calls.startedAt));
    return rows.map(toCall);
  }

  async findIncident(incidentId: IncidentId): Promise<IncidentRow | null> {
    const [row] = await this.#db.select().from(incidents).where(eq(incidents.incidentId, incidentId));
    return row === undefined ? null : toIncident(row);
  }

  async listIncidents({ state, openedBeforeMs, limit }: IncidentFilter): Promise<readonly IncidentRow[]> {
    const which = and(
      state === undefined ? undefined : eq(incidents.state, state),
      openedBeforeMs === undefined ? undefined : lt(incidents.openedAt, openedBeforeMs as EpochMs),
    );
    const rows = await this.#db
      .select()
      .from(incidents)
      .where(which)
      .orderBy(desc(incidents.openedAt), desc(incidents.incidentId))
      .limit(limit);
    return rows.map(toIncident);
  }

  async listIncidentsOfCall(callId: CallId): Promise<readonly IncidentRow[]> {
    const rows = await this.#db
      .select()
      .from(incidents)
      .where(eq(incidents.callId, callId))
      .orderBy(asc(incidents.openedSeq));
    return rows.map(toIncident);
  }

  async erasePersonal(callId: CallId): Promise<void> {
    await this.#db.transaction(async (tx) => {
      const spoken = and(eq(callEvents.callId, callId), isNotNull(callEvents.personal));
      await tx.update(callEvents).set({ personal: null }).where(spoken);
      await tx.update(calls).set({ callerNumber: null }).where(eq(calls.callId, callId));
      await tx.update(agentCalls).set({ note: "" }).where(eq(agentCalls.callId, callId));
    });
  }

  async keepAnnouncement(media: AnnouncementMedia): Promise<void> {
    await this.#db.insert(announcementMedia).values(media).onConflictDoNothing();
  }

  async findAnnouncement(sha256: string): Promise<AnnouncementMedia | null> {
    const [row] = await this.#db.select().from(announcementMedia).where(eq(announcementMedia.sha256, sha256));
    return row ?? null;
  }
}

/** Data (22) and integrity (23) errors, and a row that is too large (54): trying again changes nothing. */
function isForGood(state: string | null): boolean {
  return state !== null && /^(22|23|54)/.test(state);
}

type CallUpdate = Partial<typeof calls.$inferInsert>;

/** Later changes of a call over earlier ones, with the end of its chain. */
function changesByCall(writes: readonly JournalWrite[]): ReadonlyMap<CallId, CallUpdate> {
  const changes = new Map<CallId, CallUpdate>();
  for (const { entry, change } of writes) {
    const end = { lastSeq: entry.seq, lastHash: entry.hash };
    changes.set(entry.callId, { ...changes.get(entry.callId), ...fromChange(change), ...end });
  }
  return changes;
}

function fromChange(change: CallChange = {}): CallUpdate {
  const { noticeCompletedAtMs, bridgedAtMs, endedAtMs, ...rest } = change;
  return {
    ...rest,
    ...(noticeCompletedAtMs === undefined ? {} : { noticeCompletedAt: noticeCompletedAtMs }),
    ...(bridgedAtMs === undefined ? {} : { bridgedAt: bridgedAtMs }),
    ...(endedAtMs === undefined ? {} : { endedAt: endedAtMs }),
  };
}

function newCall(
  { startedAtMs, ...rest }: NonNullable<JournalWrite["opening"]>,
  { seq, hash }: JournalEntry,
): typeof calls.$inferInsert {
  return { ...rest, startedAt: startedAtMs, state: "ringing", lastSeq: seq, lastHash: hash };
}

/** A row as the services know it. */
export function toCall(row: typeof calls.$inferSelect): CallRow {
  const { startedAt, noticeCompletedAt, bridgedAt, endedAt, ...rest } = row;
  return {
    ...rest,
    callId: rest.callId as CallId,
    departmentId: rest.departmentId as DepartmentId | null,
    agentId: rest.agentId as AgentId | null,
    policyId: rest.policyId as PolicyId | null,
    startedAtMs: startedAt,
    noticeCompletedAtMs: noticeCompletedAt,
    bridgedAtMs: bridgedAt,
    endedAtMs: endedAt,
  };
}

function fromEntry({ recordedAtMs, personal, ...rest }: JournalEntry): typeof callEvents.$inferInsert {
  return { ...rest, recordedAt: recordedAtMs, personal };
}

function toEntry({ recordedAt, callId, body, personal, ...rest }: typeof callEvents.$inferSelect): JournalEntry {
  return {
    ...rest,
    callId: callId as CallId,
    recordedAtMs: recordedAt,
    body: body as JournalEntry["body"],
    personal: personal as JournalEntry["personal"],
  };
}

function toIncident(row: typeof incidents.$inferSelect): IncidentRow {
  const { openedAt, closedAt, ...rest } = row;
  return {
    ...rest,
    incidentId: rest.incidentId as IncidentId,
    callId: rest.callId as CallId,
    policyId: rest.policyId as PolicyId,
    openedAtMs: openedAt,
    closedAtMs: closedAt,
  };
}
