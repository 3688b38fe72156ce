import type { AgentRoster, PoliciesInForce } from "@jikimi/calls";
import type { DirectoryView } from "@jikimi/directory";
import { type CallJournal, type CallOpening, type CallRecords, type CallRow, IncidentsError } from "@jikimi/incidents";
import {
  type AgentId,
  type CallId,
  type Clock,
  type EpochMs,
  type IncidentId,
  type Log,
  makeId,
  type Random,
} from "@jikimi/kernel";
import { CallBoard } from "./call-board.ts";
import { partIn } from "./call-view.ts";
import { DeskCalls } from "./desk-calls.ts";
import { DeskFeed } from "./desk-feed.ts";
import { MissedCalls } from "./missed-calls.ts";
import { PartsWritten } from "./parts-written.ts";
import type { DeskPhones, DeskStore, ServiceHealth } from "./ports.ts";
import { Storyteller } from "./storyteller.ts";
import { siteWrapUpRule, WrapUps } from "./wrap-ups.ts";

/** An operation of the desk was done, or why it was not. */
export type DeskOutcome =
  | "done"
  /** Somebody else's, or nobody's: the two are never told apart. */
  | "not-your-call"
  | "call-over"
  /** A protected rest is ended as such, never by the way. */
  | "resting"
  | "not-resting"
  | "no-extension-left"
  | "help-unknown"
  | "incident-unknown";

/** Known callers are counted over this long. */
const knownForMs = 180 * 24 * 60 * 60_000;
/** A write-up that a restart interrupted is brought back this long. */
const writeUpKeptMs = 12 * 60 * 60_000;

export type DeskParts = {
  readonly journal: CallJournal;
  readonly records: Pick<CallRecords, "findIncident" | "listEvents" | "listIncidentsOfCall">;
  readonly roster: AgentRoster;
  readonly directory: () => DirectoryView;
  readonly policies: PoliciesInForce;
  readonly store: DeskStore;
  readonly phones: DeskPhones;
  readonly health: ServiceHealth;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
};

/**
 * Everybody's desk: what their calls, write-ups and missed rings are now (`feed`), what they were (`calls`), and what
 * people do at it that is not the telephone's. Every call is asked for by whose it is; somebody else's is as unknown.
 */
export class Desk implements AsyncDisposable {
  readonly feed: DeskFeed;
  readonly calls: DeskCalls;
  readonly board: CallBoard;
  readonly #parts: DeskParts;
  readonly #teller: Storyteller;
  readonly #wrapUps: WrapUps;
  readonly #missed: MissedCalls;
  readonly #written: PartsWritten;

