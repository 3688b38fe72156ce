import { createHmac, timingSafeEqual } from "node:crypto";
import type { Clock, Random } from "@jikimi/kernel";
import type { DigestAlgorithm, DigestAuthority, DigestVerdict, Ha1Lookup } from "../api.ts";
import type { SipRequest } from "../message/message.ts";
import { digestResponse, formatDigest, parseAlgorithm, parseDigest } from "./digest.ts";

export type DigestVerifierOptions = {
  readonly clock: Clock;
  readonly random: Random;
  readonly realm: string;
  readonly ha1: Ha1Lookup;
  /** Offered in this order; RFC 8760 wants the strongest first. Default SHA-256, then MD5. */
  readonly algorithms?: readonly DigestAlgorithm[];
  /** Default 5 minutes; an older nonce is `stale`. */
  readonly nonceLifetimeMs?: number;
  /** Nonces in use whose counts are remembered. Default 20 000; beyond, new credentials are challenged again. */
  readonly maxNonces?: number;
};

const HEX_32_BIT = /^[0-9a-f]{8}$/i;

/**
 * Verifies digest credentials (RFC 7616, RFC 8760). A nonce carries its time and a MAC of our own, so a flood of
 * requests without credentials stores nothing; only a nonce that proved a password is remembered, with its count, and
 * no count serves twice. Right credentials for a nonce that is old or not ours (we started again) are `stale`. The digest's `uri` is not compared with the Request-URI: phones in the field differ there.
 */
export class DigestVerifier implements DigestAuthority {
  readonly #options: Required<DigestVerifierOptions>;
  readonly #key: Uint8Array;
  /** The highest count seen per nonce; `Infinity` for one used without a count. */
  readonly #counts = new Map<string, number>();

  constructor(options: DigestVerifierOptions) {
    this.#options = { algorithms: ["SHA-256", "MD5"], nonceLifetimeMs: 300_000, maxNonces: 20_000, ...options };
    this.#key = options.random.bytes(32);
  }

  async verify(request: SipRequest): Promise<DigestVerdict> {
    const credentials = this.#credentialsOf(request);
    if (credentials === null) return this.#challenge("missing");
    const algorithm = parseAlgorithm(credentials.get("algorithm"));
    if (algorithm === null || !this.#options.algorithms.includes(algorithm)) return { kind: "denied" };
    const username = credentials.get("username");
    const nonce = credentials.get("nonce");
    const uri = credentials.get("uri");
    const response = credentials.get("response");
    if (!username || !nonce || !uri || !response) return { kind: "denied" };
    const qop = qopOf(credentials);
    if (qop === "damaged") return { kind: "denied" };

    const { realm } = this.#options;
    const ha1 = await this.#options.ha1({ username, realm, algorithm });
    const expected = digestResponse({ algorithm, ha1: ha1 ?? "", method: request.method, uri, nonce, qop });
    if (ha1 === null || !equalText(expected, response.toLowerCase())) return this.#challenge("wrong");
    if (this.#age(nonce) !== "fresh") return this.#challenge("stale");
    if (!this.#spend(nonce, qop === null ? Number.POSITIVE_INFINITY : Number.parseInt(qop.nc, 16))) {
      return this.#challenge("replayed");
    }
    return { kind: "ok", username };
  }

  #credentialsOf(request: SipRequest): ReadonlyMap<string, string> | null {
    for (const line of request.headers.lines("authorization")) {
      const params = parseDigest(line);
      if (params?.get("realm") === this.#options.realm) return params;
    }
    return null;
  }

  #challenge(why: "missing" | "stale" | "replayed" | "wrong"): DigestVerdict {
    const nonce = this.#newNonce();
    const challenges = this.#options.algorithms.map((algorithm) =>
      formatDigest([
        ["realm", this.#options.realm, true],
        ["nonce", nonce, true],
        ["algorithm", algorithm, false],
        ["qop", "auth", true],
        ...(why === "stale" || why === "replayed" ? [["stale", "true", false] as const] : []),
      ]),
    );
    return { kind: "challenge", challenges, why };
  }

  #newNonce(): string {
    const head = `${Math.floor(this.#options.clock.monotonicMs()).toString(36)}.${this.#options.random.hex(8)}`;
    return `${head}.${this.#mac(head)}`;
  }

  #mac(head: string): string {
    return createHmac("sha256", this.#key).update(head).digest("hex").slice(0, 32);
  }

  #age(nonce: string): "fresh" | "stale" | "forged" {
    const end = nonce.lastIndexOf(".");
    const head = nonce.slice(0, Math.max(0, end));
    if (end < 0 || !equalText(this.#mac(head), nonce.slice(end + 1))) return "forged";
    const madeAtMs = Number.parseInt(head, 36);
    return this.#options.clock.monotonicMs() - madeAtMs > this.#options.nonceLifetimeMs ? "stale" : "fresh";
  }

  /** False when this count, or a higher one, was spent before. */
  #spend(nonce: string, count: number): boolean {
    const highest = this.#counts.get(nonce) ?? 0;
    if (count <= highest) return false;
    if (highest === 0 && this.#counts.size >= this.#options.maxNonces && !this.#forgetStaleNonces()) return false;
    this.#counts.set(nonce, count);
    return true;
  }

  /** In insertion order the oldest come first. False when all are live: then nobody new is let in, not one replayed. */
  #forgetStaleNonces(): boolean {
    for (const nonce of this.#counts.keys()) {
      if (this.#age(nonce) !== "stale") break;
      this.#counts.delete(nonce);
    }
    return this.#counts.size < this.#options.maxNonces;
  }
}

function qopOf(
  credentials: ReadonlyMap<string, string>,
): { name: "auth"; nc: string; cnonce: string } | null | "damaged" {
  const qop = credentials.get("qop");
  if (qop === undefined) return null;
  const nc = credentials.get("nc") ?? "";
  const cnonce = credentials.get("cnonce") ?? "";
  if (qop.toLowerCase() !== "auth" || !HEX_32_BIT.test(nc) || cnonce === "") return "damaged";
  return { name: "auth", nc, cnonce };
}

function equalText(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
