import type { AgentRoster } from "@jikimi/calls";
import type { DirectoryView, Role } from "@jikimi/directory";
import type { AgentId, CallId, Clock, EpochMs, Timer } from "@jikimi/kernel";
import type { DeskState, HelpRequest, PresenceView, ServerMessage, TranscriptLine } from "@jikimi/live-events";
import type { Presence } from "@jikimi/routing";
import { type BoardChange, type CallBoard, peopleOn } from "./call-board.ts";
import { callViewOf, lagTellsForMs, partIn, transcriptLineOf } from "./call-view.ts";
import type { MissedCalls } from "./missed-calls.ts";
import { Outbox, type Wire } from "./outbox.ts";
import type { DeskPhones, ServiceHealth } from "./ports.ts";
import type { CallStory } from "./story.ts";
import type { WrapUps } from "./wrap-ups.ts";

/** At most 20 states a second to one desk. */
const leastBetweenMs = 50;
const healthEveryMs = 2000;
/** A page that reloads, or a network that is gone for a moment, is still somebody's desk. */
const deskStaysOpenMs = 60_000;

export type DeskVisitor = {
  readonly agentId: AgentId;
  readonly displayName: string;
  readonly role: Role | "auditor";
  /** The browser tab's own name for itself; null: it has none. */
  readonly tab: string | null;
};

/** One page's connection; whoever opened it closes it. */
export interface DeskConnection extends Disposable {
  pong(): void;
  /** The session is over; the page is told why before the connection goes. */
  signedOut(why: Extract<ServerMessage, { kind: "signed-out" }>["why"]): void;
}

type Page = { readonly visitor: DeskVisitor; readonly outbox: Outbox };

type OpenDesk = {
  readonly pages: Set<Page>;
  revision: number;
  lastSentMs: number;
  timer: Timer | null;
  lagTimer: Timer | null;
};

/**
 * The live side of everybody's desk: whatever changes of a person's calls, presence, telephones, write-up or the
 * service itself becomes one whole new state for their pages, at most 20 a second, with the words of their call beside it.
 */
export class DeskFeed {
  readonly #parts: DeskFeedParts;
  readonly #desks = new Map<AgentId, OpenDesk>();
  readonly #closedAtMs = new Map<AgentId, number>();
  readonly #stopListening: readonly (() => void)[];
  #revisionsFrom: number;
  #health: DeskState["service"];
  #healthTimer: Timer | null = null;

  constructor(parts: DeskFeedParts) {
    this.#parts = parts;
    const { board, roster, phones, wrapUps, missed, clock } = parts;
    // Grows over a restart too, so that a page never takes an old state for a new one.
    this.#revisionsFrom = clock.nowMs();
    this.#health = parts.health();
    const dirty = ({ agentId }: { readonly agentId: AgentId }) => this.#changed(agentId);
    this.#stopListening = [
      board.onChange((change) => this.#callChanged(change)),
      roster.onChange(dirty),
      phones.onChange(dirty),
      wrapUps.onChange(dirty),
      missed.onChange(dirty),
      phones.onTaken(({ agentId, tab }) => {
        for (const page of this.#desks.get(agentId)?.pages ?? []) {
          if (page.visitor.tab === tab) page.outbox.notice({ kind: "phone-taken" });
        }
      }),
    ];
  }

