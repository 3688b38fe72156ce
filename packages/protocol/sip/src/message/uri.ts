import type { SipParams, SipUri } from "./message.ts";
import { formatParams, parseParams } from "./params.ts";

const MAX_URI_LENGTH = 2_048;
const EMPTY: SipParams = new Map();

/**
 * Parses `sip:`, `sips:` and `tel:` URIs (RFC 3261 §19.1, RFC 3966). Null for any other scheme or what cannot be read.
 * Headers after `?` are dropped.
 */
export function parseSipUri(text: string): SipUri | null {
  if (text.length > MAX_URI_LENGTH) return null;
  const colon = text.indexOf(":");
  if (colon < 3 || colon > 4) return null;
  const scheme = text.slice(0, colon).toLowerCase();
  if (scheme === "tel") return parseTel(text.slice(colon + 1));
  if (scheme !== "sip" && scheme !== "sips") return null;

  const rest = text.slice(colon + 1);
  const at = rest.lastIndexOf("@");
  let user: string | null = null;
  if (at >= 0) {
    const userInfo = rest.slice(0, at);
    const password = userInfo.indexOf(":");
    user = percentDecode(password < 0 ? userInfo : userInfo.slice(0, password));
    if (user === "") return null;
  }
  const hostEnd = endOfHostPort(rest, at + 1);
  const address = splitHostPort(rest.slice(at + 1, hostEnd));
  if (address === null) return null;
  const question = rest.indexOf("?", hostEnd);
  const params = parseParams(question < 0 ? rest : rest.slice(0, question), hostEnd);
  return { scheme, user, host: address.host, port: address.port, params };
}

function endOfHostPort(text: string, from: number): number {
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 59 /* ; */ || code === 63 /* ? */) return at;
  }
  return text.length;
}

function parseTel(rest: string): SipUri | null {
  const semicolon = rest.indexOf(";");
  const number = semicolon < 0 ? rest : rest.slice(0, semicolon);
  if (!/^[+0-9A-Fa-f*#\-.()]+$/.test(number)) return null;
  return {
    scheme: "tel",
    user: number,
    host: "",
    port: null,
    params: semicolon < 0 ? EMPTY : parseParams(rest, semicolon),
  };
}

const HOST_NAME = /^[A-Za-z0-9._-]+$/;
const IPV6 = /^\[[0-9A-Fa-f:.]+\]$/;

/** `host`, `host:port`, `[v6]`, `[v6]:port`; whitespace around the colon is forgiven. */
export function splitHostPort(text: string): { host: string; port: number | null } | null {
  const trimmed = text.trim();
  const bracket = trimmed.lastIndexOf("]");
  const colon = trimmed.indexOf(":", Math.max(bracket, 0));
  const host = (colon < 0 ? trimmed : trimmed.slice(0, colon)).trim();
  if (!HOST_NAME.test(host) && !IPV6.test(host)) return null;
  if (colon < 0) return { host, port: null };
  const digits = trimmed.slice(colon + 1).trim();
  if (!/^\d{1,5}$/.test(digits)) return null;
  const port = Number(digits);
  return port > 0 && port <= 65_535 ? { host, port } : null;
}

/** Damaged escapes stay as they are. */
function percentDecode(text: string): string {
  if (!text.includes("%")) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** What may stand unescaped in a user part (RFC 3261 §25.1: unreserved and user-unreserved). */
function percentEncodeUser(user: string): string {
  if (/^[A-Za-z0-9\-_.!~*'()&=+$,;?/]*$/.test(user)) return user;
  return [...user].map((char) => (/[A-Za-z0-9\-_.!~*'()&=+$,;?/]/.test(char) ? char : encodeChar(char))).join("");
}

function encodeChar(char: string): string {
  return [...new TextEncoder().encode(char)]
    .map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, "0")}`)
    .join("");
}

export function formatSipUri(uri: SipUri): string {
  if (uri.scheme === "tel") return `tel:${uri.user ?? ""}${formatParams(uri.params)}`;
  const user = uri.user === null ? "" : `${percentEncodeUser(uri.user)}@`;
  const port = uri.port === null ? "" : `:${uri.port}`;
  return `${uri.scheme}:${user}${uri.host}${port}${formatParams(uri.params)}`;
}

/** Builds a `sip:` URI from its parts; `host` may be IPv6 with or without brackets. */
export function sipUri(parts: {
  user?: string | null;
  host: string;
  port?: number | null;
  params?: SipParams;
}): SipUri {
  return {
    scheme: "sip",
    user: parts.user ?? null,
    host: bracketed(parts.host),
    port: parts.port ?? null,
    params: parts.params ?? EMPTY,
  };
}

/** IPv6 as it stands in a URI or Via. */
export function bracketed(host: string): string {
  return host.includes(":") && !host.startsWith("[") ? `[${host}]` : host;
}

/** IPv6 as a socket wants it. */
export function unbracketed(host: string): string {
  return host.startsWith("[") ? host.slice(1, -1) : host;
}
