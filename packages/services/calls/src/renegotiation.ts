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
  let stopHoldSound: (() => void) | null = null;

  const setHeld = (held: boolean) => {
    if (held === (stopHoldSound !== null) || !call.talking) return;
    const other = call.leg(party === "caller" ? "agent" : "caller");
    if (held && other !== null) {
      stopHoldSound = call.played.loop({ callId, legIds: [other.legId], sound: deps.sounds.holdMusic });
    } else {
      stopHoldSound?.();
      stopHoldSound = null;
    }
    call.tell({ kind: held ? "hold" : "resumed", by: party });
    call.put({ kind: "event", event: { kind: held ? "hold" : "resumed", by: party } });
  };

  dialog.onReinvite(async (offerSdp): Promise<ReinviteAnswer> => {
    if (offerSdp === null) {
      const ours = await deps.media.offer({ callId, legId });
      return ours.kind === "ok" ? { kind: "answer", sdp: ours.sdp } : refusal(ours.kind);
    }
    const ours = await deps.media.answer({ callId, legId, offerSdp });
    if (ours.kind !== "ok") return refusal(ours.kind);
    const direction = readDirection(offerSdp);
    setHeld(direction === "sendonly" || direction === "inactive");
    return { kind: "answer", sdp: ours.sdp };
  });
  dialog.onRemoteSdp((answerSdp) => void takeAnswer(call, dialog, legId, answerSdp, deps));
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

/**
 * The media of a call moves to another process: each leg is offered a new address by re-INVITE. True when both
 * parties took it.
 */
export async function reanchor(call: Call, deps: CallDeps): Promise<boolean> {
  const { id: callId } = call;
  for (const party of ["caller", "agent"] as const) {
    const leg = call.leg(party);
    if (leg === null || leg.gone) continue;
    const offer = await deps.media.offer({ callId, legId: leg.legId });
    if (offer.kind !== "ok") return false;
    const result = await leg.dialog.reinvite(offer.sdp);
    if (result.kind !== "ok" || result.answerSdp === null) return false;
    const accepted = await deps.media.acceptAnswer({ callId, legId: leg.legId, answerSdp: result.answerSdp });
    if (accepted.kind !== "ok") return false;
  }
  return true;
}
