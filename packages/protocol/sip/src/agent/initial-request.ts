import type { Body, HeaderLines } from "../api.ts";
import { createRequest } from "../message/build.ts";
import { formatNameAddr, parseNameAddr } from "../message/fields.ts";
import type { NameAddr, SipRequest } from "../message/message.ts";
import type { Way } from "./request-sender.ts";

type Address = { readonly uri: string; readonly displayName?: string | null };

/** A request outside any dialog (RFC 3261 §8.1.1). */
export function initialRequest(parts: {
  method: string;
  target: string;
  to: Address;
  from: Address;
  fromTag: string;
  callId: string;
  cseq: number;
  way: Way;
  maxForwards?: number | undefined;
  headers: HeaderLines;
  body: Body | null;
}): SipRequest {
  return createRequest({
    method: parts.method,
    uri: parts.target,
    via: parts.way.via,
    from: formatNameAddr(parts.from, parts.fromTag),
    to: formatNameAddr(parts.to),
    fromAddress: { ...addressOf(parts.from), params: new Map([["tag", parts.fromTag]]) },
    toAddress: addressOf(parts.to),
    callId: parts.callId,
    cseq: { number: parts.cseq, method: parts.method },
    headers: parts.headers,
    body: parts.body,
    ...(parts.maxForwards === undefined ? {} : { maxForwards: Math.max(0, parts.maxForwards) }),
  });
}

function addressOf(address: Address): NameAddr {
  const parsed = parseNameAddr(`<${address.uri}>`);
  return { displayName: address.displayName ?? null, uri: parsed?.uri ?? address.uri, params: new Map() };
}
