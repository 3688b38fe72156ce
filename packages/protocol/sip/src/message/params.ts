import type { SipParams } from "./message.ts";

const NONE: SipParams = new Map();

/**
 * Parses `;name=value;flag` starting at `from` (which points at the first `;` or at the end). One pass; quoted values
 * may hold `;`. A damaged parameter is kept as far as it can be read: nothing here fails.
 */
export function parseParams(text: string, from = 0): SipParams {
  let at = from;
  if (at >= text.length) return NONE;
  const params = new Map<string, string | null>();
  while (at < text.length) {
    if (text.charCodeAt(at) === 59 /* ; */) at += 1;
    const end = endOfParam(text, at);
    const piece = text.slice(at, end);
    at = end;
    const equals = piece.indexOf("=");
    if (equals < 0) {
      const name = piece.trim().toLowerCase();
      if (name !== "") params.set(name, null);
    } else {
      const name = piece.slice(0, equals).trim().toLowerCase();
      if (name !== "") params.set(name, unquote(piece.slice(equals + 1).trim()));
    }
  }
  return params;
}

function endOfParam(text: string, from: number): number {
  let quoted = false;
  for (let at = from; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === 92 /* \ */) at += 1;
      else if (code === 34 /* " */) quoted = false;
    } else if (code === 34) quoted = true;
    else if (code === 59) return at;
  }
  return text.length;
}

/** Takes the quotes and backslashes off a quoted string; other text comes back as it is. */
export function unquote(text: string): string {
  if (text.length < 2 || text.charCodeAt(0) !== 34 || text.charCodeAt(text.length - 1) !== 34) return text;
  const inner = text.slice(1, -1);
  return inner.includes("\\") ? inner.replace(/\\([\s\S])/g, "$1") : inner;
}

export function quote(text: string): string {
  return `"${text.replace(/[\r\n]+/g, " ").replace(/["\\]/g, "\\$&")}"`;
}

const TOKEN = /^[A-Za-z0-9\-.!%*_+`'~]+$/;

/** A token of RFC 3261 §25.1: a method, an option tag, an unquoted parameter value. */
export function isToken(text: string): boolean {
  return TOKEN.test(text);
}

const PARAM_VALUE = /^[A-Za-z0-9\-.!%*_+`'~[\]:/?@&$]+$/;

export function formatParams(params: SipParams): string {
  let text = "";
  for (const [name, value] of params) {
    if (value === null) text += `;${name}`;
    else text += `;${name}=${PARAM_VALUE.test(value) ? value : quote(value)}`;
  }
  return text;
}
