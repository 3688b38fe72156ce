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
import { isPage } from "./is-page.ts";
import type { LegTransportKind, MediaPlane } from "./ports.ts";
import type { AgentPhones, Signalling } from "./signalling.ts";

export type RingResult =
  | { readonly kind: "answered"; readonly legId: LegId; readonly dialog: Dialog }
  | { readonly kind: "not-reached"; readonly why: NotReached; readonly status?: number };

export type NotReached = "no-phone" | "page-gone" | "no-answer" | "busy-or-refused" | "media-unavailable" | "cancelled";

/**
 * Rings all telephones of one agent at once (RFC 3261 §16.7 has the idea): the first to answer has the call, the
 * others stop. Browsers are offered one leg of ours and all other telephones another, so whichever answers is the one
 * that is connected.
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
  const offers = await offerTo(call, targets, media);
  const invites = targets.flatMap((binding) => {
    const offer = offers.get(lineOf(binding));
    if (offer === undefined) return [];
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
    return [{ invite, stop, binding, legId: offer.legId }];
  });
  if (invites.length === 0) return { kind: "not-reached", why: "media-unavailable" };
  // A page that is closed or reloaded cannot answer any more; nobody waits for it.
  const vanished = new Set<string | null>();
  const stopWatching = signalling.userAgent.onFlowClosed((flow) => {
    if (!isPage(flow)) return;
    vanished.add(flow.connectionId);
    for (const { stop, binding } of invites) if (binding.flow.connectionId === flow.connectionId) stop.abort();
  });
  const first = await firstAnswer(invites);
  stopWatching();
  const areGone = invites.every(({ binding }) => vanished.has(binding.flow.connectionId));
  const answered = first.kind === "answered" ? await take(call, first, media) : null;
  for (const { legId } of offers.values()) {
    if (legId !== answered?.legId) await media.release({ callId: call.id, legId });
  }
  if (answered !== null) return answered;
  if (first.kind === "answered") return { kind: "not-reached", why: "media-unavailable" };
  return areGone ? { kind: "not-reached", why: "page-gone" } : first;
}

/** A telephone that registered over WebSocket is a browser (RFC 7118). */
function lineOf({ flow }: Binding): LegTransportKind {
  return isPage(flow) ? "webrtc" : "rtp";
}

/** One leg and one offer for each kind of line; a kind that media cannot serve is left out. */
async function offerTo(
  call: Call,
  targets: readonly Binding[],
  media: MediaPlane,
): Promise<ReadonlyMap<LegTransportKind, { readonly legId: LegId; readonly sdp: string }>> {
  const offers = new Map<LegTransportKind, { legId: LegId; sdp: string }>();
  for (const transport of new Set(targets.map(lineOf))) {
    const legId = call.newLegId("agent");
    const offer = await media.offer({ callId: call.id, legId, transport });
    if (offer.kind === "ok") offers.set(transport, { legId, sdp: offer.sdp });
    else call.log.warn({ why: offer.why, transport }, "an agent's telephone could not be made an offer");
  }
  return offers;
}

/** Null, and hung up, when the answer cannot be used. */
async function take(
  call: Call,
  { dialog, answerSdp, legId }: Extract<FirstAnswer, { kind: "answered" }>,
  media: MediaPlane,
): Promise<Extract<RingResult, { kind: "answered" }> | null> {
  const accepted =
    answerSdp === null
      ? ({ kind: "unacceptable", why: "no SDP in the answer" } as const)
      : await media.acceptAnswer({ callId: call.id, legId, answerSdp });
  if (accepted.kind === "ok") return { kind: "answered", legId, dialog };
  call.log.warn({ why: accepted.why }, "an agent's answer could not be used");
  await dialog.bye({ reason: { protocol: "SIP", cause: 488, text: "Not Acceptable Here" } });
  return null;
}

type FirstAnswer =
  | { readonly kind: "answered"; readonly legId: LegId; readonly dialog: Dialog; readonly answerSdp: string | null }
  | { readonly kind: "not-reached"; readonly why: NotReached; readonly status?: number };

function firstAnswer(
  invites: readonly { invite: OutgoingInvite; stop: AbortController; legId: LegId }[],
): Promise<FirstAnswer> {
  return new Promise((resolve) => {
    let open = invites.length;
    let taken = false;
    let best: FirstAnswer = { kind: "not-reached", why: "no-answer" };
    for (const { invite, legId } of invites) {
      void invite.outcome.then((outcome) => {
        open -= 1;
        if (outcome.kind === "answered") {
          if (taken) {
            void outcome.dialog.bye({ reason: { protocol: "SIP", cause: 200, text: "Call completed elsewhere" } });
            return;
          }
          taken = true;
          for (const other of invites) if (other.invite !== invite) other.stop.abort(answeredElsewhere);
          resolve({ kind: "answered", legId, dialog: outcome.dialog, answerSdp: outcome.answerSdp });
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
