import type { CallId, EpochMs, IncidentId, Log, Random } from "@jikimi/kernel";
import type { ClosedAfterRestart, Verification } from "./api.ts";
import { chainEntry, chainStart, eventOf, verifyChain } from "./chain.ts";
import { IncidentsError } from "./errors.ts";
import { type IncidentDocument, incidentDocument } from "./incident-document.ts";
import type { AnnouncementMedia, CallFilter, CallStore, IncidentFilter, JournalWrite } from "./ports.ts";
import type { SpoolingJournal } from "./spooling-journal.ts";
import type { CallRow, IncidentRow, JournalEntry, Json } from "./types.ts";

/** Reading what the journal wrote, and the few things that are done to it afterwards. */
export class CallRecords {
  readonly #store: CallStore;
  readonly #journal: SpoolingJournal;
  readonly #random: Random;
  readonly #nowMs: () => EpochMs;
  readonly #log: Log;

  constructor(options: {
    store: CallStore;
    journal: SpoolingJournal;
    clock: { nowMs(): EpochMs };
    random: Random;
    log: Log;
  }) {
    this.#store = options.store;
    this.#journal = options.journal;
    this.#random = options.random;
    this.#nowMs = () => options.clock.nowMs();
    this.#log = options.log;
  }

  listCalls(filter: CallFilter): Promise<readonly CallRow[]> {
    return this.#store.listCalls(filter).catch(storeFailed);
  }

  findCall(callId: CallId): Promise<CallRow | null> {
    return this.#store.findCall(callId).catch(storeFailed);
  }

