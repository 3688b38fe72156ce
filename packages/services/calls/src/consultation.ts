import type { LegId } from "@jikimi/kernel";
import type { Dialog } from "@jikimi/sip";
import type { Call, Consulting } from "./call.ts";
import type { CallDeps } from "./call-deps.ts";
import { handOver } from "./hand-over.ts";
import { nameOf, reach, type Target } from "./reach.ts";
import { setHeld } from "./renegotiation.ts";
import { transferRingTimeoutMs, watchNewAgent } from "./transfer.ts";

type State =
  | { readonly kind: "ringing" }
  | { readonly kind: "talking"; readonly legId: LegId; readonly dialog: Dialog }
  | { readonly kind: "failed" }
  | { readonly kind: "over" };

/**
 * Attended transfer: the agent asks a colleague or an outside number while the caller hears music, and then joins the
 * two others or goes back. A colleague who does not answer, or hangs up, leaves the caller waiting: only the agent
 * decides when they are heard again.
 *
 * ```
 *   ringing ──answered──▶ talking ──complete──▶ over (the two others talk)
 *      └──not reached──▶ failed ◀──they hang up──┘ │
 *                          └───────── cancel ──────┴──▶ over (back to the caller)
 * ```
 *
 * What the agent says meanwhile is on the agent's own channel as before; whom they ask is neither recorded nor heard
 * by the recogniser.
 */
export class Consultation implements Consulting {
  readonly #call: Call;
  readonly #target: Target;
  readonly #deps: CallDeps;
  readonly #stop = new AbortController();
  #state: State = { kind: "ringing" };

  private constructor(call: Call, target: Target, deps: CallDeps) {
    this.#call = call;
    this.#target = target;
    this.#deps = deps;
  }

  /** Begins to ring. A colleague must have been claimed (`AgentRoster.claimPerson`). */
  static begin(call: Call, target: Target, deps: CallDeps): void {
    const consultation = new Consultation(call, target, deps);
    call.consultation = consultation;
    const agentId = target.kind === "agent" ? target.person.id : null;
    // From here on the question keeps the caller waiting, and going back to them is its end.
    setHeld(call, "desk", false);
    call.tell({ kind: "consultation-started", to: nameOf(target), agentId });
    call.put({ kind: "event", event: { kind: "hold", by: "agent" } });
    call.ended.addEventListener("abort", () => void consultation.#finish("call-over"), { once: true });
    void call.conversation?.setAside({ kind: "ringing" });
    void consultation.#ring();
  }

  get state(): "ringing" | "talking" | "failed" {
    return this.#state.kind === "over" ? "failed" : this.#state.kind;
  }

  async complete(): Promise<boolean> {
    if (this.#state.kind !== "talking") return false;
    const { legId, dialog } = this.#state;
    this.#state = { kind: "over" };
    const call = this.#call;
    call.consultation = null;
    call.tell({ kind: "consultation-ended", how: "completed" });
    call.put({ kind: "event", event: { kind: "resumed", by: "agent" } });
    const reached = { target: this.#target, legId, dialog };
    await handOver(call, reached, this.#deps, () => watchNewAgent(call, this.#deps));
    return true;
  }

  cancel(): Promise<void> {
    return this.#finish("cancelled");
  }

  async #ring(): Promise<void> {
    const { clock, roster } = this.#deps;
    const call = this.#call;
    const signal = AbortSignal.any([call.ended, this.#stop.signal, clock.deadline(transferRingTimeoutMs)]);
    const reached = await reach(call, this.#target, this.#deps, { signal }).catch((cause: unknown) => {
      call.log.error({ cause }, "a consultation failed");
      return { kind: "not-reached", why: "fault" } as const;
    });
    if (reached.kind !== "answered") return this.#failed(reached.why);
    const { legId, dialog } = reached;
    if (this.#state.kind !== "ringing") return this.#letGo(legId, dialog);
    this.#state = { kind: "talking", legId, dialog };
    if (this.#target.kind === "agent") roster.talking(this.#target.person.id, call.id);
    call.tell({ kind: "consultation-answered" });
    await call.conversation?.setAside({ kind: "talking", legId });
    const onEnded = () => {
      if (this.#state.kind !== "talking") return;
      void this.#letGo(legId, dialog);
      void this.#failed("hung-up");
    };
    if (dialog.ended.aborted) onEnded();
    else dialog.ended.addEventListener("abort", onEnded, { once: true });
  }

  async #failed(why: string): Promise<void> {
    if (this.#state.kind === "over") return;
    this.#state = { kind: "failed" };
    this.#call.tell({ kind: "consultation-failed", why });
    await this.#call.conversation?.setAside({ kind: "failed" });
  }

  async #finish(how: "cancelled" | "call-over"): Promise<void> {
    const before = this.#state;
    if (before.kind === "over") return;
    this.#state = { kind: "over" };
    const call = this.#call;
    call.consultation = null;
    this.#stop.abort();
    call.tell({ kind: "consultation-ended", how });
    if (call.conversation?.heldByAgent !== true) call.put({ kind: "event", event: { kind: "resumed", by: "agent" } });
    await call.conversation?.setAside(null);
    if (before.kind === "talking") await this.#letGo(before.legId, before.dialog);
  }

  async #letGo(legId: LegId, dialog: Dialog): Promise<void> {
    const { roster, media } = this.#deps;
    const { id: callId } = this.#call;
    const reason = { protocol: "Q.850", cause: 16, text: "consultation over" };
    void dialog.bye({ reason });
    // Nobody has to write up a question that was asked of them.
    if (this.#target.kind === "agent") {
      roster.apply(this.#target.person.id, { kind: "call-released", callId, wrapUpMs: 0 });
    }
    await media.release({ callId, legId }).catch(() => {});
  }
}
