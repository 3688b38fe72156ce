import type { Random } from "@jikimi/kernel";
import type { DigestAlgorithm, DigestCredentials, HeaderLines } from "../api.ts";
import type { SipResponse } from "../message/message.ts";
import { digestHa1, digestResponse, formatDigest, parseAlgorithm, parseDigest } from "./digest.ts";

type Challenge = {
  readonly proxy: boolean;
  readonly realm: string;
  readonly nonce: string;
  readonly opaque: string | null;
  readonly algorithm: DigestAlgorithm;
  readonly qop: boolean;
  uses: number;
};

/**
 * Answers 401 and 407 (RFC 3261 §22.2, RFC 7616, RFC 8760) for one peer: keeps the nonce of each realm and counts its
 * uses, so that later requests of the same dialog need not be challenged again.
 */
export class DigestClient {
  readonly #credentials: DigestCredentials;
  readonly #random: Random;
  readonly #challenges = new Map<string, Challenge>();

  constructor({ credentials, random }: { credentials: DigestCredentials; random: Random }) {
    this.#credentials = credentials;
    this.#random = random;
  }

  /** Credentials for a request, for each realm that has challenged us. */
  headers(method: string, uri: string): HeaderLines {
    return [...this.#challenges.values()].map((challenge) => this.#authorization(challenge, method, uri));
  }

  /**
   * Takes in a 401 or 407. True when sending the request again makes sense: the realm is new, the nonce was stale, or
   * it had served before. False means that the password is wrong or the challenge is beyond us.
   */
  learn(response: SipResponse): boolean {
    let worthwhile = false;
    for (const proxy of [false, true]) {
      const lines = response.headers.lines(proxy ? "proxy-authenticate" : "www-authenticate");
      for (const challenge of strongestPerRealm(lines, proxy)) {
        const key = `${proxy} ${challenge.realm}`;
        const known = this.#challenges.get(key);
        if (known === undefined || challenge.stale || known.uses > 1) worthwhile = true;
        this.#challenges.set(key, challenge);
      }
    }
    return worthwhile;
  }

  #authorization(challenge: Challenge, method: string, uri: string): readonly [string, string] {
    challenge.uses += 1;
    const { realm, nonce, algorithm } = challenge;
    const { username, password } = this.#credentials;
    const qop = challenge.qop
      ? { name: "auth" as const, nc: challenge.uses.toString(16).padStart(8, "0"), cnonce: this.#random.hex(8) }
      : null;
    const response = digestResponse({
      algorithm,
      ha1: digestHa1(algorithm, username, realm, password),
      method,
      uri,
      nonce,
      qop,
    });
    const value = formatDigest([
      ["username", username, true],
      ["realm", realm, true],
      ["nonce", nonce, true],
      ["uri", uri, true],
      ["response", response, true],
      ["algorithm", algorithm, false],
      ...(challenge.opaque === null ? [] : [["opaque", challenge.opaque, true] as const]),
      ...(qop === null
        ? []
        : [["qop", "auth", false] as const, ["nc", qop.nc, false] as const, ["cnonce", qop.cnonce, true] as const]),
    ]);
    return [challenge.proxy ? "Proxy-Authorization" : "Authorization", value];
  }
}

/** RFC 8760 §2.4: of several challenges for one realm the strongest we know. */
function strongestPerRealm(lines: readonly string[], proxy: boolean): (Challenge & { readonly stale: boolean })[] {
  const best = new Map<string, Challenge & { readonly stale: boolean }>();
  for (const line of lines) {
    const params = parseDigest(line);
    const algorithm = params === null ? null : parseAlgorithm(params.get("algorithm"));
    const nonce = params?.get("nonce");
    if (params === null || algorithm === null || nonce === undefined) continue;
    const realm = params.get("realm") ?? "";
    const qops = params.get("qop")?.split(",") ?? [];
    const qop = qops.some((name) => name.trim().toLowerCase() === "auth");
    if (qops.length > 0 && !qop) continue;
    const stale = params.get("stale")?.toLowerCase() === "true";
    const opaque = params.get("opaque") ?? null;
    const known = best.get(realm);
    if (known !== undefined && known.algorithm === "SHA-256") continue;
    best.set(realm, { proxy, realm, nonce, opaque, algorithm, qop, stale, uses: 0 });
  }
  return [...best.values()];
}