  close(): void {
    for (const stop of this.#stopListening) stop();
    this.#healthTimer?.cancel();
    for (const { pages, timer, lagTimer } of this.#desks.values()) {
      timer?.cancel();
      lagTimer?.cancel();
      for (const { outbox } of pages) outbox.close();
    }
    this.#desks.clear();
  }

  /** Somebody has a page open to write a call up on, or had a moment ago. */
  hasDesk(agentId: AgentId): boolean {
    if (this.#desks.has(agentId)) return true;
    const closedAtMs = this.#closedAtMs.get(agentId);
    return closedAtMs !== undefined && this.#parts.clock.monotonicMs() - closedAtMs < deskStaysOpenMs;
  }

  /** A page has connected: it gets who it is, then all there is, then what changes. */
  connect(visitor: DeskVisitor, wire: Wire): DeskConnection {
    const { agentId, displayName, role } = visitor;
    const { clock, missed } = this.#parts;
    const outbox = new Outbox({ wire, transcriptOf: (callId) => this.#transcriptOf(agentId, callId) });
    const page: Page = { visitor, outbox };
    const desk = this.#desks.get(agentId) ?? this.#openDesk();
    this.#desks.set(agentId, desk);
    desk.pages.add(page);
    this.#watchHealth();
    void missed.refresh(agentId);
    this.#parts.onDeskOpened(agentId);

    const serverTimeMs = clock.nowMs();
    outbox.notice({ kind: "hello", protocol: 1, serverTimeMs, me: { personId: agentId, displayName, role } });
    outbox.state(this.#stateFor(page, this.#stateOf(agentId, desk.revision)));
    for (const callId of this.#transcriptsOf(agentId)) outbox.wholeTranscript(callId);
    if (seesHelp(visitor)) outbox.help(this.helpRequests());
    return {
      pong: () => outbox.notice({ kind: "pong", serverTimeMs: clock.nowMs() }),
      signedOut: (why) => outbox.notice({ kind: "signed-out", why }),
      [Symbol.dispose]: () => this.#disconnect(page),
    };
  }

  /** Open requests for help, oldest first. */
  helpRequests(): HelpRequest[] {
    const open = this.#parts.board.all().flatMap((story) => this.#helpOf(story));
    return open.sort((a, b) => a.requestedAtMs - b.requestedAtMs);
  }

  #openDesk(): OpenDesk {
    const lastSentMs = Number.NEGATIVE_INFINITY;
    return { pages: new Set(), revision: this.#revisionsFrom++, lastSentMs, timer: null, lagTimer: null };
  }

  #disconnect(page: Page): void {
    page.outbox.close();
    const { agentId } = page.visitor;
    const desk = this.#desks.get(agentId);
    if (desk === undefined || !desk.pages.delete(page) || desk.pages.size > 0) return;
    desk.timer?.cancel();
    desk.lagTimer?.cancel();
    this.#desks.delete(agentId);
    this.#revisionsFrom = Math.max(this.#revisionsFrom, desk.revision + 1);
    this.#closedAtMs.set(agentId, this.#parts.clock.monotonicMs());
  }

  #callChanged({ before, story, lines }: BoardChange): void {
    const { callId } = story;
    for (const agentId of new Set([...watching(before), ...watching(story)])) {
      const desk = this.#desks.get(agentId);
      if (desk === undefined) continue;
      this.#changed(agentId);
      if (story.agentId !== agentId) continue;
      if (lines.length > 0 && story.hearing.lag !== null) this.#whenLagIsOld(agentId, desk);
      const isNew = before?.agentId !== agentId;
      const told = lines.map(transcriptLineOf);
      for (const { outbox } of desk.pages) {
        if (isNew) outbox.wholeTranscript(callId);
        else if (told.length > 0) outbox.lines(callId, told);
      }
    }
    if (before?.help !== story.help || (story.help !== null && before?.stage !== story.stage)) this.#helpChanged();
  }

  #helpChanged(): void {
    const requests = this.helpRequests();
    for (const { pages } of this.#desks.values()) {
      for (const page of pages) if (seesHelp(page.visitor)) page.outbox.help(requests);
    }
  }

  /** A state is due, now or as soon as the last one is old enough. */
  #changed(agentId: AgentId): void {
    const desk = this.#desks.get(agentId);
    if (desk === undefined || desk.timer !== null) return;
    const { clock } = this.#parts;
    const waitMs = Math.max(0, desk.lastSentMs + leastBetweenMs - clock.monotonicMs());
    // Even at once means after what is happening now: an event and what follows from it make one state.
    desk.timer = clock.after(waitMs, () => {
      desk.timer = null;
      desk.lastSentMs = clock.monotonicMs();
      desk.revision = Math.max(desk.revision + 1, this.#revisionsFrom);
      const state = this.#stateOf(agentId, desk.revision);
      for (const page of desk.pages) page.outbox.state(this.#stateFor(page, state));
    });
  }

  /** The lag that a line showed says nothing any more after a while, and nothing else may happen meanwhile. */
  #whenLagIsOld(agentId: AgentId, desk: OpenDesk): void {
    desk.lagTimer?.cancel();
    desk.lagTimer = this.#parts.clock.after(lagTellsForMs, () => {
      desk.lagTimer = null;
      this.#changed(agentId);
    });
  }

  #watchHealth(): void {
    if (this.#healthTimer !== null) return;
    const { clock, health } = this.#parts;
    const look = () => {
      this.#healthTimer = null;
      if (this.#desks.size === 0) return;
      const now = health();
      if (JSON.stringify(now) !== JSON.stringify(this.#health)) {
        this.#health = now;
        for (const agentId of this.#desks.keys()) this.#changed(agentId);
      }
      this.#healthTimer = clock.after(healthEveryMs, look);
    };
    this.#health = health();
    this.#healthTimer = clock.after(healthEveryMs, look);
  }

  #stateFor({ visitor }: Page, state: Omit<DeskState, "phone">): DeskState {
    return { ...state, phone: this.#parts.phones.view(visitor.agentId, visitor.tab) };
  }

  #stateOf(agentId: AgentId, revision: number): Omit<DeskState, "phone"> {
    const { clock, roster, wrapUps, missed } = this.#parts;
    const nowMs = clock.nowMs();
    const presence = roster.presence(agentId);
    return {
      revision,
      atMs: nowMs,
      presence: presenceViewOf(presence, wrapUps.extensionsLeft(agentId)),
      call: this.#callOf(agentId, nowMs),
      wrapUp: wrapUps.view(agentId, presence),
      missedCalls: missed.of(agentId),
      service: this.#health,
    };
  }

  /** The call that is on, or rings; else the one to be written up. */
  #callOf(agentId: AgentId, nowMs: EpochMs): DeskState["call"] {
    const { board, wrapUps, directory } = this.#parts;
    const nameOf = (id: AgentId) => directory().person(id)?.displayName ?? "";
    const story = mostPressing(board.of(agentId), agentId) ?? wrapUps.of(agentId)?.story ?? null;
    return story === null ? null : callViewOf(story, { agentId, nowMs, nameOf });
  }

  /** Words are for who is, or was, the agent of the call. */
  #transcriptsOf(agentId: AgentId): readonly CallId[] {
    const { board, wrapUps } = this.#parts;
    const live = board.of(agentId).filter((story) => story.agentId === agentId);
    const written = wrapUps.of(agentId)?.story;
    return [...new Set([...live, ...(written === undefined ? [] : [written])].map(({ callId }) => callId))];
  }

  #transcriptOf(agentId: AgentId, callId: CallId): readonly TranscriptLine[] | null {
    const { board, wrapUps } = this.#parts;
    const live = board.find(callId);
    const written = wrapUps.of(agentId)?.story;
    const story = live?.agentId === agentId ? live : written?.callId === callId ? written : null;
    return story === null ? null : story.lines.map(transcriptLineOf);
  }

