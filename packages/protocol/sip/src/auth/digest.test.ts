import { ManualClock, SeededRandom } from "@jikimi/kernel";
import { describe, expect, test } from "vitest";
import type { DigestAlgorithm, DigestVerdict } from "../api.ts";
import { createRequest, createResponse } from "../message/build.ts";
import type { SipRequest } from "../message/message.ts";
import { digestHa1, digestResponse, parseDigest } from "./digest.ts";
import { DigestClient } from "./digest-client.ts";
import { DigestVerifier } from "./digest-verifier.ts";

const REALM = "jikimi.example";

describe("published vectors", () => {
  test("RFC 2617 §3.5: MD5 with qop", () => {
    const response = digestResponse({
      algorithm: "MD5",
      ha1: digestHa1("MD5", "Mufasa", "testrealm@host.com", "Circle Of Life"),
      method: "GET",
      uri: "/dir/index.html",
      nonce: "dcd98b7102dd2f0e8b11d0f600bfb0c093",
      qop: { name: "auth", nc: "00000001", cnonce: "0a4f113b" },
    });
    expect(response).toBe("6629fae49393a05397450978507c4ef1");
  });

  test.for<{ algorithm: DigestAlgorithm; expected: string }>([
    { algorithm: "MD5", expected: "8ca523f5e9506fed4657c9700eebdbec" },
    { algorithm: "SHA-256", expected: "753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1" },
  ])("RFC 7616 §3.9.1: $algorithm", ({ algorithm, expected }) => {
    const response = digestResponse({
      algorithm,
      ha1: digestHa1(algorithm, "Mufasa", "http-auth@example.org", "Circle of Life"),
      method: "GET",
      uri: "/dir/index.html",
      nonce: "7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v",
      qop: { name: "auth", nc: "00000001", cnonce: "f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ" },
    });
    expect(response).toBe(expected);
  });
});

const via = { transport: "UDP", host: "h", port: null, branch: "z9hG4bK1", params: new Map() };
const address = { displayName: null, uri: "sip:kim@jikimi.example", params: new Map() };

function register(headers: readonly (readonly [string, string])[]): SipRequest {
  return createRequest({
    method: "REGISTER",
    uri: "sip:jikimi.example",
    via,
    from: "<sip:kim@jikimi.example>;tag=1",
    to: "<sip:kim@jikimi.example>",
    fromAddress: address,
    toAddress: address,
    callId: "c",
    cseq: { number: 1, method: "REGISTER" },
    headers,
  });
}

function setUp(options: { algorithms?: readonly DigestAlgorithm[]; password?: string; maxNonces?: number } = {}) {
  const clock = new ManualClock();
  const verifier = new DigestVerifier({
    clock,
    random: new SeededRandom(3),
    realm: REALM,
    ha1: ({ username, realm, algorithm }) => (username === "kim" ? digestHa1(algorithm, "kim", realm, "비밀") : null),
    ...(options.algorithms ? { algorithms: options.algorithms } : {}),
    ...(options.maxNonces ? { maxNonces: options.maxNonces } : {}),
  });
  const client = new DigestClient({
    credentials: { username: "kim", password: options.password ?? "비밀" },
    random: new SeededRandom(4),
  });
  /** Shows the verdict to the client; true when it would try again. */
  const learn = (verdict: DigestVerdict) =>
    verdict.kind === "challenge" &&
    client.learn(
      createResponse(register([]), 401, {
        headers: verdict.challenges.map((challenge) => ["WWW-Authenticate", challenge] as const),
      }),
    );
  const attempt = () => verifier.verify(register(client.headers("REGISTER", "sip:jikimi.example")));
  return { clock, verifier, client, learn, attempt };
}

