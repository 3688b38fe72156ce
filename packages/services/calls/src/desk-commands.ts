import type { AgentId, CallId } from "@jikimi/kernel";
import type { HumanAction, RefusalReason } from "@jikimi/protection";
import type { Call } from "./call.ts";
import type { CallDeps } from "./call-deps.ts";
import { Consultation } from "./consultation.ts";
import { act } from "./human-action.ts";
import { findTarget, type NoTarget, type Target } from "./reach.ts";
import { recordOnDemand } from "./record-on-demand.ts";
import { setHeld } from "./renegotiation.ts";
import { isFreeToTransfer, transferBlind } from "./transfer.ts";

/** What became of a wish from the desk. */
export type Commanded = { readonly kind: "done" } | { readonly kind: "refused"; readonly why: CommandRefusal };

export type CommandRefusal =
  /** No such call is on, or it is somebody else's. */
  | "not-on-your-line"
  | RefusalReason
  /** Every call of this department is recorded. */
  | "always-recorded"
  /** Somebody is being rung or asked already. */
  | "busy-transferring"
  | "nobody-asked"
  | "not-answered-yet"
  | "person-not-free"
  | NoTarget["kind"];

const done: Commanded = { kind: "done" };

/** What an agent can do with the call they are on, from the desk. Each is theirs alone. */
export class DeskCommands {
  readonly #find: (callId: CallId) => Call | null;
  readonly #deps: CallDeps;

  constructor({ find, deps }: { find: (callId: CallId) => Call | null; deps: CallDeps }) {
    this.#find = find;
    this.#deps = deps;
  }

  /** Resolves when the machine has taken the action, or refused it. */
  async act(agentId: AgentId, callId: CallId, action: HumanAction): Promise<Commanded> {
    const call = this.#talk(agentId, callId);
    if (typeof call === "string") return refused(call);
    const over = (call.protecting ?? Promise.resolve()).then(() => "not-connected" as const);
    const decided = new Promise<RefusalReason | null>((resolve) => act(call, "agent", action, resolve));
    const refusal = await Promise.race([decided, over]);
    return refusal === null ? done : refused(refusal);
  }

  async hold(agentId: AgentId, callId: CallId, on: boolean): Promise<Commanded> {
    const call = this.#talk(agentId, callId);
    if (typeof call === "string") return refused(call);
    if (call.conversation?.isApart("transferring")) return refused("busy-transferring");
    if (call.consultation !== null) {
      if (on) return done;
      if (call.consultation.state === "talking") return refused("busy-transferring");
      await call.consultation.cancel();
      return done;
    }
    setHeld(call, "desk", on);
    return done;
  }

  /** The notice that must come before a recording is not waited for. */
  async record(agentId: AgentId, callId: CallId, on: boolean): Promise<Commanded> {
    const call = this.#talk(agentId, callId);
    if (typeof call === "string") return refused(call);
    if (call.department.recordingMode === "all-call") return on ? done : refused("always-recorded");
    recordOnDemand(call, on, this.#deps).catch((cause: unknown) => {
      call.log.error({ cause }, "a recording could not be started or stopped");
    });
    return done;
  }

  /** `to`: a colleague's user name or a number as dialled. Resolves when it has begun to ring. */
  async transfer(
    agentId: AgentId,
    callId: CallId,
    { to, kind }: { readonly to: string; readonly kind: "blind" | "attended" },
  ): Promise<Commanded> {
    const call = this.#talk(agentId, callId);
    if (typeof call === "string") return refused(call);
    // Who did not answer is not asked any more; somebody else may be.
    if (call.consultation?.state === "failed") await call.consultation.cancel();
    if (!isFreeToTransfer(call)) return refused("busy-transferring");
    const target = findTarget(to, call, this.#deps);
    if (target.kind !== "agent" && target.kind !== "outside") return refused(target.kind);
    if (!this.#claim(target, call)) return refused("person-not-free");
    if (kind === "attended") Consultation.begin(call, target, this.#deps);
    else {
      transferBlind(call, target, this.#deps).catch((cause: unknown) => {
        call.log.error({ cause }, "a transfer failed");
      });
    }
    return done;
  }

  async finishTransfer(agentId: AgentId, callId: CallId, how: "complete" | "cancel"): Promise<Commanded> {
    const call = this.#talk(agentId, callId);
    if (typeof call === "string") return refused(call);
    const { consultation } = call;
    if (consultation === null) return refused("nobody-asked");
    if (how === "cancel") {
      await consultation.cancel();
      return done;
    }
    return (await consultation.complete()) ? done : refused("not-answered-yet");
  }

  #claim(target: Target, call: Call): boolean {
    return target.kind === "outside" || this.#deps.roster.claimPerson(target.person.id, call.id);
  }

  /** The call that this agent is talking on, or why there is none. */
  #talk(agentId: AgentId, callId: CallId): Call | "not-on-your-line" | "not-connected" {
    const call = this.#find(callId);
    if (call === null || call.agentId !== agentId) return "not-on-your-line";
    return call.talking && !call.ended.aborted ? call : "not-connected";
  }
}

function refused(why: CommandRefusal): Commanded {
  return { kind: "refused", why };
}
