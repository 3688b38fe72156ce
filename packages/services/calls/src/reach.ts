import type { Person, Trunk } from "@jikimi/directory";
import type { Cancellable, LegId } from "@jikimi/kernel";
import type { Dialog } from "@jikimi/sip";
import type { Call } from "./call.ts";
import type { CallDeps } from "./call-deps.ts";
import { ringAgent } from "./ring-agent.ts";

/** Who else can be brought into a call: a colleague, or an outside number with the department's shown. */
export type Target =
  | { readonly kind: "agent"; readonly person: Person }
  | { readonly kind: "outside"; readonly number: string; readonly numberShown: string; readonly trunk: Trunk };

export type NoTarget = { readonly kind: "unknown" | "yourself" | "no-trunk" };

/** A colleague by user name, else a number to dial out. */
export function findTarget(wanted: string, call: Call, deps: CallDeps): Target | NoTarget {
  const directory = deps.directory();
  const person = directory.personByUsername(wanted);
  if (person !== null) {
    if (person.id === call.agentId) return { kind: "yourself" };
    return person.active ? { kind: "agent", person } : { kind: "unknown" };
  }
  const number = deps.routing.dialledNumber(wanted);
  if (number === null) return { kind: "unknown" };
  const trunk = directory.outboundTrunks()[0];
  const numberShown = call.department.displayNumber;
  if (trunk === undefined || numberShown === null) return { kind: "no-trunk" };
  return { kind: "outside", number, numberShown, trunk };
}

/** As the account names it: a person's id, or the number. */
export function nameOf(target: Target): string {
  return target.kind === "agent" ? target.person.id : target.number;
}

export type Reached =
  | { readonly kind: "answered"; readonly legId: LegId; readonly dialog: Dialog }
  | { readonly kind: "not-reached"; readonly why: string; readonly status?: number };

/** Rings the target. A colleague must have been claimed before (`AgentRoster.claimPerson`); not reached, they are free again. */
export async function reach(call: Call, target: Target, deps: CallDeps, { signal }: Cancellable): Promise<Reached> {
  if (target.kind === "agent") {
    const rung = await ringAgent(call, target.person, deps, { signal });
    if (rung.kind === "answered") return rung;
    const why = rung.why === "busy-or-refused" ? "declined" : rung.why === "no-answer" ? "missed" : "withdrawn";
    deps.roster.ringStopped(target.person.id, call.id, call.ended.aborted ? "withdrawn" : why);
    return rung;
  }
  const legId = call.newLegId("agent");
  const offer = await deps.media.offer({ callId: call.id, legId });
  if (offer.kind !== "ok") return { kind: "not-reached", why: offer.why, status: 503 };
  const { number, numberShown, trunk } = target;
  const request = { number, numberShown, offerSdp: offer.sdp, maxForwards: 70, signal };
  const outcome = await deps.signalling.dialTrunk(trunk, request).outcome;
  const answerSdp = outcome.kind === "answered" ? outcome.answerSdp : null;
  if (outcome.kind === "answered" && answerSdp !== null) {
    const accepted = await deps.media.acceptAnswer({ callId: call.id, legId, answerSdp });
    if (accepted.kind === "ok") return { kind: "answered", legId, dialog: outcome.dialog };
  }
  if (outcome.kind === "answered") await outcome.dialog.bye();
  await deps.media.release({ callId: call.id, legId });
  return outcome.kind === "refused"
    ? { kind: "not-reached", why: outcome.reason, status: outcome.status }
    : { kind: "not-reached", why: outcome.kind };
}
