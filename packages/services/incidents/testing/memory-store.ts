import type { CallId, IncidentId } from "@jikimi/kernel";
import type { AnnouncementMedia, CallFilter, CallStore, IncidentFilter, JournalWrite } from "../src/ports.ts";
import type { CallOpening, CallRow, IncidentRow, JournalEntry } from "../src/types.ts";

/** The call store in memory: small, real, and held to the same contract as the database. */
export class MemoryCallStore implements CallStore {
  readonly #calls = new Map<CallId, CallRow>();
  readonly #entries = new Map<CallId, Map<number, JournalEntry>>();
  readonly #incidents = new Map<IncidentId, IncidentRow>();
  readonly #announcements = new Map<string, AnnouncementMedia>();

  async write(writes: readonly JournalWrite[]): Promise<void> {
    for (const write of structuredClone(writes)) this.#writeOne(write);
  }

  #writeOne({ entry, opening, change, incidentOpening, incidentClosing }: JournalWrite): void {
    const { callId, seq } = entry;
    const entries = this.#entries.get(callId) ?? new Map<number, JournalEntry>();
    this.#entries.set(callId, entries);
    if (entries.has(seq)) return;
    entries.set(seq, entry);
    if (opening !== undefined && !this.#calls.has(callId)) this.#calls.set(callId, newCall(opening));
    const call = this.#calls.get(callId);
    if (call !== undefined) {
      const end = seq > call.lastSeq ? { lastSeq: seq, lastHash: entry.hash } : {};
      this.#calls.set(callId, { ...call, ...change, ...end });
    }
    if (incidentOpening !== undefined) {
      const open = { state: "open", closedAtMs: null, closedSeq: null, outcome: null } as const;
      this.#incidents.set(incidentOpening.incidentId, { ...incidentOpening, ...open });
    }
    const closing = incidentClosing === undefined ? undefined : this.#incidents.get(incidentClosing.incidentId);
    if (closing?.state === "open" && incidentClosing !== undefined) {
      this.#incidents.set(closing.incidentId, { ...closing, ...incidentClosing, state: "closed" });
    }
  }

  async findCall(callId: CallId): Promise<CallRow | null> {
    return this.#calls.get(callId) ?? null;
  }

  async listCalls({
    state,
    direction,
    startedBeforeMs,
    withRecording,
    limit,
  }: CallFilter): Promise<readonly CallRow[]> {
    return [...this.#calls.values()]
      .filter((call) => state === undefined || call.state === state)
      .filter((call) => direction === undefined || call.direction === direction)
      .filter((call) => startedBeforeMs === undefined || call.startedAtMs < startedBeforeMs)
      .filter((call) => withRecording === undefined || (call.recordingPath !== null) === withRecording)
      .sort((a, b) => b.startedAtMs - a.startedAtMs)
      .slice(0, limit);
  }

  async listEntries(callId: CallId): Promise<readonly JournalEntry[]> {
    return [...(this.#entries.get(callId)?.values() ?? [])].sort((a, b) => a.seq - b.seq);
  }

  async listUnfinished(): Promise<readonly CallRow[]> {
    const open = [...this.#calls.values()].filter(({ state }) => state !== "ended");
    return open.sort((a, b) => a.startedAtMs - b.startedAtMs);
  }

  async findIncident(incidentId: IncidentId): Promise<IncidentRow | null> {
    return this.#incidents.get(incidentId) ?? null;
  }

  async listIncidents({ state, openedBeforeMs, limit }: IncidentFilter): Promise<readonly IncidentRow[]> {
    return [...this.#incidents.values()]
      .filter((incident) => state === undefined || incident.state === state)
      .filter((incident) => openedBeforeMs === undefined || incident.openedAtMs < openedBeforeMs)
      .sort((a, b) => b.openedAtMs - a.openedAtMs)
      .slice(0, limit);
  }

  async listIncidentsOfCall(callId: CallId): Promise<readonly IncidentRow[]> {
    return [...this.#incidents.values()]
      .filter((incident) => incident.callId === callId)
      .sort((a, b) => a.openedSeq - b.openedSeq);
  }

  async erasePersonal(callId: CallId): Promise<void> {
    const entries = this.#entries.get(callId);
    for (const entry of entries?.values() ?? []) entries?.set(entry.seq, { ...entry, personal: null });
    const call = this.#calls.get(callId);
    if (call !== undefined) this.#calls.set(callId, { ...call, callerNumber: null });
  }

  async keepAnnouncement(media: AnnouncementMedia): Promise<void> {
    if (!this.#announcements.has(media.sha256)) this.#announcements.set(media.sha256, structuredClone(media));
  }

  async findAnnouncement(sha256: string): Promise<AnnouncementMedia | null> {
    return this.#announcements.get(sha256) ?? null;
  }
}

function newCall(opening: CallOpening): CallRow {
  return {
    ...opening,
    departmentId: null,
    agentId: null,
    state: "ringing",
    noticeCompletedAtMs: null,
    bridgedAtMs: null,
    endedAtMs: null,
    endReason: null,
    recordingPath: null,
    recordingSha256: null,
    recordingSummary: null,
    recognizer: null,
    policyId: null,
    policyVersion: null,
    lastSeq: 0,
    lastHash: "0".repeat(64),
  };
}
