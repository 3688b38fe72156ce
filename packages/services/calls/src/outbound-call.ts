import type { Trunk } from "@jikimi/directory";
import type { Policy } from "@jikimi/protection";
import type { IncomingInvite, InviteOutcome } from "@jikimi/sip";
import { playNotice } from "./announce.ts";
import type { Call } from "./call.ts";
import type { CallDeps } from "./call-deps.ts";
import { type LegFailure, mapFailure } from "./failure-codes.ts";
import { isPage } from "./is-page.ts";
import { watchCallerOffers } from "./renegotiation.ts";
import { talk } from "./talk.ts";

/** Longest ringing at the far end; then the agent hears that nobody answers (RFC 3261 leaves it to us). */
const farRingTimeoutMs = 90_000;

export type Dialling = {
  /** E.164, or a short number such as 119. */
  readonly number: string;
  /** One of the department's own, shown to the customer. */
  readonly numberShown: string;
  readonly trunk: Trunk;
  readonly policy: Policy;
};

/**
 * An agent rings a customer: dialled through the trunk with the department's number shown, what the network says
 * (ringing, early announcements) relayed to the agent; when the customer answers, the notice plays to both before
 * they are connected. From there on it is the same line as an inbound call.
 */
export async function runOutboundCall(
  call: Call,
  invite: IncomingInvite,
  dialling: Dialling,
  deps: CallDeps,
): Promise<void> {
  invite.cancelled.addEventListener("abort", () => call.finish({ by: "agent", reason: "cancelled" }), { once: true });
  const agentLegId = call.newLegId("agent");
  const callerLegId = call.newLegId("caller");
  const { id: callId } = call;

  const refuse = (failure: LegFailure, why: string) => {
    const { status, reason } = mapFailure(failure);
    call.tell({ kind: "not-reached", agentId: null, why, status });
    invite.reject(status, { reason });
    call.finish({ by: "jikimi", reason: "not-reached" });
  };

  if (invite.offerSdp === null) return refuse({ kind: "codec-mismatch" }, "the telephone made no offer");
  const answer = await deps.media.answer({ callId, legId: agentLegId, offerSdp: invite.offerSdp });
  if (answer.kind !== "ok") {
    return refuse({ kind: answer.kind === "unacceptable" ? "codec-mismatch" : "media-unavailable" }, answer.why);
  }
  const offer = await deps.media.offer({ callId, legId: callerLegId });
  if (offer.kind !== "ok") return refuse({ kind: "media-unavailable" }, offer.why);

  const { number, numberShown, trunk } = dialling;
  call.tell({ kind: "dialled", number, numberShown, trunk: trunk.name }, { change: { state: "ringing" } });
  const outgoing = deps.signalling.dialTrunk(trunk, {
    number,
    numberShown,
    offerSdp: offer.sdp,
    maxForwards: invite.maxForwards - 1,
    signal: AbortSignal.any([call.ended, deps.clock.deadline(farRingTimeoutMs)]),
  });

  let early = false;
  outgoing.onProvisional(({ status, sdp }) => {
    if (sdp === null) {
      if (status === 180 && !early) invite.ringing();
      return;
    }
    if (early) return;
    early = true;
    void deps.media.acceptAnswer({ callId, legId: callerLegId, answerSdp: sdp }).then(async (accepted) => {
      if (accepted.kind !== "ok") return;
      await deps.media.bridge({ callId, legIds: [callerLegId, agentLegId] });
      invite.progress(answer.sdp, { status: 183 });
    });
  });

  // Nobody is rung for a page that is gone.
  const stopWatching = deps.signalling.userAgent.onFlowClosed((flow) => {
    if (!isPage(flow) || flow.connectionId !== invite.source.connectionId) return;
    call.finish({ by: "agent", reason: "cancelled" });
  });
  const outcome = await outgoing.outcome;
  stopWatching();
  if (call.ended.aborted) {
    if (outcome.kind === "answered") await outcome.dialog.bye();
    return;
  }
  if (outcome.kind !== "answered") return refuse(failureOf(outcome), outcome.kind);
  call.seat("caller", callerLegId, outcome.dialog);
  if (outcome.answerSdp !== null) {
    const accepted = await deps.media.acceptAnswer({ callId, legId: callerLegId, answerSdp: outcome.answerSdp });
    if (accepted.kind !== "ok" && !early) return refuse({ kind: "codec-mismatch" }, accepted.why);
  } else if (!early) return refuse({ kind: "codec-mismatch" }, "no SDP in the answer");
  watchCallerOffers(call, deps);

  const answered = await invite.answer(answer.sdp);
  if (answered.kind !== "answered") {
    call.finish({ by: "agent", reason: answered.kind === "no-ack" ? "connection-lost" : "cancelled" });
    return;
  }
  call.seat("agent", agentLegId, answered.dialog);
  if (call.department.recordingMode === "all-call") await deps.recordings.start(call);
  await deps.media.unbridge({ callId });
  const emergency = /^\d{2,4}$/.test(number);
  if (call.department.noticeBeforeConnection && !emergency) {
    const told = await playNotice(call, [callerLegId, agentLegId], deps.sounds, { signal: call.ended });
    if (!told) return call.finish({ by: "jikimi", reason: "fault" });
  }
  await talk(call, { policy: dialling.policy, otherNumber: number }, deps);
}

function failureOf(outcome: Exclude<InviteOutcome, { kind: "answered" }>): LegFailure {
  switch (outcome.kind) {
    case "refused":
      return { kind: "status", status: outcome.status };
    case "timeout":
    case "transport-failed":
      return { kind: "unreachable" };
    case "cancelled":
      return { kind: "no-answer" };
  }
}
