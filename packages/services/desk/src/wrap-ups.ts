import type { AgentRoster } from "@jikimi/calls";
import { type AgentId, type CallId, Listeners } from "@jikimi/kernel";
import type { WrapUpView } from "@jikimi/live-events";
import type { Presence } from "@jikimi/routing";
import type { BoardChange } from "./call-board.ts";
import type { DispositionId } from "./dispositions.ts";
import type { CallStory } from "./story.ts";
import { summaryOf } from "./summary.ts";

/** How long a person has to write a call up, and how often they may ask for how much more. */
export type WrapUpRule = { readonly extensionMs: number; readonly extensions: number };

export const siteWrapUpRule: WrapUpRule = { extensionMs: 60_000, extensions: 3 };

/** A call that somebody has to write up: kept until they have, or until they have talked on another one. */
export type WrapUp = {
  readonly story: CallStory;
  readonly disposition: string | null;
  readonly note: string;
  readonly extensionsLeft: number;
};

/** What is to be written up by whom: one call a person, the newest. */
export class WrapUps {
  readonly #roster: Pick<AgentRoster, "apply">;
  readonly #rule: WrapUpRule;
  readonly #open = new Map<AgentId, WrapUp>();
  readonly #summaries = new WeakMap<CallStory["lines"], ReturnType<typeof summaryOf>>();
  readonly #changes = new Listeners<{ readonly agentId: AgentId }>();

  constructor({ roster, rule }: { roster: Pick<AgentRoster, "apply">; rule: WrapUpRule }) {
    this.#roster = roster;
    this.#rule = rule;
  }

  onChange(listener: (change: { readonly agentId: AgentId }) => void): () => void {
    return this.#changes.add(listener);
  }

  of(agentId: AgentId): WrapUp | null {
    return this.#open.get(agentId) ?? null;
  }

  extensionsLeft(agentId: AgentId): number {
    return this.#open.get(agentId)?.extensionsLeft ?? 0;
  }

  /** Follows the board: a talk that ends for somebody is theirs to write up. */
  follow({ before, story }: BoardChange): void {
    if (story.bridgedAtMs === null) return;
    const passedOn = before?.agentId ?? null;
    if (passedOn !== null && passedOn !== story.agentId) this.#begin(passedOn, story);
    const { agentId } = story;
    if (agentId !== null && story.stage === "ended" && before?.stage !== "ended") this.#begin(agentId, story);
    // What is still heard and recorded after the end belongs to it.
    for (const [person, wrapUp] of this.#open) {
      if (wrapUp.story.callId === story.callId && wrapUp.story !== story && agentId === person) {
        this.#set(person, { ...wrapUp, story });
      }
    }
  }

  /** A call of before the last start that was not written up. */
  restore(agentId: AgentId, wrapUp: Pick<WrapUp, "story" | "disposition" | "note">): void {
    if (!this.#open.has(agentId)) this.#set(agentId, { ...wrapUp, extensionsLeft: this.#rule.extensions });
  }

  save(agentId: AgentId, callId: CallId, written: Pick<WrapUp, "disposition" | "note">): void {
    const wrapUp = this.#open.get(agentId);
    if (wrapUp?.story.callId === callId) this.#set(agentId, { ...wrapUp, ...written });
  }

  /** Done with it: the time that is left is given back, and the desk is clear. */
  complete(agentId: AgentId, callId: CallId): void {
    if (this.#open.get(agentId)?.story.callId !== callId) return;
    this.#open.delete(agentId);
    this.#roster.apply(agentId, { kind: "wrap-up-completed" });
    this.#changes.emit({ agentId });
  }

  /** False: no extension is left, or there is nothing to extend (any more). */
  extend(agentId: AgentId, callId: CallId): boolean {
    const wrapUp = this.#open.get(agentId);
    if (wrapUp === undefined || wrapUp.story.callId !== callId || wrapUp.extensionsLeft === 0) return false;
    const { extensionMs } = this.#rule;
    if (this.#roster.apply(agentId, { kind: "wrap-up-extended", byMs: extensionMs }).refused !== null) return false;
    this.#set(agentId, { ...wrapUp, extensionsLeft: wrapUp.extensionsLeft - 1 });
    return true;
  }

  view(agentId: AgentId, presence: Presence): WrapUpView | null {
    const wrapUp = this.#open.get(agentId);
    if (wrapUp === undefined) return null;
    const { story, disposition, note } = wrapUp;
    const { incident } = story;
    const restUntilMs = presence.kind === "protected-rest" ? presence.untilMs : null;
    return {
      callId: story.callId,
      trial: story.trial,
      summary: [...this.#summaryOf(story)],
      disposition,
      note,
      protectedEnding:
        incident === null ? null : { incidentId: incident.incidentId, reason: incident.reason ?? "abuse", restUntilMs },
    };
  }

  #begin(agentId: AgentId, story: CallStory): void {
    const extensionsLeft = this.#rule.extensions;
    this.#set(agentId, { story, disposition: likelyDisposition(story), note: "", extensionsLeft });
  }

  #set(agentId: AgentId, wrapUp: WrapUp): void {
    this.#open.set(agentId, wrapUp);
    this.#changes.emit({ agentId });
  }

  #summaryOf({ lines }: CallStory): ReturnType<typeof summaryOf> {
    const known = this.#summaries.get(lines);
    if (known !== undefined) return known;
    const summary = summaryOf(lines);
    this.#summaries.set(lines, summary);
    return summary;
  }
}

/** Only what the call itself says: practice, or which rule ended it. */
function likelyDisposition({ trial, incident }: CallStory): DispositionId | null {
  if (trial !== null) return "practice";
  if (incident === null) return null;
  return incident.reason === "long-call" ? "long-call-ended" : incident.reason === "abuse" ? "abuse-ended" : null;
}
