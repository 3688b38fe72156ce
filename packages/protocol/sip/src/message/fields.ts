import type { CSeq, NameAddr, Via } from "./message.ts";
import { formatParams, isToken, parseParams, quote, unquote } from "./params.ts";
import { splitHostPort } from "./uri.ts";

/** Parses one name-addr or addr-spec. Null when a quote or bracket never closes or no URI is there. */
export function parseNameAddr(text: string): NameAddr | null {
  const trimmed = text.trim();
  let open = -1;
  if (trimmed.charCodeAt(0) === 34 /* " */) {
    const close = endOfQuoted(trimmed);
    if (close < 0) return null;
    open = trimmed.indexOf("<", close);
    if (open < 0 || trimmed.slice(close + 1, open).trim() !== "") return null;
  } else open = trimmed.indexOf("<");

  if (open < 0) {
    const semicolon = trimmed.indexOf(";");
    const uri = (semicolon < 0 ? trimmed : trimmed.slice(0, semicolon)).trim();
    if (!looksLikeUri(uri)) return null;
    return { displayName: null, uri, params: parseParams(trimmed, semicolon < 0 ? trimmed.length : semicolon) };
  }
  const close = trimmed.indexOf(">", open);
  if (close < 0) return null;
  const uri = trimmed.slice(open + 1, close).trim();
  if (!looksLikeUri(uri)) return null;
  const shown = trimmed.slice(0, open).trim();
  const after = trimmed.indexOf(";", close);
  return {
    displayName: shown === "" ? null : unquote(shown),
    uri,
    params: parseParams(trimmed, after < 0 ? trimmed.length : after),
  };
}

function endOfQuoted(text: string): number {
  for (let at = 1; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 92 /* \ */) at += 1;
    else if (code === 34) return at;
  }
  return -1;
}

/** Has a scheme and no whitespace; the rest is judged by whoever needs the parts. */
function looksLikeUri(text: string): boolean {
  return text.indexOf(":") > 0 && !/[\s<>"]/.test(text);
}

export function formatNameAddr(address: { displayName?: string | null; uri: string }, tag?: string | null): string {
  const shown = address.displayName ? `${quote(address.displayName)} ` : "";
  return `${shown}<${address.uri}>${tag ? `;tag=${tag}` : ""}`;
}

/** Parses the first value of a Via line: `SIP/2.0/UDP host:port;params`, whitespace forgiven around the slashes. */
export function parseVia(line: string): Via | null {
  const text = firstViaValue(line);
  const first = text.indexOf("/");
  const second = text.indexOf("/", first + 1);
  if (first < 0 || second < 0) return null;
  if (text.slice(0, first).trim().toUpperCase() !== "SIP" || text.slice(first + 1, second).trim() !== "2.0")
    return null;
  let at = second + 1;
  while (isSpace(text.charCodeAt(at))) at += 1;
  const nameStart = at;
  while (at < text.length && !isSpace(text.charCodeAt(at))) at += 1;
  const transport = text.slice(nameStart, at).toUpperCase();
  const semicolon = text.indexOf(";", at);
  const address = splitHostPort(text.slice(at, semicolon < 0 ? text.length : semicolon));
  if (address === null || !isToken(transport)) return null;
  const params = parseParams(text, semicolon < 0 ? text.length : semicolon);
  return { transport, host: address.host, port: address.port, branch: params.get("branch") ?? null, params };
}

/** Vias are separated by commas; parameters may be quoted, but never hold `<`. */
function firstViaValue(line: string): string {
  const comma = endOfFirstVia(line);
  return comma < 0 ? line.trim() : line.slice(0, comma).trim();
}

/** The index of the comma after the first Via of a line, or -1. */
export function endOfFirstVia(line: string): number {
  if (!line.includes(",")) return -1;
  let quoted = false;
  for (let at = 0; at < line.length; at += 1) {
    const code = line.charCodeAt(at);
    if (quoted) {
      if (code === 92) at += 1;
      else if (code === 34) quoted = false;
    } else if (code === 34) quoted = true;
    else if (code === 44) return at;
  }
  return -1;
}

function isSpace(code: number): boolean {
  return code === 32 || code === 9;
}

export function formatVia(via: Via): string {
  const port = via.port === null ? "" : `:${via.port}`;
  return `SIP/2.0/${via.transport} ${via.host}${port}${formatParams(via.params)}`;
}

/** `4711 INVITE`; the number is below 2³¹ (RFC 3261 §8.1.1.5). */
export function parseCSeq(text: string): CSeq | null {
  let at = 0;
  while (at < text.length && text.charCodeAt(at) >= 48 && text.charCodeAt(at) <= 57) at += 1;
  if (at === 0 || at > 10) return null;
  const number = Number(text.slice(0, at));
  const method = text.slice(at).trim();
  if (number >= 2 ** 31 || method === "" || !isSpace(text.charCodeAt(at))) return null;
  return { number, method };
}
