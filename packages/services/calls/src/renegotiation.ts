import { readDirection } from "@jikimi/sdp";
import type { Dialog, ReinviteAnswer } from "@jikimi/sip";
import type { Call, Party } from "./call.ts";
import type { CallDeps } from "./call-deps.ts";
import { mapFailure } from "./failure-codes.ts";

/**
 * What a telephone changes in the middle of a call (RFC 3264 §8): hold, resume, another address. Each leg answers
 * for itself; the other party never sees the offer. While one holds, the other hears the hold sound.
 */
export function watchCallerOffers(call: Call, deps: CallDeps): void {
  watchOffers(call, "caller", deps);
}

export function watchAgentOffers(call: Call, deps: CallDeps): void {
  watchOffers(call, "agent", deps);
}

function watchOffers(call: Call, party: Party, deps: CallDeps): void {
  const leg = call.leg(party);
  if (leg === null) return;
  const { dialog, legId } = leg;
  const { id: callId } = call;

  dialog.onReinvite(async (offerSdp): Promise<ReinviteAnswer> => {
    if (offerSdp === null) {
      const ours = await deps.media.offer({ callId, legId });
      return ours.kind === "ok" ? { kind: "answer", sdp: ours.sdp } : refusal(ours.kind);
    }
    const ours = await deps.media.answer({ callId, legId, offerSdp });
    if (ours.kind !== "ok") return refusal(ours.kind);
    const direction = readDirection(offerSdp);
    setHeld(call, party === "caller" ? "caller" : "telephone", direction === "sendonly" || direction === "inactive");
    return { kind: "answer", sdp: ours.sdp };
  });
  dialog.onRemoteSdp((answerSdp) => void takeAnswer(call, dialog, legId, answerSdp, deps));
}

/**
 * Somebody holds the call or takes it up again: the caller, the agent's telephone, or the agent at the desk. The
 * agent's two ways are one to everybody else: the call is on hold as long as either holds it.
 */
export function setHeld(call: Call, by: "caller" | "telephone" | "desk", held: boolean): void {
  const { conversation } = call;
  if (conversation === null) return;
  const party = by === "caller" ? "caller" : "agent";
  const isHeld = () => (by === "caller" ? conversation.heldByCaller : conversation.heldByAgent);
  const before = isHeld();
  if (by === "caller") void conversation.setHeldByCaller(held);
  else void conversation.setApart(by === "desk" ? "desk-holds" : "telephone-holds", held);
  if (isHeld() === before) return;
  call.tell({ kind: held ? "hold" : "resumed", by: party });
  call.put({ kind: "event", event: { kind: held ? "hold" : "resumed", by: party } });
}

async function takeAnswer(
  call: Call,
  dialog: Dialog,
  legId: Parameters<CallDeps["media"]["acceptAnswer"]>[0]["legId"],
  answerSdp: string,
  deps: CallDeps,
) {
  const accepted = await deps.media.acceptAnswer({ callId: call.id, legId, answerSdp });
  if (accepted.kind !== "ok") call.log.warn({ why: accepted.why, dialog: dialog.id }, "an answer could not be used");
}

function refusal(kind: "unacceptable" | "unavailable"): ReinviteAnswer {
  const { status, reason } = mapFailure({ kind: kind === "unacceptable" ? "codec-mismatch" : "media-unavailable" });
  return { kind: "reject", status, reason };
}

/** A page that does not take a new address within this time is asked for its call anew. */
const pageAnswerMs = 4000;

/**
 * The media of a call moves to another process: each leg is offered a new address by re-INVITE. True when both
 * parties took it, or the call can wait for the agent's browser to come back.
 */
export async function reanchor(call: Call, deps: CallDeps): Promise<boolean> {
  if (!(await reanchorLeg(call, "caller", deps))) return false;
  if (call.agentLine === null) return reanchorLeg(call, "agent", deps);
  if (call.agentLine.isAway) return true;
  const tooLate = deps.clock.sleep(pageAnswerMs, { signal: call.ended }).then(
    () => "too-late" as const,
    () => "too-late" as const,
  );
  const taken = reanchorLeg(call, "agent", deps);
  const first = await Promise.race([taken, tooLate]);
  if (first === true) return true;
  return call.agentLine.mediaLost() || (await taken);
}

async function reanchorLeg(call: Call, party: Party, deps: CallDeps): Promise<boolean> {
  const { id: callId } = call;
  const leg = call.leg(party);
  if (leg === null || leg.gone) return true;
  const offer = await deps.media.offer({ callId, legId: leg.legId });
  if (offer.kind !== "ok") return false;
  const result = await leg.dialog.reinvite(offer.sdp);
  if (result.kind !== "ok" || result.answerSdp === null) return false;
  const accepted = await deps.media.acceptAnswer({ callId, legId: leg.legId, answerSdp: result.answerSdp });
  return accepted.kind === "ok";
}