  constructor(parts: DeskParts) {
    this.#parts = parts;
    const { journal, records, roster, directory, policies, store, phones, health, clock, log } = parts;
    this.#teller = new Storyteller({ directory, policies, clock });
    this.board = new CallBoard({ journal, teller: this.#teller, clock, log });
    this.#wrapUps = new WrapUps({ roster, rule: siteWrapUpRule });
    this.#missed = new MissedCalls({ store, log });
    this.#written = new PartsWritten({
      store,
      clock,
      log,
      onWritten: ({ what, agentId }) => {
        if (what !== "left") void this.#missed.refresh(agentId);
      },
    });
    // Before the feed, which shows what these make of a change.
    this.board.onChange((change) => {
      this.#written.follow(change);
      this.#wrapUps.follow(change);
    });
    this.board.onOpening((opening) => void this.#lookUp(opening));
    this.feed = new DeskFeed({
      board: this.board,
      wrapUps: this.#wrapUps,
      missed: this.#missed,
      roster,
      phones,
      health,
      directory,
      clock,
      onDeskOpened: (agentId) => void this.#restore(agentId),
    });
    this.calls = new DeskCalls({ store, records, teller: this.#teller, policies, directory });
  }

  /** Ready, away, or the end of one's own rest. */
  setPresence(
    agentId: AgentId,
    wish:
      | { readonly kind: "ready" }
      | { readonly kind: "away"; readonly reason: "break" | "meal" | "meeting" | "training" | "other" }
      | { readonly kind: "end-rest" },
  ): DeskOutcome {
    const { roster } = this.#parts;
    switch (wish.kind) {
      case "ready":
        if (roster.presence(agentId).kind === "protected-rest") return "resting";
        roster.apply(agentId, { kind: "set-ready", by: "agent" });
        return "done";
      case "away":
        roster.apply(agentId, { kind: "set-away", by: "agent", reason: wish.reason });
        return "done";
      case "end-rest": {
        const { refused } = roster.apply(agentId, { kind: "rest-ended", by: "agent" });
        return refused === null ? "done" : "not-resting";
      }
    }
  }

  requestHelp(agentId: AgentId, callId: CallId, note: string): DeskOutcome {
    const { journal, random, clock } = this.#parts;
    const story = this.board.find(callId);
    if (story === null || partIn(story, agentId) !== "agent") return "not-your-call";
    if (story.stage === "ended") return "call-over";
    if (story.help !== null && story.help.takenBy === null) return "done";
    const requestId = makeId("help", clock.nowMs(), random);
    const atMs = this.#callTime(story);
    journal.append(callId, { kind: "help-requested", requestId, agentId, note, atMs });
    return "done";
  }

  /** Somebody comes. A second one is too late, and is told that it is taken care of. */
  takeHelp(by: AgentId, requestId: string): DeskOutcome {
    const story = this.board.all().find(({ help }) => help?.requestId === requestId);
    if (story === undefined || story.stage === "ended" || story.help === null) return "help-unknown";
    if (story.help.takenBy !== null) return "done";
    this.#parts.journal.append(story.callId, { kind: "help-taken", requestId, by, atMs: this.#callTime(story) });
    return "done";
  }

  /** Also later, from the list of one's calls. */
  async saveWrapUp(
    agentId: AgentId,
    callId: CallId,
    written: { readonly disposition: string | null; readonly note: string },
    { complete = false }: { complete?: boolean } = {},
  ): Promise<DeskOutcome> {
    if ((await this.calls.joined(agentId, callId)) === null && !this.#isWritingUp(agentId, callId)) {
      return "not-your-call";
    }
    const completedAtMs = complete ? this.#parts.clock.nowMs() : null;
    await this.#parts.store.saveWrapUp({ callId, agentId, ...written, completedAtMs });
    this.#wrapUps.save(agentId, callId, written);
    if (complete) this.#wrapUps.complete(agentId, callId);
    return "done";
  }

  extendWrapUp(agentId: AgentId, callId: CallId): DeskOutcome {
    if (!this.#isWritingUp(agentId, callId)) return "not-your-call";
    return this.#wrapUps.extend(agentId, callId) ? "done" : "no-extension-left";
  }

  seenMissed(agentId: AgentId): Promise<void> {
    return this.#missed.seen(agentId, this.#parts.clock.nowMs());
  }

  /**
   * The other party's number of a call of theirs, for the telephone side alone; null: not theirs, not known, or
   * practice, which has nobody to ring back.
   */
  async numberToCallBack(callId: CallId, agentId: AgentId): Promise<string | null> {
    const mine = await this.calls.find(agentId, callId);
    return mine === null || mine.call.simulated ? null : mine.call.callerNumber || null;
  }

  /** A line for the reviewer, written into the call's own account. The newest one counts; an empty one takes it back. */
  async comment(agentId: AgentId, incidentId: IncidentId, comment: string): Promise<DeskOutcome> {
    const { records, journal } = this.#parts;
    const incident = await records.findIncident(incidentId);
    const mine = incident === null ? null : await this.calls.joined(agentId, incident.callId);
    if (incident === null || mine === null) return "incident-unknown";
    const atMs = Math.max(0, this.#parts.clock.nowMs() - mine.call.startedAtMs);
    await journal.annotate(incident.callId, { kind: "incident-commented", incidentId, agentId, comment, atMs });
    if ((await journal.settled()) === "memory") throw new IncidentsError("not-replayed");
    return "done";
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.feed.close();
    this.board.close();
    await this.#written.close();
  }

  #isWritingUp(agentId: AgentId, callId: CallId): boolean {
    return this.#wrapUps.of(agentId)?.story.callId === callId;
  }

  #callTime({ startedAtMs }: { startedAtMs: EpochMs }): number {
    return Math.max(0, this.#parts.clock.nowMs() - startedAtMs);
  }

  /** How often this caller has rung before; the desk shows it when it is known. */
  async #lookUp({ callId, callerNumber, startedAtMs, simulated }: CallOpening): Promise<void> {
    if (callerNumber === null || callerNumber === "") return;
    const since = Math.max(0, startedAtMs - knownForMs) as EpochMs;
    try {
      const known = await this.#parts.store.knownCaller(callerNumber, { before: startedAtMs, since, simulated });
      this.board.learn(callId, { kind: "known-caller", ...known });
    } catch (cause) {
      this.#parts.log.warn({ cause, callId }, "a caller's earlier calls could not be counted");
    }
  }

  /** What a restart of the server interrupted is still to be written up. */
  async #restore(agentId: AgentId): Promise<void> {
    const { store, clock, log } = this.#parts;
    if (this.#wrapUps.of(agentId) !== null || this.board.of(agentId).length > 0) return;
    try {
      const endedSinceMs = Math.max(0, clock.nowMs() - writeUpKeptMs) as EpochMs;
      const open = await store.latestOpen(agentId, { endedSinceMs });
      if (open === null || this.board.of(agentId).length > 0) return;
      const story = await this.#storyOf(open.call);
      this.#wrapUps.restore(agentId, { story, disposition: open.disposition, note: open.note });
    } catch (cause) {
      log.warn({ cause, agentId }, "a write-up could not be brought back");
    }
  }

  async #storyOf(row: CallRow) {
    return this.#teller.ofRecord(row, await this.#parts.records.listEvents(row.callId));
  }
}
