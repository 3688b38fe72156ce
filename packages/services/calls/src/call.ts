import type { Department } from "@jikimi/directory";
import type { CallChange, CallJournal } from "@jikimi/incidents";
import {
  type AgentId,
  type CallDirection,
  type CallId,
  type Clock,
  type EpochMs,
  type LegId,
  type Log,
  type RecognizerName,
  WaitingQueue,
} from "@jikimi/kernel";
import type { Dialog, DialogEnd } from "@jikimi/sip";
import type { CallEvent, CallEventBody } from "./call-events.ts";
import type { Conversation } from "./conversation.ts";
import type { InboxItem } from "./inbox.ts";
import type { PlayedWatch } from "./playing.ts";
import type { TrialKind } from "./ports.ts";

/** Why a call ended: one closed list, the same for the record, the report and the screen. */
export type EndReason =
  | "hung-up"
  | "cancelled"
  | "protection"
  | "long-call"
  | "agent-ended"
  | "nobody-free"
  | "closed"
  | "not-reached"
  | "transferred-away"
  | "no-audio"
  | "media-lost"
  | "connection-lost"
  | "shutting-down"
  | "fault";

export type CallEnd = { readonly by: "caller" | "agent" | "jikimi"; readonly reason: EndReason };

/** The two parties' places on a call. The agent's place may pass from one leg to another (transfer). */
export type Party = "caller" | "agent";

export type LegOfCall = {
  readonly legId: LegId;
  readonly dialog: Dialog;
  /** The party hung up; an ending that plays to the other goes on without them. */
  readonly gone: boolean;
};

/** Keeps the agent's place on a call whose telephone is gone for a while. */
export interface AgentKeeping {
  readonly isAway: boolean;
  /** The telephone's dialog ended without a hang-up; true: the call waits for the agent. */
  dialogLost(): boolean;
  /** It did not take the new address when the media moved; true: the call waits for the agent. */
  mediaLost(): boolean;
  /** Somebody else has the call now. */
  handedOver(): void;
}

/** Somebody whom the agent asks while the caller waits; ended by joining the two others, or by going back. */
export interface Consulting {
  readonly state: "ringing" | "talking" | "failed";
  /** Connects the caller with who was asked, and lets the agent go; false when nobody is there to connect with. */
  complete(): Promise<boolean>;
  /** Back to the caller. */
  cancel(): Promise<void>;
}

/**
 * One call and all that is open for it: its two legs, its account, its end. What a call does is told by
 * `inbound-call.ts`, `outbound-call.ts` and `protect-call.ts`; this holds what they share.
 */
export class Call {
  readonly id: CallId;
  readonly direction: CallDirection;
  readonly startedAtMs: EpochMs;
  readonly department: Department;
  readonly log: Log;
  readonly played: PlayedWatch;
  /** Who listens: a synthetic caller is understood by another than a person. */
  readonly recognizer: RecognizerName;
  /** Null: a real call. */
  readonly trialKind: TrialKind | null;
  readonly #clock: Clock;
  readonly #journal: CallJournal;
  readonly #ended = new AbortController();
  readonly #legs = new Map<Party, LegOfCall>();
  /** What waits for the decision; `protectCall` reads it from the bridge on. */
  readonly inbox = new WaitingQueue<InboxItem>({ capacity: 10_000 });
  #legCount = 0;
  #utteranceCount = 0;
  #agentId: AgentId | null = null;
  #talking = false;
  /** Protection's own run, once it has begun: it ends after the call's last item. */
  protecting: Promise<void> | null = null;
  /** Who hears whom, from the first words between the two on. */
  conversation: Conversation | null = null;
  consultation: Consulting | null = null;
  agentLine: AgentKeeping | null = null;
  /** The caller has heard in full that the call is recorded. */
  noticeHeard = false;
  /** What the closed recording came to, for the incident's record; null without one. */
  recordingFacts: { recordingSha256: string; recordingComplete: boolean } | null = null;

  constructor(parts: {
    id: CallId;
    direction: CallDirection;
    startedAtMs: EpochMs;
    department: Department;
    log: Log;
    played: PlayedWatch;
    recognizer: RecognizerName;
    trialKind: TrialKind | null;
    clock: Clock;
    journal: CallJournal;
  }) {
    this.id = parts.id;
    this.direction = parts.direction;
    this.startedAtMs = parts.startedAtMs;
    this.department = parts.department;
    this.log = parts.log.child({ callId: parts.id });
    this.played = parts.played;
    this.recognizer = parts.recognizer;
    this.trialKind = parts.trialKind;
    this.#clock = parts.clock;
    this.#journal = parts.journal;
  }

