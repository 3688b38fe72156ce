import type { Body, HeaderLines } from "../api.ts";
import { endOfFirstVia, formatVia } from "./fields.ts";
import { SipHeaders } from "./headers.ts";
import type { CSeq, NameAddr, SipMessage, SipRequest, SipResponse, Via } from "./message.ts";
import { reasonPhrase } from "./reason-phrases.ts";

/** The start of every branch made by an RFC 3261 element (§8.1.1.7). */
export const BRANCH_COOKIE = "z9hG4bK";

/** A header value that ends its line would let a peer's text become a header of ours. */
function oneLine(value: string): string {
  return /[\r\n]/.test(value) ? value.replace(/[\r\n]+/g, " ") : value;
}

/** The bytes of a message; Content-Length is always computed. */
export function serialize(message: SipMessage): Buffer {
  let text =
    message.kind === "request"
      ? `${message.method} ${oneLine(message.uri)} SIP/2.0\r\n`
      : `SIP/2.0 ${message.status} ${oneLine(message.reason)}\r\n`;
  for (const [name, value] of message.headers) {
    if (name === "Content-Length" || name.toLowerCase() === "content-length" || name === "l" || name === "L") continue;
    text += `${name}: ${oneLine(value)}\r\n`;
  }
  text += `Content-Length: ${message.body === "" ? 0 : Buffer.byteLength(message.body)}\r\n\r\n${message.body}`;
  return Buffer.from(text, "utf8");
}

type RequestParts = {
  readonly method: string;
  readonly uri: string;
  readonly via: Via;
  /** Header text with tag. */
  readonly from: string;
  readonly to: string;
  readonly fromAddress: NameAddr;
  readonly toAddress: NameAddr;
  readonly callId: string;
  readonly cseq: CSeq;
  readonly routeSet?: readonly string[];
  readonly maxForwards?: number;
  readonly headers?: HeaderLines;
  readonly body?: Body | null;
};

export function createRequest(parts: RequestParts): SipRequest {
  const headers = new SipHeaders();
  headers.append("Via", formatVia(parts.via));
  headers.append("Max-Forwards", String(parts.maxForwards ?? 70));
  for (const route of parts.routeSet ?? []) headers.append("Route", route);
  headers.append("From", parts.from);
  headers.append("To", parts.to);
  headers.append("Call-ID", parts.callId);
  headers.append("CSeq", `${parts.cseq.number} ${parts.cseq.method}`);
  for (const [name, value] of parts.headers ?? []) headers.append(name, value);
  if (parts.body) headers.append("Content-Type", parts.body.contentType);
  return {
    kind: "request",
    method: parts.method,
    uri: parts.uri,
    headers,
    body: parts.body?.text ?? "",
    via: parts.via,
    from: parts.fromAddress,
    to: parts.toAddress,
    callId: parts.callId,
    cseq: parts.cseq,
  };
}

/** An answer with what RFC 3261 §8.2.6 copies from the request; `toTag` is added when the request had none. */
export function createResponse(
  request: SipRequest,
  status: number,
  options: {
    reason?: string | undefined;
    toTag?: string | null | undefined;
    headers?: HeaderLines | undefined;
    body?: Body | null | undefined;
  } = {},
): SipResponse {
  const reason = options.reason ?? reasonPhrase(status);
  const headers = echoed(request.headers, status, request.to.params.has("tag") ? null : (options.toTag ?? null));
  for (const [name, value] of options.headers ?? []) headers.append(name, value);
  if (options.body) headers.append("Content-Type", options.body.contentType);
  return {
    kind: "response",
    status,
    reason,
    headers,
    body: options.body?.text ?? "",
    via: request.via,
    from: request.from,
    to: request.to,
    callId: request.callId,
    cseq: request.cseq,
  };
}

/** Via, From, To, Call-ID and CSeq of a request as an answer repeats them, also of one too damaged to be a `SipRequest`. */
export function echoed(request: SipHeaders, status: number, toTag: string | null): SipHeaders {
  const headers = new SipHeaders();
  for (const via of request.lines("via")) headers.append("Via", via);
  headers.append("From", request.get("from") ?? "");
  const to = request.get("to") ?? "";
  headers.append("To", toTag !== null && status > 100 ? `${to};tag=${toTag}` : to);
  headers.append("Call-ID", request.get("call-id") ?? "");
  headers.append("CSeq", request.get("cseq") ?? "");
  return headers;
}

/** Writes `via` over the topmost Via of a message, leaving those below it on the same line. */
export function withTopVia<Message extends SipMessage>(message: Message, via: Via): Message {
  const line = message.headers.get("via") ?? "";
  const comma = endOfFirstVia(line);
  message.headers.replaceFirst("Via", comma < 0 ? formatVia(via) : `${formatVia(via)}${line.slice(comma)}`);
  return { ...message, via };
}
