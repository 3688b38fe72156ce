import type { CallJournal, CallOpening, ToldEvent } from "@jikimi/incidents";
import { type AgentId, type CallId, type EpochMs, Listeners, type Log } from "@jikimi/kernel";
import { reduceStory } from "./reduce-story.ts";
import type { CallStory, StoryEvent, StoryFact, StoryLine } from "./story.ts";
import type { Storyteller, Undated } from "./storyteller.ts";

export type BoardChange = {
  readonly before: CallStory | null;
  readonly story: CallStory;
  /** Added or replaced. */
  readonly lines: readonly StoryLine[];
};

/** Every call that lives, as its desk tells it: follows the journal, and says what changed. */
export class CallBoard {
  readonly #teller: Storyteller;
  readonly #nowMs: () => EpochMs;
  readonly #log: Log;
  readonly #stories = new Map<CallId, CallStory>();
  readonly #callsOf = new Map<AgentId, Set<CallId>>();
  readonly #changes: Listeners<BoardChange>;
  readonly #openings: Listeners<CallOpening>;
  readonly #stopListening: () => void;

  constructor(parts: {
    journal: Pick<CallJournal, "onEvent">;
    teller: Storyteller;
    clock: { nowMs(): EpochMs };
    log: Log;
  }) {
    this.#teller = parts.teller;
    this.#nowMs = () => parts.clock.nowMs();
    this.#log = parts.log;
    const onFailure = (cause: unknown) => parts.log.error({ cause }, "a listener to the desk's calls failed");
    this.#changes = new Listeners(onFailure);
    this.#openings = new Listeners(onFailure);
    this.#stopListening = parts.journal.onEvent((told) => this.#hear(told));
  }

  close(): void {
    this.#stopListening();
  }

  onChange(listener: (change: BoardChange) => void): () => void {
    return this.#changes.add(listener);
  }

  /** A call begins: who knows more of its caller may say so with `learn`. */
  onOpening(listener: (opening: CallOpening) => void): () => void {
    return this.#openings.add(listener);
  }

  find(callId: CallId): CallStory | null {
    return this.#stories.get(callId) ?? null;
  }

  all(): readonly CallStory[] {
    return [...this.#stories.values()];
  }

  /** The live calls that this person has, is rung for or is asked about. */
  of(agentId: AgentId): readonly CallStory[] {
    return [...(this.#callsOf.get(agentId) ?? [])].flatMap((callId) => this.#stories.get(callId) ?? []);
  }

  /** Something about a call that is not in its account. A call that is over is past learning. */
  learn(callId: CallId, fact: Undated): void {
    const story = this.#stories.get(callId);
    if (story === undefined) return;
    const atMs = Math.max(0, this.#nowMs() - story.startedAtMs);
    this.#take(callId, { ...fact, atMs } as StoryFact);
  }

  #hear({ callId, event, opening, change }: ToldEvent): void {
    try {
      if (opening !== undefined) this.#open(opening, event);
      else if (this.#stories.has(callId)) {
        for (const one of this.#teller.read(event, change)) this.#take(callId, one);
      }
      if (event.kind === "ended") this.#forget(callId);
    } catch (cause) {
      this.#log.error({ cause, callId, kind: event.kind }, "an event could not be shown on the desk");
    }
  }

  #open(opening: CallOpening, event: ToldEvent["event"]): void {
    const story = this.#teller.begin(opening, event);
    this.#stories.set(story.callId, story);
    this.#index(null, story);
    this.#changes.emit({ before: null, story, lines: [] });
    this.#openings.emit(opening);
  }

  #take(callId: CallId, event: StoryEvent): void {
    const before = this.#stories.get(callId);
    if (before === undefined) return;
    const story = reduceStory(before, event);
    if (story === before) return;
    this.#stories.set(callId, story);
    this.#index(before, story);
    const lineId = event.kind === "utterance" || event.kind === "assessed" ? event.utteranceId : null;
    const line = lineId === null ? undefined : story.lines.findLast((one) => one.lineId === lineId);
    this.#changes.emit({ before, story, lines: line === undefined ? [] : [line] });
  }

  #index(before: CallStory | null, story: CallStory): void {
    const people = peopleOn(story);
    for (const agentId of before === null ? [] : peopleOn(before)) {
      if (!people.includes(agentId)) this.#unlink(agentId, story.callId);
    }
    for (const agentId of people) {
      const calls = this.#callsOf.get(agentId) ?? new Set<CallId>();
      this.#callsOf.set(agentId, calls.add(story.callId));
    }
  }

  #unlink(agentId: AgentId, callId: CallId): void {
    const calls = this.#callsOf.get(agentId);
    calls?.delete(callId);
    if (calls?.size === 0) this.#callsOf.delete(agentId);
  }

  #forget(callId: CallId): void {
    const story = this.#stories.get(callId);
    this.#stories.delete(callId);
    for (const agentId of story === undefined ? [] : peopleOn(story)) this.#unlink(agentId, callId);
  }
}

/** Whose desks show the call while it lives. */
export function peopleOn({ agentId, ringing, consultation }: CallStory): readonly AgentId[] {
  return [...new Set([agentId, ringing, consultation?.agentId ?? null])].filter((one) => one !== null);
}
