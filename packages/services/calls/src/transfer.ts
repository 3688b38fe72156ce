import type { Person } from "@jikimi/directory";
import type { Cancellable, LegId } from "@jikimi/kernel";
import { type Dialog, type IncomingRefer, parseSipUri } from "@jikimi/sip";
import type { Call } from "./call.ts";
import type { CallDeps } from "./call-deps.ts";
import { mapFailure } from "./failure-codes.ts";
import { watchAgentOffers } from "./renegotiation.ts";
import { ringAgent } from "./ring-agent.ts";

/** How long the new telephone rings before the agent gets the call back. */
const transferRingTimeoutMs = 30_000;

/**
 * Blind transfer (RFC 3515): the agent's telephone refers the caller to a colleague or an outside number. The caller
 * hears ringing; if nobody answers, the agent has the call again. Recording and protection go on with a colleague;
 * with an outside number there is nobody of ours to protect, and listening stops.
 */
export function watchTransfers(call: Call, deps: CallDeps): void {
  const agent = call.leg("agent");
  if (agent === null) return;
  let busy = false;
  agent.dialog.onRefer((refer) => {
    if (busy || call.ended.aborted) return refer.reject(491, "Request Pending");
    busy = true;
    void transfer(call, refer, deps).finally(() => {
      busy = false;
    });
  });
}

async function transfer(call: Call, refer: IncomingRefer, deps: CallDeps): Promise<void> {
  const { id: callId } = call;
  const caller = call.leg("caller");
  const from = call.leg("agent");
  const wanted = parseSipUri(refer.referTo.uri)?.user ?? null;
  if (caller === null || from === null || wanted === null) return refer.reject(400);
  const target = resolveTarget(wanted, call, deps);
  if (target === null) return refer.reject(404);
  const progress = refer.accept();
  const to = target.kind === "agent" ? target.person.id : target.number;
  call.tell({ kind: "transferring", to });
  await deps.media.unbridge({ callId });
  const stopRingback = call.played.loop({ callId, legIds: [caller.legId], sound: deps.sounds.ringback });
  const signal = AbortSignal.any([call.ended, deps.clock.deadline(transferRingTimeoutMs)]);
  const reached = await reach(call, target, deps, { signal });
  stopRingback();

  if (reached.kind !== "answered") {
    const { status, reason } = mapFailure(
      reached.status === undefined ? { kind: "no-answer" } : { kind: "status", status: reached.status },
    );
    void progress.report(status, reason);
    call.tell({ kind: "transfer-failed", to, why: reached.why });
    if (from.gone || call.ended.aborted) return call.finish({ by: "agent", reason: "hung-up" });
    await deps.media.bridge({ callId, legIds: [caller.legId, from.legId] });
    return;
  }

  const before = call.agentId;
  call.seat("agent", reached.legId, reached.dialog);
  await deps.media.bridge({ callId, legIds: [caller.legId, reached.legId] });
  await deps.media.assignRecordingChannel({ callId, channel: "agent", legId: reached.legId });
  void progress.report(200, "OK");
  call.tell({ kind: "transferred", to }, { change: { agentId: target.kind === "agent" ? target.person.id : null } });
  call.put({ kind: "event", event: { kind: "transferred", to: target.kind } });
  await deps.media.release({ callId, legId: from.legId });
  void from.dialog.bye({ reason: { protocol: "SIP", cause: 200, text: "transferred" } });
  if (before !== null) deps.roster.callOver(before, call.id);
  if (target.kind === "agent") {
    call.assignAgent(target.person.id);
    deps.roster.talking(target.person.id, call.id);
    watchAgentOffers(call, deps);
    watchTransfers(call, deps);
    await deps.hearing.listen(call);
  } else {
    call.assignAgent(null);
    await deps.hearing.stop(call);
  }
}

type Target =
  | { readonly kind: "agent"; readonly person: Person }
  | { readonly kind: "outside"; readonly number: string };

/** A colleague by user name, else a number to dial out. */
function resolveTarget(wanted: string, call: Call, deps: CallDeps): Target | null {
  const person = deps.directory().personByUsername(wanted);
  if (person !== null) return person.active && person.id !== call.agentId ? { kind: "agent", person } : null;
  const number = deps.routing.dialledNumber(wanted);
  if (number === null || call.department.displayNumber === null) return null;
  return { kind: "outside", number };
}

type Reached =
  | { readonly kind: "answered"; readonly legId: LegId; readonly dialog: Dialog }
  | { readonly kind: "not-reached"; readonly why: string; readonly status?: number };

async function reach(call: Call, target: Target, deps: CallDeps, { signal }: Cancellable): Promise<Reached> {
  if (target.kind === "agent") {
    if (!deps.roster.claimPerson(target.person.id, call.id)) return { kind: "not-reached", why: "busy", status: 486 };
    const rung = await ringAgent(call, target.person, deps, { signal });
    if (rung.kind !== "answered") deps.roster.ringStopped(target.person.id, call.id, "missed");
    return rung;
  }
  const trunk = deps.directory().outboundTrunks()[0];
  const numberShown = call.department.displayNumber;
  if (trunk === undefined || numberShown === null) return { kind: "not-reached", why: "no-trunk", status: 503 };
  const legId = call.newLegId("agent");
  const offer = await deps.media.offer({ callId: call.id, legId });
  if (offer.kind !== "ok") return { kind: "not-reached", why: offer.why, status: 503 };
  const { number } = target;
  const dialled = deps.signalling.dialTrunk(trunk, {
    number,
    numberShown,
    offerSdp: offer.sdp,
    maxForwards: 70,
    signal,
  });
  const outcome = await dialled.outcome;
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
