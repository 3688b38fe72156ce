import type { Person } from "@jikimi/directory";
import type { Cancellable, LegId } from "@jikimi/kernel";
import {
  type Binding,
  bindingDestination,
  type Dialog,
  type HeaderLines,
  type InviteOutcome,
  type OutgoingInvite,
} from "@jikimi/sip";
import type { Call } from "./call.ts";
import type { MediaPlane } from "./ports.ts";
import type { AgentPhones, Signalling } from "./signalling.ts";

export type RingResult =
  | { readonly kind: "answered"; readonly legId: LegId; readonly dialog: Dialog }
  | { readonly kind: "not-reached"; readonly why: NotReached; readonly status?: number };

export type NotReached = "no-phone" | "no-answer" | "busy-or-refused" | "media-unavailable" | "cancelled";

/**
 * Rings all telephones of one agent at once (RFC 3261 §16.7 has the idea): the first to answer has the call, the
 * others stop. All are offered the same leg of ours, so whichever answers is the one that is connected.
 */
export async function ringAgent(
  call: Call,
  person: Person,
  deps: { readonly media: MediaPlane; readonly signalling: Signalling; readonly phones: Pick<AgentPhones, "lookup"> },
  { signal, only, headers = [] }: Cancellable & { readonly only?: readonly Binding[]; readonly headers?: HeaderLines },
): Promise<RingResult> {
  const { media, signalling, phones } = deps;
  const targets = only ?? phones.lookup(person);
  if (targets.length === 0) return { kind: "not-reached", why: "no-phone" };
  const legId = call.newLegId("agent");
  const offer = await media.offer({ callId: call.id, legId });
  if (offer.kind !== "ok") return { kind: "not-reached", why: "media-unavailable" };

  const invites = targets.map((binding) => {
    const stop = new AbortController();
    const invite = signalling.userAgent.invite({
      target: binding.contact,
      destination: bindingDestination(binding),
      to: { uri: `sip:${binding.user}`, displayName: person.displayName },
      from: signalling.identityForAgent(call),
      offerSdp: offer.sdp,
      headers,
      signal: AbortSignal.any([signal, stop.signal]),
    });
    return { invite, stop };
  });
  const first = await firstAnswer(invites);
  if (first.kind === "answered") {
    const accepted =
      first.answerSdp === null
        ? ({ kind: "unacceptable", why: "no SDP in the answer" } as const)
        : await media.acceptAnswer({ callId: call.id, legId, answerSdp: first.answerSdp });
    if (accepted.kind === "ok") return { kind: "answered", legId, dialog: first.dialog };
    call.log.warn({ why: accepted.why }, "an agent's answer could not be used");
    await first.dialog.bye({ reason: { protocol: "SIP", cause: 488, text: "Not Acceptable Here" } });
    await media.release({ callId: call.id, legId });
    return { kind: "not-reached", why: "media-unavailable" };
  }
  await media.release({ callId: call.id, legId });
  return first;
}

type FirstAnswer =
  | { readonly kind: "answered"; readonly dialog: Dialog; readonly answerSdp: string | null }
  | { readonly kind: "not-reached"; readonly why: NotReached; readonly status?: number };

function firstAnswer(invites: readonly { invite: OutgoingInvite; stop: AbortController }[]): Promise<FirstAnswer> {
  return new Promise((resolve) => {
    let open = invites.length;
    let taken = false;
    let best: FirstAnswer = { kind: "not-reached", why: "no-answer" };
    for (const { invite } of invites) {
      void invite.outcome.then((outcome) => {
        open -= 1;
        if (outcome.kind === "answered") {
          if (taken) {
            void outcome.dialog.bye({ reason: { protocol: "SIP", cause: 200, text: "Call completed elsewhere" } });
            return;
          }
          taken = true;
          for (const other of invites) if (other.invite !== invite) other.stop.abort(answeredElsewhere);
          resolve({ kind: "answered", dialog: outcome.dialog, answerSdp: outcome.answerSdp });
          return;
        }
        best = notReached(outcome);
        if (open === 0 && !taken) resolve(best);
      });
    }
  });
}

/** RFC 3326 §2: the other telephones show no missed call. */
const answeredElsewhere = { protocol: "SIP", cause: 200, text: "Call completed elsewhere" };

function notReached(outcome: Exclude<InviteOutcome, { kind: "answered" }>): FirstAnswer {
  switch (outcome.kind) {
    case "refused":
      return { kind: "not-reached", why: "busy-or-refused", status: outcome.status };
    case "timeout":
    case "transport-failed":
      return { kind: "not-reached", why: "no-phone" };
    case "cancelled":
      return { kind: "not-reached", why: "no-answer" };
  }
}