describe("our client against our verifier", () => {
  test.for<{ algorithms: readonly DigestAlgorithm[]; used: string }>([
    { algorithms: ["SHA-256", "MD5"], used: "SHA-256" },
    { algorithms: ["MD5", "SHA-256"], used: "SHA-256" },
    { algorithms: ["MD5"], used: "MD5" },
  ])("offered $algorithms the client takes $used", async ({ algorithms, used }) => {
    const { learn, attempt, client } = setUp({ algorithms });
    const first = await attempt();
    expect(first).toMatchObject({ kind: "challenge", why: "missing" });
    expect(learn(first)).toBe(true);
    const [header] = client.headers("REGISTER", "sip:jikimi.example");
    expect(parseDigest(header?.[1] ?? "")?.get("algorithm")).toBe(used);
    expect(await attempt()).toEqual({ kind: "ok", username: "kim" });
  });

  test("one nonce serves many requests, each with a higher count", async () => {
    const { learn, attempt } = setUp();
    learn(await attempt());
    for (let times = 0; times < 5; times += 1) expect((await attempt()).kind).toBe("ok");
  });

  test("the same credentials a second time are refused as replayed", async () => {
    const { learn, attempt, verifier, client } = setUp();
    learn(await attempt());
    const request = register(client.headers("REGISTER", "sip:jikimi.example"));
    expect((await verifier.verify(request)).kind).toBe("ok");
    expect(await verifier.verify(request)).toMatchObject({ kind: "challenge", why: "replayed" });
  });

  test("a stale nonce is challenged as stale, and the client tries again", async () => {
    const { clock, learn, attempt } = setUp();
    learn(await attempt());
    expect((await attempt()).kind).toBe("ok");
    await clock.advance(300_001);
    const verdict = await attempt();
    expect(verdict).toMatchObject({ kind: "challenge", why: "stale" });
    expect(verdict.kind === "challenge" && verdict.challenges.every((text) => text.includes("stale=true"))).toBe(true);
    expect(learn(verdict)).toBe(true);
    expect((await attempt()).kind).toBe("ok");
  });

  test("the right password for a nonce of the time before a restart is stale, not wrong", async () => {
    const { learn, attempt, client } = setUp();
    learn(await attempt());
    const request = register(client.headers("REGISTER", "sip:jikimi.example"));
    const restarted = new DigestVerifier({
      clock: new ManualClock(),
      random: new SeededRandom(99),
      realm: REALM,
      ha1: ({ realm, algorithm }) => digestHa1(algorithm, "kim", realm, "비밀"),
    });
    expect(await restarted.verify(request)).toMatchObject({ kind: "challenge", why: "stale" });
  });

  test("a wrong password is challenged again, and the client gives up", async () => {
    const { learn, attempt } = setUp({ password: "틀림" });
    learn(await attempt());
    const verdict = await attempt();
    expect(verdict).toMatchObject({ kind: "challenge", why: "wrong" });
    expect(learn(verdict)).toBe(false);
  });

  test("credentials without qop work once per nonce (RFC 2069)", async () => {
    const { attempt, verifier } = setUp({ algorithms: ["MD5"] });
    const first = await attempt();
    const nonce = parseDigest(first.kind === "challenge" ? (first.challenges[0] ?? "") : "")?.get("nonce") ?? "";
    const response = digestResponse({
      algorithm: "MD5",
      ha1: digestHa1("MD5", "kim", REALM, "비밀"),
      method: "REGISTER",
      uri: "sip:x",
      nonce,
      qop: null,
    });
    const value = `Digest username="kim", realm="${REALM}", nonce="${nonce}", uri="sip:x", response="${response}"`;
    expect((await verifier.verify(register([["Authorization", value]]))).kind).toBe("ok");
    expect(await verifier.verify(register([["Authorization", value]]))).toMatchObject({ why: "replayed" });
  });

  test.for([
    { what: "a nonce of somebody else", change: (text: string) => text.replace(/nonce="[^"]*"/, 'nonce="0.1.2"') },
    { what: "a nonce whose time was changed", change: (text: string) => text.replace(/nonce="/, 'nonce="z') },
    { what: "an unknown user", change: (text: string) => text.replace('username="kim"', 'username="lee"') },
    { what: "a changed response", change: (text: string) => text.replace(/response="./, 'response="g') },
  ])("$what proves nothing", async ({ change }) => {
    const { learn, attempt, verifier, client } = setUp();
    learn(await attempt());
    const [header] = client.headers("REGISTER", "sip:jikimi.example");
    const verdict = await verifier.verify(register([["Authorization", change(header?.[1] ?? "")]]));
    expect(verdict).toMatchObject({ kind: "challenge", why: "wrong" });
  });

  test.for(["algorithm=MD5-sess", 'username=""', "qop=auth-int", "nc=1"])(
    "credentials with %s are denied",
    async (part) => {
      const { learn, attempt, verifier, client } = setUp();
      learn(await attempt());
      const [header] = client.headers("REGISTER", "sip:jikimi.example");
      const name = part.slice(0, part.indexOf("="));
      const value = (header?.[1] ?? "").replace(new RegExp(`\\b${name}=("[^"]*"|[^,]*)`), part);
      expect((await verifier.verify(register([["Authorization", value]]))).kind).toBe("denied");
    },
  );

  test("when too many nonces are in use nobody is let in by forgetting one that could be replayed", async () => {
    const { learn, attempt, verifier, client, clock } = setUp({ maxNonces: 1 });
    learn(await attempt());
    const request = register(client.headers("REGISTER", "sip:jikimi.example"));
    expect((await verifier.verify(request)).kind).toBe("ok");
    learn(await verifier.verify(register([])));
    expect((await attempt()).kind).toBe("challenge");
    expect((await verifier.verify(request)).kind).toBe("challenge");
    await clock.advance(300_001);
    learn(await attempt());
    expect((await attempt()).kind).toBe("ok");
  });
});
