import type { DirectoryView, Person } from "@jikimi/directory";
import type { AgentId, CallId, Cancellable, Clock, DepartmentId, EpochMs, Timer } from "@jikimi/kernel";
import { Listeners } from "@jikimi/kernel";
import {
  type AgentEvent,
  type AgentState,
  nextPresenceChangeMs,
  type Presence,
  pickAgent,
  presenceAt,
  reduceAgent,
  signedOutAgent,
} from "@jikimi/routing";

type Event = AgentEvent extends infer One ? (One extends AgentEvent ? Omit<One, "atMs"> : never) : never;

export type PresenceChange = { readonly agentId: AgentId; readonly presence: Presence };

/**
 * Who is there and what they are doing: the server's truth, which routing obeys. Every change goes through
 * `domain/routing`'s reducer; this only keeps its states and tells who waits.
 */
export class AgentRoster {
  readonly #clock: Clock;
  readonly #directory: () => DirectoryView;
  readonly #wrapUpMs: (agentId: AgentId) => number;
  readonly #states = new Map<AgentId, AgentState>();
  readonly #timers = new Map<AgentId, Timer>();
  readonly #changes = new Listeners<PresenceChange>();

  constructor(parts: {
    clock: Clock;
    directory: () => DirectoryView;
    /** What a person gets to write a call up in; 0 for somebody who has no screen to do it on. */
    wrapUpMs: (agentId: AgentId) => number;
  }) {
    this.#clock = parts.clock;
    this.#directory = parts.directory;
    this.#wrapUpMs = parts.wrapUpMs;
  }

  onChange(listener: (change: PresenceChange) => void): () => void {
    return this.#changes.add(listener);
  }

  presence(agentId: AgentId): Presence {
    return presenceAt(this.#state(agentId), this.#clock.nowMs());
  }

  /** What the agent, a supervisor or a telephone's registration says. Refusals leave everything as it was. */
  apply(agentId: AgentId, event: Event): { refused: string | null } {
    const atMs = this.#clock.nowMs();
    const step = reduceAgent(this.#state(agentId), { ...event, atMs } as AgentEvent);
    if (step.refused !== null) return { refused: step.refused };
    this.#states.set(agentId, step.state);
    this.#changed(agentId, atMs);
    return { refused: null };
  }

  /** The free agent idle longest among those not yet tried; from now on their telephone rings for this call. */
  claim(departmentId: DepartmentId, tried: ReadonlySet<AgentId>, callId: CallId): Person | null {
    const people = this.#directory().agentsOf(departmentId);
    const candidates = people.map(({ id }) => ({ agentId: id, presence: this.presence(id) }));
    const pick = pickAgent(candidates, tried);
    if (pick.kind === "nobody" || !this.claimPerson(pick.agentId, callId)) return null;
    return people.find(({ id }) => id === pick.agentId) ?? null;
  }

  /** One particular person, for a transfer; false when they are not free. */
  claimPerson(agentId: AgentId, callId: CallId): boolean {
    return this.apply(agentId, { kind: "ring-started", callId }).refused === null;
  }

  ringStopped(agentId: AgentId, callId: CallId, why: "missed" | "declined" | "withdrawn"): void {
    this.apply(agentId, { kind: "ring-stopped", callId, why });
  }

  /** Answered, or dialled by the agent; false when another call of theirs is on. */
  talking(agentId: AgentId, callId: CallId): boolean {
    return this.apply(agentId, { kind: "call-started", callId }).refused === null;
  }

  /** `connected` false: nobody was reached, and there is nothing to write up. */
  callOver(agentId: AgentId, callId: CallId, { connected = true }: { connected?: boolean } = {}): void {
    this.apply(agentId, { kind: "call-released", callId, wrapUpMs: connected ? this.#wrapUpMs(agentId) : 0 });
  }

  rest(agentId: AgentId, durationMs: number): void {
    this.apply(agentId, { kind: "rest-assigned", durationMs });
  }

  /** Whether they are there or not; null: no rest is running. One that is owed for a call still on has not begun. */
  restUntil(agentId: AgentId): EpochMs | null {
    const { restUntilMs } = this.#state(agentId);
    return restUntilMs !== null && this.#clock.nowMs() < restUntilMs ? restUntilMs : null;
  }

  /** Somebody is signed in and not away: waiting makes sense. */
  anyoneOnDuty(departmentId: DepartmentId): boolean {
    return this.#directory()
      .agentsOf(departmentId)
      .some(({ id }) => !["offline", "away"].includes(this.presence(id).kind));
  }

  /** Resolves at the next moment that somebody of the department becomes free; rejects when cancelled. */
  someoneFree(departmentId: DepartmentId, { signal }: Cancellable): Promise<void> {
    return new Promise((resolve, reject) => {
      const settle = (outcome: () => void) => {
        stop();
        signal.removeEventListener("abort", onAbort);
        outcome();
      };
      const onAbort = () => settle(() => reject(signal.reason));
      const stop = this.#changes.add(({ agentId, presence }) => {
        const theirs = this.#directory().person(agentId)?.departmentId === departmentId;
        if (theirs && presence.kind === "ready") settle(resolve);
      });
      if (signal.aborted) onAbort();
      else signal.addEventListener("abort", onAbort, { once: true });
    });
  }

  #state(agentId: AgentId): AgentState {
    return this.#states.get(agentId) ?? signedOutAgent(agentId, this.#clock.nowMs());
  }

  /** Tells the change, and comes back when rest or wrap-up ends by itself. */
  #changed(agentId: AgentId, atMs: EpochMs): void {
    this.#timers.get(agentId)?.cancel();
    this.#timers.delete(agentId);
    const state = this.#state(agentId);
    const nextMs = nextPresenceChangeMs(state, atMs);
    if (nextMs !== null) {
      const again = () => this.#changed(agentId, this.#clock.nowMs());
      this.#timers.set(agentId, this.#clock.after(Math.max(1, nextMs - atMs), again));
    }
    this.#changes.emit({ agentId, presence: presenceAt(state, atMs) });
  }
}
