import { holdProcess, SystemRandom } from "@jikimi/kernel";
import * as sip from "sip";
import { answerRequests, heapMiB } from "../child.ts";
import { B2bConfig, B2bRequest } from "./b2b-messages.ts";

const host = "127.0.0.1";

/** The same back-to-back agent as `our-b2b.ts`, on npm's `sip`: it has transactions; dialogs are kept here by hand. */
const { port, uasPort } = B2bConfig.parse(JSON.parse(process.argv[2] ?? "null"));
const random = new SystemRandom();
let bridged = 0;
let ended = 0;

/** By the Call-ID of one leg: how the other leg's requests begin. */
type OtherLeg = { uri: string; from: sip.Address; to: sip.Address; callId: string; seq: number; pair: string };
const others = new Map<string, OtherLeg>();
const contact: sip.Address[] = [{ uri: `sip:bench@${host}:${port}`, params: {} }];

function requestOf(method: string, leg: Omit<OtherLeg, "pair">): sip.Request {
  const headers = {
    via: [],
    to: leg.to,
    from: leg.from,
    "call-id": leg.callId,
    cseq: { method, seq: leg.seq },
    contact,
    "max-forwards": 69,
  };
  return { method, uri: leg.uri, version: "2.0", headers };
}

function bridge(invite: sip.Request): void {
  const localTag = random.hex(8);
  const callId = random.hex(16);
  const from = { uri: `sip:bench@${host}:${port}`, params: { tag: random.hex(8) } };
  const to = { uri: `sip:service@${host}:${uasPort}`, params: {} };
  const out = requestOf("INVITE", { uri: to.uri, from, to, callId, seq: 1 });
  out.headers["content-type"] = "application/sdp";
  out.content = invite.content;
  invite.headers.to.params.tag = localTag;
  let answered = false;
  stack.send(out, (response) => {
    if (response.status === 180) stack.send(sip.makeResponse(invite, 180, "Ringing"));
    if (response.status < 200) return;
    if (response.status >= 300) return stack.send(sip.makeResponse(invite, response.status, response.reason));
    const uri = response.headers.contact?.[0]?.uri ?? to.uri;
    const leg = { uri, from, to: response.headers.to, callId, seq: 1 };
    stack.send(requestOf("ACK", leg));
    // Its INVITE transaction hands on every 200 that comes again.
    if (answered) return;
    answered = true;
    const accepted = sip.makeResponse(invite, 200, "OK");
    accepted.headers.contact = contact;
    accepted.headers["content-type"] = "application/sdp";
    accepted.content = response.content;
    stack.send(accepted);
    const inner = invite.headers["call-id"];
    others.set(inner, { ...leg, seq: 2, pair: callId });
    others.set(callId, {
      uri: invite.headers.contact?.[0]?.uri ?? invite.headers.from.uri,
      from: invite.headers.to,
      to: invite.headers.from,
      callId: inner,
      seq: 1,
      pair: inner,
    });
    bridged += 1;
  });
}

function end(bye: sip.Request): void {
  const callId = bye.headers["call-id"];
  const other = others.get(callId);
  if (other === undefined) return stack.send(sip.makeResponse(bye, 481, "Call/Transaction Does Not Exist"));
  stack.send(sip.makeResponse(bye, 200, "OK"));
  others.delete(callId);
  others.delete(other.pair);
  stack.send(requestOf("BYE", other), ({ status }) => {
    if (status >= 200) ended += 1;
  });
}

// `publicAddress`: it takes a URI of its own host for a flow token, and would send nothing to this machine.
const stack = sip.create({ address: host, port, publicAddress: "bench.invalid", tcp: false }, (request) => {
  if (request.method === "INVITE") bridge(request);
  else if (request.method === "BYE") end(request);
  else if (request.method !== "ACK") stack.send(sip.makeResponse(request, 405, "Method Not Allowed"));
});
holdProcess();
answerRequests(
  B2bRequest,
  () => ({ bridged, ended, heapMiB: heapMiB() }),
  () => stack.destroy(),
);
