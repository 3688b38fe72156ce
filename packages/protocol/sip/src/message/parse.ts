import { parseCSeq, parseNameAddr, parseVia } from "./fields.ts";
import { SipHeaders } from "./headers.ts";
import type { SipMessage } from "./message.ts";
import { isToken } from "./params.ts";

/** Bounds on what a peer may make us read. Bytes, lines and characters. */
type ParseLimits = {
  readonly maxMessageBytes: number;
  readonly maxHeaderLines: number;
  readonly maxLineLength: number;
};

export const PARSE_LIMITS: ParseLimits = { maxMessageBytes: 65_535, maxHeaderLines: 256, maxLineLength: 8_192 };

type ParseResult =
  | { readonly kind: "message"; readonly message: SipMessage }
  /** A request damaged in a way its sender can be told: `headers` hold what an answer echoes. Never an ACK. */
  | { readonly kind: "bad-request"; readonly status: 400 | 505; readonly why: string; readonly headers: SipHeaders }
  | { readonly kind: "malformed"; readonly why: string };

/** These decide where a message belongs: twice is damage (RFC 4475 §3.3.8). */
const ONCE_ONLY: ReadonlySet<string> = new Set(["call-id", "cseq", "from", "to", "max-forwards", "content-length"]);

/**
 * Reads one whole message (RFC 3261 §7), leniently: LF line ends, leading empty lines, folded lines and compact names
 * are fine. Only what every message needs is interpreted (top Via, From, To, Call-ID, CSeq, Content-Length).
 * Never throws. A body longer than Content-Length is cut; one shorter is damage.
 */
export function parseMessage(bytes: Buffer, limits: ParseLimits = PARSE_LIMITS): ParseResult {
  if (bytes.length > limits.maxMessageBytes) return malformed("message too long");
  const start = skipEmptyLines(bytes);
  const split = findHeaderEnd(bytes, start);
  if (split === null) return malformed("headers never end");

  const text = bytes.toString("utf8", start, split.headerEnd);
  if (/\r(?!\n)/.test(text.endsWith("\r") ? text.slice(0, -1) : text)) return malformed("a CR without LF");
  const lineEnd = text.indexOf("\n");
  const startLine = (lineEnd < 0 ? text : text.slice(0, lineEnd)).trimEnd();
  if (startLine.length > limits.maxLineLength) return malformed("start line too long");
  const headers = new SipHeaders();
  const damage = lineEnd < 0 ? null : readHeaders(text, lineEnd + 1, headers, limits);
  if (damage === "too-many" || damage === "too-long") return malformed(`header lines ${damage}`);

  if (startLine.startsWith("SIP/2.0 ")) return finishResponse(startLine, headers, bytes, split.bodyStart, damage);
  return finishRequest(startLine, headers, bytes, split.bodyStart, damage);
}

function malformed(why: string): ParseResult {
  return { kind: "malformed", why };
}

function skipEmptyLines(bytes: Buffer): number {
  let at = 0;
  while (at < bytes.length && (bytes[at] === 13 || bytes[at] === 10)) at += 1;
  return at;
}

function findHeaderEnd(bytes: Buffer, from: number): { headerEnd: number; bodyStart: number } | null {
  const crlf = bytes.indexOf("\r\n\r\n", from, "latin1");
  const lf = bytes.indexOf("\n\n", from, "latin1");
  if (crlf < 0 && lf < 0) return null;
  if (lf < 0 || (crlf >= 0 && crlf < lf)) return { headerEnd: crlf, bodyStart: crlf + 4 };
  return { headerEnd: lf, bodyStart: lf + 2 };
}

type HeaderDamage = "too-many" | "too-long" | "repeated" | null;

