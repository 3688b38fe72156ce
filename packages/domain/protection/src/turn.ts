import type { UtteranceId } from "@jikimi/kernel";
import type { Cause, Decision, DecisionBody, Rule } from "./decisions.ts";
import type { Actor } from "./events.ts";
import type { Policy } from "./policy.ts";
import type { ProtectionState, Stage } from "./state.ts";

/** One call of `decide` at work: the state as it becomes and the decisions so far. Lives no longer than the call. */
export class Turn {
  readonly policy: Policy;
  readonly decisions: Decision[] = [];
  #state: ProtectionState;

  constructor(state: ProtectionState, policy: Policy) {
    this.#state = state;
    this.policy = policy;
  }

  get state(): ProtectionState {
    return this.#state;
  }

  get stage(): Stage {
    return this.#state.stage;
  }

  get nowMs(): number {
    return this.#state.nowMs;
  }

  set(change: Partial<ProtectionState>): void {
    this.#state = { ...this.#state, ...change };
  }

  setClock(change: Partial<ProtectionState["clock"]>): void {
    this.set({ clock: { ...this.#state.clock, ...change } });
  }

  /** Returns the decision's id. */
  emit(cause: Cause, body: DecisionBody): string {
    const decisionCount = this.#state.decisionCount + 1;
    const id = `d${decisionCount}`;
    this.set({ decisionCount });
    this.decisions.push({ id, atMs: this.nowMs, cause, ...body });
    return id;
  }

  cause(
    rule: Rule,
    details: {
      readonly utteranceIds?: readonly UtteranceId[];
      readonly values?: Readonly<Record<string, number>>;
      readonly thresholds?: Readonly<Record<string, number>>;
      readonly by?: Actor | null;
    } = {},
  ): Cause {
    return {
      rule,
      policyId: this.#state.policy.id,
      policyVersion: this.#state.policy.version,
      utteranceIds: details.utteranceIds ?? [],
      values: details.values ?? {},
      thresholds: details.thresholds ?? {},
      by: details.by ?? null,
    };
  }

  /** The same reason, now carried by another rule: what it rests on stays with it. */
  follow(cause: Cause, rule: Rule, by: Actor | null = cause.by): Cause {
    return { ...cause, rule, by };
  }
}
