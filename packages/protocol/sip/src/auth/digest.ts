import { createHash } from "node:crypto";
import type { DigestAlgorithm } from "../api.ts";
import { splitValues } from "../message/headers.ts";
import { quote, unquote } from "../message/params.ts";

const HASH_NAMES: Readonly<Record<DigestAlgorithm, string>> = { MD5: "md5", "SHA-256": "sha256" };

function digestHash(algorithm: DigestAlgorithm, text: string): string {
  return createHash(HASH_NAMES[algorithm]).update(text, "utf8").digest("hex");
}

/** H(username:realm:password), hexadecimal: what a user store keeps instead of the password (RFC 7616 §3.4.2). */
export function digestHa1(algorithm: DigestAlgorithm, username: string, realm: string, password: string): string {
  return digestHash(algorithm, `${username}:${realm}:${password}`);
}

/** The `response` of RFC 7616 §3.4.1; without `qop` that of RFC 2069. */
export function digestResponse(parts: {
  algorithm: DigestAlgorithm;
  ha1: string;
  method: string;
  uri: string;
  nonce: string;
  qop: { name: "auth"; nc: string; cnonce: string } | null;
}): string {
  const { algorithm, ha1, nonce, qop } = parts;
  const ha2 = digestHash(algorithm, `${parts.method}:${parts.uri}`);
  const middle = qop === null ? nonce : `${nonce}:${qop.nc}:${qop.cnonce}:${qop.name}`;
  return digestHash(algorithm, `${ha1}:${middle}:${ha2}`);
}

/** Null for an algorithm we do not have. Absent means MD5 (RFC 8760 §2.3). */
export function parseAlgorithm(text: string | undefined): DigestAlgorithm | null {
  const name = text?.toUpperCase() ?? "MD5";
  return name === "MD5" || name === "SHA-256" ? name : null;
}

/** The parameters of one `Digest …` value, names in lower case; null for another scheme. */
export function parseDigest(text: string): ReadonlyMap<string, string> | null {
  const space = text.search(/[ \t]/);
  if (space < 0 || text.slice(0, space).toLowerCase() !== "digest") return null;
  const params = new Map<string, string>();
  for (const piece of splitValues(text.slice(space + 1))) {
    const equals = piece.indexOf("=");
    if (equals > 0) params.set(piece.slice(0, equals).trim().toLowerCase(), unquote(piece.slice(equals + 1).trim()));
  }
  return params;
}

export function formatDigest(params: readonly (readonly [name: string, value: string, quoted: boolean])[]): string {
  return `Digest ${params.map(([name, value, quoted]) => `${name}=${quoted ? quote(value) : value}`).join(", ")}`;
}