  /** Aborts with a `CallEnd` as its reason, once. */
  get ended(): AbortSignal {
    return this.#ended.signal;
  }

  get end(): CallEnd | null {
    return this.#ended.signal.aborted ? (this.#ended.signal.reason as CallEnd) : null;
  }

  get agentId(): AgentId | null {
    return this.#agentId;
  }

  /** Milliseconds since the first INVITE. */
  get atMs(): number {
    return this.toCallTime(this.#clock.nowMs());
  }

  toCallTime(atMs: EpochMs): number {
    return Math.max(0, Math.round(atMs - this.startedAtMs));
  }

  /** Adds to the call's account. Never waits, never throws for a slow database. */
  tell(body: CallEventBody, options: { atMs?: number; change?: CallChange } = {}): void {
    const event: CallEvent = { ...body, atMs: options.atMs ?? this.atMs };
    this.#journal.append(this.id, event, options.change);
  }

  assignAgent(agentId: AgentId | null): void {
    this.#agentId = agentId;
  }

  newLegId(party: Party): LegId {
    return `${this.id}/${party}-${this.#legCount++}` as LegId;
  }

  nextUtteranceId(): string {
    this.#utteranceCount += 1;
    return `${this.id}/u${this.#utteranceCount}`;
  }

  /** An item for the decision; what comes after the call's last item is dropped. */
  put(item: InboxItem): void {
    void this.inbox.push(item);
  }

  /** From here on a hang-up is a conversation's end, and protection hears of it before the call is over. */
  beginTalking(): void {
    this.#talking = true;
  }

  get talking(): boolean {
    return this.#talking;
  }

  leg(party: Party): LegOfCall | null {
    return this.#legs.get(party) ?? null;
  }

  partyOf(legId: LegId): Party | null {
    for (const [party, leg] of this.#legs) if (leg.legId === legId) return party;
    return null;
  }

  /** Gives a party's place to a leg. Its dialog's end ends the call, unless the place has passed on by then. */
  seat(party: Party, legId: LegId, dialog: Dialog): void {
    this.#legs.set(party, { legId, dialog, gone: false });
    const onEnded = () => {
      if (this.leg(party)?.dialog === dialog) this.#left(party, dialog);
    };
    if (dialog.ended.aborted) onEnded();
    else dialog.ended.addEventListener("abort", onEnded, { once: true });
  }

  #left(party: Party, dialog: Dialog): void {
    this.#legs.set(party, { ...(this.#legs.get(party) as LegOfCall), gone: true });
    const how = dialog.endedBy ?? { kind: "closed" };
    const by = how.kind === "remote-bye" ? party : "jikimi";
    if (this.#talking && !this.ended.aborted) {
      if (party === "agent" && how.kind !== "remote-bye" && this.agentLine?.dialogLost()) return;
      // A telephone may hang up as soon as somebody else is being rung in its place.
      if (party === "agent" && how.kind === "remote-bye" && this.conversation?.isApart("transferring")) return;
      // To hang up while asking somebody is to leave the caller with them.
      if (party === "agent" && how.kind === "remote-bye" && this.consultation?.state === "talking") {
        void this.consultation.complete();
        return;
      }
      this.put({ kind: "event", event: { kind: party === "agent" ? "agent-hung-up" : "caller-hung-up" } });
      if (party === "agent" && how.kind === "remote-bye") return;
    }
    this.finish({ by, reason: endReasonOf(how) });
  }

  /** Begins the end: everything that waits on `ended` stops. The first reason stays. */
  finish(end: CallEnd): void {
    if (!this.#ended.signal.aborted) this.#ended.abort(end);
  }

  async hangUpLegs(): Promise<void> {
    const text = this.end?.reason ?? "hung-up";
    const reason = { protocol: "Q.850", cause: 16, text };
    await Promise.all([...this.#legs.values()].map((leg) => leg.dialog.bye({ reason })));
  }
}

function endReasonOf(how: DialogEnd): EndReason {
  switch (how.kind) {
    case "remote-bye":
    case "local-bye":
      return "hung-up";
    case "no-ack":
    case "session-expired":
    case "peer-lost":
      return "connection-lost";
    case "closed":
      return "shutting-down";
  }
}