  /** Everything that happened on a call, in order, as it was told. */
  async listEvents(callId: CallId): Promise<readonly ReturnType<typeof eventOf>[]> {
    return (await this.#store.listEntries(callId).catch(storeFailed)).map(eventOf);
  }

  listIncidents(filter: IncidentFilter): Promise<readonly IncidentRow[]> {
    return this.#store.listIncidents(filter).catch(storeFailed);
  }

  findIncident(incidentId: IncidentId): Promise<IncidentRow | null> {
    return this.#store.findIncident(incidentId).catch(storeFailed);
  }

  /** In the order they were opened. */
  listIncidentsOfCall(callId: CallId): Promise<readonly IncidentRow[]> {
    return this.#store.listIncidentsOfCall(callId).catch(storeFailed);
  }

  /** The whole record of an incident; null when there is none. */
  async showIncident(incidentId: IncidentId): Promise<IncidentDocument | null> {
    const incident = await this.#store.findIncident(incidentId).catch(storeFailed);
    const call = incident === null ? null : await this.findCall(incident.callId);
    if (incident === null || call === null) return null;
    const entries = await this.#store.listEntries(call.callId).catch(storeFailed);
    const verification = verifyChain(entries, { seq: call.lastSeq, hash: call.lastHash });
    return incidentDocument({ incident, call, verification }, entries);
  }

  /** Whether a call's account is as it was written: nothing missing, altered, put in or cut off. */
  async verifyCall(callId: CallId): Promise<Verification> {
    const call = await this.findCall(callId);
    if (call === null) return { kind: "unknown-call" };
    const entries = await this.#store.listEntries(callId).catch(storeFailed);
    return verifyChain(entries, { seq: call.lastSeq, hash: call.lastHash });
  }

  /** The caller's number in clear; who asked and why is written into the call's journal before it is given, and it is not given while that cannot be made safe. */
  async revealNumber(callId: CallId, { by, reason }: { by: string; reason: string }): Promise<string | null> {
    const call = await this.findCall(callId);
    if (call === null) throw new IncidentsError("unknown-call");
    const atMs = Math.max(0, this.#nowMs() - call.startedAtMs);
    await this.#journal.annotate(callId, { kind: "number-revealed", atMs, by, reason });
    if ((await this.#journal.settled()) === "memory") throw new IncidentsError("not-replayed");
    return call.callerNumber;
  }

  /** Writes into a call's journal that somebody took something out of it, and why; rejects while that is not safe. */
  async noteAccess(
    callId: CallId,
    access: { kind: "recording-exported" | "recording-listened"; by: string; reason: string },
  ): Promise<void> {
    const call = await this.findCall(callId);
    if (call === null) throw new IncidentsError("unknown-call");
    await this.#journal.annotate(callId, { ...access, atMs: Math.max(0, this.#nowMs() - call.startedAtMs) });
    if ((await this.#journal.settled()) === "memory") throw new IncidentsError("not-replayed");
  }

  /** Takes what was said and who called out of the record for good; the chain still verifies. */
  async erasePersonal(callId: CallId, { by, reason }: { by: string; reason: string }): Promise<void> {
    const call = await this.findCall(callId);
    if (call === null) throw new IncidentsError("unknown-call");
    if (call.state !== "ended") throw new IncidentsError("call-not-ended");
    const atMs = Math.max(0, this.#nowMs() - call.startedAtMs);
    await this.#journal.annotate(callId, { kind: "personal-erased", atMs, by, reason });
    await this.#store.erasePersonal(callId).catch(storeFailed);
  }

  /** Keeps the very sound that played, so that the proof can be heard after somebody replaced the file. */
  keepAnnouncement(media: AnnouncementMedia): Promise<void> {
    return this.#store.keepAnnouncement(media).catch(storeFailed);
  }

  findAnnouncement(sha256: string): Promise<AnnouncementMedia | null> {
    return this.#store.findAnnouncement(sha256).catch(storeFailed);
  }

  /**
   * Ends the calls that an earlier process left open, at the last moment anything is known of, and says so in each
   * journal; closes their incidents with the same truth. Call it once at start, before calls are taken. Their
   * recordings, never closed, are for the caller to verify.
   */
  async closeUnfinishedCalls(reason: string): Promise<readonly ClosedAfterRestart[]> {
    if (!(await this.#journal.replayed({ withinMs: 30_000 }))) throw new IncidentsError("not-replayed");
    const closed: ClosedAfterRestart[] = [];
    for (const call of await this.#store.listUnfinished().catch(storeFailed)) {
      closed.push(await this.#closeUnfinished(call, reason));
    }
    if (closed.length > 0) this.#log.warn({ calls: closed.length, reason }, "calls of an earlier run were closed");
    return closed;
  }

  async #closeUnfinished(call: CallRow, reason: string): Promise<ClosedAfterRestart> {
    const { callId } = call;
    const entries = await this.#store.listEntries(callId).catch(storeFailed);
    const incidents = await this.#store.listIncidentsOfCall(callId).catch(storeFailed);
    const open = incidents.filter(({ state }) => state === "open");
    const last = entries.at(-1);
    const lastAtMs = last?.atMs ?? 0;
    const lastEventAtMs = (last?.recordedAtMs ?? call.startedAtMs) as EpochMs;
    const writes: JournalWrite[] = [];
    let end = { seq: last?.seq ?? 0, hash: last?.hash ?? chainStart };
    const add = (event: { kind: string; atMs: number } & Record<string, Json>): JournalEntry => {
      const entry = chainEntry(callId, event, { end, recordedAtMs: this.#nowMs(), random: this.#random });
      end = { seq: entry.seq, hash: entry.hash };
      return entry;
    };
    for (const { incidentId } of open) {
      const outcome = { kind: "cut-off", reason } as const;
      const entry = add({ kind: "incident-closed", atMs: lastAtMs, incidentId, outcome });
      const closing = { incidentId, closedAtMs: this.#nowMs(), closedSeq: entry.seq, outcome };
      writes.push({ entry, incidentClosing: closing });
    }
    const bye = add({ kind: "bye", atMs: lastAtMs, by: "jikimi", reason });
    writes.push({ entry: bye, change: { state: "ended", endedAtMs: lastEventAtMs, endReason: reason } });
    await this.#store.write(writes).catch(storeFailed);
    const unverified = call.recordingSha256 === null ? call.recordingPath : null;
    const openIncidents = open.map(({ incidentId }) => incidentId);
    return { callId, lastEventAtMs, recordingPath: unverified, openIncidents };
  }
}

function storeFailed(cause: unknown): never {
  throw new IncidentsError("store-failed", { cause });
}