  #helpOf({ help, stage, callId, department }: CallStory): HelpRequest[] {
    if (help === null || stage === "ended") return [];
    const nameOf = (id: AgentId) => this.#parts.directory().person(id)?.displayName ?? "";
    const { requestId, agentId, note, requestedAtMs, takenBy } = help;
    return [
      {
        requestId,
        callId,
        agentName: nameOf(agentId),
        department: department.names,
        note,
        requestedAtMs,
        takenBy: takenBy === null ? null : nameOf(takenBy),
      },
    ];
  }
}

export type DeskFeedParts = {
  readonly board: CallBoard;
  readonly wrapUps: WrapUps;
  readonly missed: MissedCalls;
  readonly roster: Pick<AgentRoster, "onChange" | "presence">;
  readonly phones: DeskPhones;
  readonly health: ServiceHealth;
  readonly directory: () => DirectoryView;
  readonly clock: Clock;
  /** A page of theirs has connected: what they left open may be brought back. */
  readonly onDeskOpened: (agentId: AgentId) => void;
};

/** Help is for those who can give it. */
function seesHelp({ role }: DeskVisitor): boolean {
  return role === "supervisor" || role === "administrator";
}

function watching(story: CallStory | null): readonly AgentId[] {
  return story === null ? [] : peopleOn(story);
}

const pressing = ["agent", "ringing", "consulted"] as const;

/** Of several calls the one to look at: one's own that is on, one that rings, one that a colleague asks about. */
function mostPressing(stories: readonly CallStory[], agentId: AgentId): CallStory | null {
  const live = stories.filter(({ stage }) => stage !== "ended");
  for (const part of pressing) {
    const found = live.find((story) => partIn(story, agentId) === part);
    if (found !== undefined) return found;
  }
  return stories.find((story) => partIn(story, agentId) === "agent") ?? null;
}

function presenceViewOf(presence: Presence, extensionsLeft: number): PresenceView {
  switch (presence.kind) {
    case "offline":
      return { kind: "offline", sinceMs: null };
    case "wrap-up":
      return { kind: "wrap-up", sinceMs: presence.sinceMs, untilMs: presence.untilMs, extensionsLeft };
    case "ready":
    case "ringing":
    case "talking":
      return { kind: presence.kind, sinceMs: presence.sinceMs };
    case "away":
    case "protected-rest":
      return presence;
  }
}