function readHeaders(text: string, from: number, headers: SipHeaders, limits: ParseLimits): HeaderDamage {
  let at = from;
  let lines = 0;
  let repeated = false;
  while (at < text.length) {
    let end = text.indexOf("\n", at);
    if (end < 0) end = text.length;
    let line = text.slice(at, end);
    at = end + 1;
    while (at < text.length && (text.charCodeAt(at) === 32 || text.charCodeAt(at) === 9)) {
      let foldEnd = text.indexOf("\n", at);
      if (foldEnd < 0) foldEnd = text.length;
      line = `${line.trimEnd()} ${text.slice(at, foldEnd).trim()}`;
      at = foldEnd + 1;
      lines += 1;
      if (line.length > limits.maxLineLength) return "too-long";
      if (lines > limits.maxHeaderLines) return "too-many";
    }
    lines += 1;
    if (line.length > limits.maxLineLength) return "too-long";
    if (lines > limits.maxHeaderLines) return "too-many";
    const colon = line.indexOf(":");
    if (colon <= 0) continue;
    const name = line.slice(0, colon).trimEnd();
    if (!isToken(name)) continue;
    const key = headers.append(name, line.slice(colon + 1).trim());
    if (ONCE_ONLY.has(key) && headers.lines(key).length > 1) repeated = true;
  }
  return repeated ? "repeated" : null;
}

function finishResponse(
  startLine: string,
  headers: SipHeaders,
  bytes: Buffer,
  bodyStart: number,
  damage: HeaderDamage,
): ParseResult {
  const code = startLine.slice(8, 11);
  const after = startLine.charAt(11);
  if (!/^[1-6]\d\d$/.test(code) || (after !== "" && after !== " ")) return malformed("status line");
  if (damage !== null) return malformed("a header is repeated");
  const common = readCommon(headers, bytes, bodyStart);
  if (typeof common === "string") return malformed(common);
  return {
    kind: "message",
    message: { kind: "response", status: Number(code), reason: startLine.slice(12).trim(), headers, ...common },
  };
}

function finishRequest(
  startLine: string,
  headers: SipHeaders,
  bytes: Buffer,
  bodyStart: number,
  damage: HeaderDamage,
): ParseResult {
  const firstSpace = startLine.indexOf(" ");
  const lastSpace = startLine.lastIndexOf(" ");
  const method = startLine.slice(0, Math.max(0, firstSpace));
  const version = startLine.slice(lastSpace + 1);
  if (!isToken(method) || !/^SIP\/\d{1,3}\.\d{1,3}$/i.test(version)) return malformed("request line");
  const refuse = (status: 400 | 505, why: string): ParseResult =>
    method === "ACK" || !canBeAnswered(headers) ? malformed(why) : { kind: "bad-request", status, why, headers };

  if (version.toUpperCase() !== "SIP/2.0") return refuse(505, "Version Not Supported");
  const uri = startLine.slice(firstSpace + 1, lastSpace);
  if (firstSpace === lastSpace || uri === "" || /[\s<>"]/.test(uri)) return refuse(400, "Bad Request-URI");
  if (damage !== null) return refuse(400, "A header is repeated");
  const common = readCommon(headers, bytes, bodyStart);
  if (typeof common === "string") return refuse(400, common);
  if (common.cseq.method !== method) return refuse(400, "CSeq method differs");
  return { kind: "message", message: { kind: "request", method, uri, headers, ...common } };
}

function canBeAnswered(headers: SipHeaders): boolean {
  const via = headers.get("via");
  return via !== null && parseVia(via) !== null && ["from", "to", "call-id", "cseq"].every((key) => headers.has(key));
}

/** What every message has, or the sentence that says what is wrong. */
function readCommon(headers: SipHeaders, bytes: Buffer, bodyStart: number) {
  const viaLine = headers.get("via");
  const via = viaLine === null ? null : parseVia(viaLine);
  if (via === null) return "Bad Via";
  const fromText = headers.get("from");
  const from = fromText === null ? null : parseNameAddr(fromText);
  if (from === null) return "Bad From";
  const toText = headers.get("to");
  const to = toText === null ? null : parseNameAddr(toText);
  if (to === null) return "Bad To";
  const callId = headers.get("call-id");
  if (callId === null || callId === "") return "Bad Call-ID";
  const cseqText = headers.get("cseq");
  const cseq = cseqText === null ? null : parseCSeq(cseqText);
  if (cseq === null) return "Bad CSeq";

  const available = bytes.length - bodyStart;
  let length = available;
  const lengthText = headers.get("content-length");
  if (lengthText !== null) {
    if (!/^\d{1,9}$/.test(lengthText)) return "Bad Content-Length";
    length = Number(lengthText);
    if (length > available) return "Body shorter than Content-Length";
  }
  const body = length === 0 ? "" : bytes.toString("utf8", bodyStart, bodyStart + length);
  return { via, from, to, callId, cseq, body };
}
