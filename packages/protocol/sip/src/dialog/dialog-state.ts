import type { DialogState, Flow } from "../api.ts";
import { formatNameAddr, parseNameAddr } from "../message/fields.ts";
import type { NameAddr, SipMessage, SipRequest, SipResponse } from "../message/message.ts";
import { unbracketed } from "../message/uri.ts";

/** Call-ID, our tag and the peer's: how RFC 3261 §12 names a dialog. */
export function dialogId(callId: string, localTag: string, remoteTag: string): string {
  return `${callId} ${localTag} ${remoteTag}`;
}

/** The URI of the first Contact, or null. */
export function contactOf(message: SipMessage): string | null {
  const [first] = message.headers.values("contact");
  return first === undefined ? null : (parseNameAddr(first)?.uri ?? null);
}

/** The dialog that an INVITE asks us for (RFC 3261 §12.1.1). `localContact` is header text. */
export function stateAsServer(request: SipRequest, source: Flow, localTag: string, localContact: string): DialogState {
  const contact = contactOf(request);
  const routeSet = request.headers.values("record-route");
  return {
    callId: request.callId,
    localTag,
    remoteTag: request.from.params.get("tag") ?? "",
    local: nameWithoutTag(request.to),
    remote: nameWithoutTag(request.from),
    remoteTarget: contact ?? request.from.uri,
    localContact,
    routeSet,
    localCSeq: 0,
    remoteCSeq: request.cseq.number,
    role: "uas",
    flow: source,
    pinnedToFlow: contact === null || (routeSet.length === 0 && isDirect(request) && mustReuse(request, source)),
    localSdp: null,
    remoteSdp: null,
    peerAllowsUpdate: request.headers.lists("allow", "UPDATE"),
    session: null,
  };
}

/** The dialog that an answer to our INVITE makes (RFC 3261 §12.1.2). */
export function stateAsClient(
  invite: SipRequest,
  response: SipResponse,
  flow: Flow,
  sentOverGivenFlow: boolean,
  localContact: string,
): DialogState {
  const contact = contactOf(response);
  const routeSet = response.headers.values("record-route").reverse();
  return {
    callId: invite.callId,
    localTag: invite.from.params.get("tag") ?? "",
    remoteTag: response.to.params.get("tag") ?? "",
    local: nameWithoutTag(invite.from),
    remote: nameWithoutTag(response.to),
    remoteTarget: contact ?? invite.uri,
    localContact,
    routeSet,
    localCSeq: invite.cseq.number,
    remoteCSeq: null,
    role: "uac",
    flow,
    pinnedToFlow: routeSet.length === 0 && (sentOverGivenFlow || contact === null || isWebSocket(flow)),
    localSdp: null,
    remoteSdp: null,
    peerAllowsUpdate: response.headers.lists("allow", "UPDATE"),
    session: null,
  };
}

function nameWithoutTag(address: NameAddr): string {
  return formatNameAddr(address);
}

function isDirect(request: SipRequest): boolean {
  return request.headers.values("via").length === 1;
}

/** A connection is reused; over UDP a peer behind NAT is reached only where it came from, not where its Via says. */
function mustReuse(request: SipRequest, source: Flow): boolean {
  if (source.connectionId !== null) return true;
  const { host, port } = request.via;
  return unbracketed(host) !== source.remoteHost || (port ?? 5060) !== source.remotePort;
}

function isWebSocket(flow: Flow): boolean {
  return flow.transport === "WS" || flow.transport === "WSS";
}
