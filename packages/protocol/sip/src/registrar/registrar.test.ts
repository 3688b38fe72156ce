import { ManualClock, SeededRandom, silentLog } from "@jikimi/kernel";
import { describe, expect, test } from "vitest";
import { MemoryNetwork } from "../../testing/memory-network.ts";
import { RawPeer, rawRequest } from "../../testing/raw-peer.ts";
import { ANSWER, OFFER, settled } from "../../testing/two-agents.ts";
import { SipUserAgent } from "../agent/user-agent.ts";
import type { DigestAuthority, Flow, RegistrarEvent, RegistrationStatus } from "../api.ts";
import { digestHa1 } from "../auth/digest.ts";
import { DigestVerifier } from "../auth/digest-verifier.ts";
import { parseMessage } from "../message/parse.ts";
import { bindingDestination, Registrar } from "./registrar.ts";
import { TrunkRegistration } from "./trunk-registration.ts";

const SERVER = "192.0.2.2";

/** Lets in whoever the username header names: the digest has tests of its own. */
const trusting: DigestAuthority = {
  verify: async (request) => ({ kind: "ok", username: request.headers.get("x-username") ?? "kim" }),
};

async function setUp(
  authority: DigestAuthority = trusting,
  options: Partial<ConstructorParameters<typeof Registrar>[0]> = {},
) {
  const clock = new ManualClock();
  const network = new MemoryNetwork({ clock, random: new SeededRandom(1) });
  const server = new SipUserAgent({ clock, random: new SeededRandom(2), log: silentLog });
  await server.listen(network.transport(SERVER, 5060));
  const registrar = new Registrar({ clock, log: silentLog, authority, ...options });
  server.useRegistrar(registrar);
  const events: RegistrarEvent[] = [];
  registrar.onEvent((event) => events.push(event));
  const peer = await RawPeer.open(network, "192.0.2.9", { host: SERVER, port: 5060 });
  let cseq = 0;
  const register = async (headers: readonly string[], more: { callId?: string; cseq?: number; to?: string } = {}) => {
    cseq += 1;
    peer.heard.length = 0;
    const text = rawRequest({
      method: "REGISTER",
      uri: "sip:jikimi.example",
      cseq: more.cseq ?? cseq,
      branch: `z9hG4bKr${cseq}`,
      callId: more.callId ?? "phone",
      headers,
    });
    peer.send(
      text
        .replace("Contact: <sip:raw@192.0.2.9:5060>\r\n", "")
        .replace("To: <sip:bob@192.0.2.2>", `To: <${more.to ?? "sip:kim@jikimi.example"}>`),
    );
    await clock.advance(20);
    const [answer] = peer.heard;
    if (answer?.kind !== "response") throw new Error("no answer");
    return { status: answer.status, contacts: answer.headers.values("contact"), headers: answer.headers };
  };
  return { clock, network, server, registrar, events, register };
}

describe("registrar (RFC 3261 §10.3)", () => {
  test("several phones of one user are kept, best first, and listed with what is left", async () => {
    const { register, registrar, clock } = await setUp();
    await register(["Contact: <sip:desk@10.0.0.5>;expires=600;q=0.5"]);
    await register(["Contact: <sip:soft@10.0.0.6>;q=0.9", "Expires: 120"], { callId: "other" });
    await clock.advance(20_000);
    const listed = await register([], { callId: "query" });
    expect(listed.status).toBe(200);
    expect(listed.contacts).toEqual(["<sip:soft@10.0.0.6>;q=0.9;expires=100", "<sip:desk@10.0.0.5>;q=0.5;expires=580"]);
    expect(registrar.lookup("kim").map(({ contact }) => contact)).toEqual(["sip:soft@10.0.0.6", "sip:desk@10.0.0.5"]);
    expect(registrar.lookup("lee")).toEqual([]);
  });

  test("a phone expires, refreshes, leaves, and each is told once", async () => {
    const { register, events, clock, registrar } = await setUp();
    await register(["Contact: <sip:a@10.0.0.5>;expires=60"]);
    await clock.advance(50_000);
    await register(["Contact: <sip:a@10.0.0.5>;expires=60"]);
    await clock.advance(50_000);
    expect(registrar.lookup("kim")).toHaveLength(1);
    await clock.advance(11_000);
    expect(registrar.lookup("kim")).toHaveLength(0);
    await register(["Contact: <sip:a@10.0.0.5>"]);
    await register(["Contact: <sip:a@10.0.0.5>;expires=0"]);
    const told = events.map((event) => (event.kind === "registered" ? `registered ${event.refreshed}` : event.why));
    expect(told).toEqual(["registered false", "registered true", "expired", "registered false", "asked"]);
  });

  test("Contact * with Expires 0 removes all, and nothing else will do", async () => {
    const { register, registrar } = await setUp();
    await register(["Contact: <sip:a@10.0.0.5>, <sip:b@10.0.0.5>"]);
    expect((await register(["Contact: *"])).status).toBe(400);
    expect((await register(["Contact: *, <sip:a@10.0.0.5>", "Expires: 0"])).status).toBe(400);
    expect(registrar.lookup("kim")).toHaveLength(2);
    expect((await register(["Contact: *", "Expires: 0"])).status).toBe(200);
    expect(registrar.lookup("kim")).toHaveLength(0);
  });

  test("too short a time is refused with Min-Expires, too long is cut", async () => {
    const { register } = await setUp();
    const short = await register(["Contact: <sip:a@10.0.0.5>;expires=30"]);
    expect([short.status, short.headers.get("min-expires")]).toEqual([423, "60"]);
    const long = await register(["Contact: <sip:a@10.0.0.5>;expires=999999"]);
    expect(long.contacts).toEqual(["<sip:a@10.0.0.5>;q=1;expires=7200"]);
  });

  test("an older REGISTER of the same Call-ID changes nothing", async () => {
    const { register, registrar } = await setUp();
    await register(["Contact: <sip:a@10.0.0.5>"], { cseq: 10 });
    expect((await register(["Contact: <sip:a@10.0.0.5>;expires=0"], { cseq: 9 })).status).toBe(500);
    expect(registrar.lookup("kim")).toHaveLength(1);
  });

  test("a phone that starts again under a new Contact replaces itself", async () => {
    const { register, registrar, events } = await setUp();
    const instance = '+sip.instance="<urn:uuid:00000000-0000-1000-8000-000A95A0E128>"';
    await register([`Contact: <sip:x1@10.0.0.5>;${instance}`]);
    await register([`Contact: <sip:x2@10.0.0.5>;${instance}`], { callId: "again" });
    expect(registrar.lookup("kim").map(({ contact }) => contact)).toEqual(["sip:x2@10.0.0.5"]);
    expect(events.map((event) => (event.kind === "unregistered" ? event.why : "+"))).toEqual(["+", "replaced", "+"]);
  });

  test.for([
    { what: "for somebody else", headers: ["X-Username: lee", "Contact: <sip:a@h>"], status: 403 },
    { what: "of no user", headers: ["Contact: <sip:a@h>"], to: "sip:jikimi.example", status: 404 },
    { what: "of a contact that is no SIP URI", headers: ["Contact: <mailto:a@h>"], status: 400 },
    {
      what: "of too many phones",
      headers: [`Contact: ${["a", "b", "c"].map((u) => `<sip:${u}@h>`).join(",")}`],
      status: 403,
    },
  ])("a registration $what is refused with $status", async ({ headers, to, status }) => {
    const { register, registrar } = await setUp(trusting, { maxBindingsPerUser: 2 });
    expect((await register(headers, to === undefined ? {} : { to })).status).toBe(status);
    expect(registrar.all()).toEqual([]);
  });

  test("a phone that we take back is gone, told once, and may register again", async () => {
    const { register, registrar, events } = await setUp();
    await register(["Contact: <sip:a@10.0.0.5>"]);
    const [binding] = registrar.lookup("kim");
    if (binding === undefined) throw new Error("not registered");
    registrar.withdraw(binding);
    registrar.withdraw(binding);
    expect(registrar.lookup("kim")).toEqual([]);
    expect(events.map((event) => (event.kind === "unregistered" ? event.why : "+"))).toEqual(["+", "withdrawn"]);
    expect((await register(["Contact: <sip:a@10.0.0.5>"])).status).toBe(200);
  });

  test("who decides learns over which connection a REGISTER came", async () => {
    const sources: string[] = [];
    const { register } = await setUp({
      verify: async (_request, source) => {
        sources.push(source.remoteHost);
        return { kind: "ok", username: "kim" };
      },
    });
    await register(["Contact: <sip:a@10.0.0.5>"]);
    expect(sources).toEqual(["192.0.2.9"]);
  });

  test("a call to a phone goes where its REGISTER came from, not where its Contact says", async () => {
    const { register, registrar, server, network, clock } = await setUp();
    await register(["Contact: <sip:kim@10.0.0.5:5062>"]);
    const [binding] = registrar.lookup("kim");
    if (binding === undefined) throw new Error("not registered");
    server.invite({
      target: binding.contact,
      from: { uri: "sip:jikimi@jikimi.example" },
      destination: bindingDestination(binding),
      offerSdp: OFFER,
    });
    await clock.advance(10);
    const invite = network.passages.find(({ text }) => text.startsWith("INVITE"));
    expect(invite?.to).toBe("192.0.2.9:5060");
    expect(invite?.text).toMatch(/^INVITE sip:kim@10\.0\.0\.5:5062 SIP/);
  });

  test("with its WebSocket a phone is forgotten at once; one on TCP stays until it expires", async () => {
    const { registrar, events, server, clock } = await setUp();
    const flow: Flow = {
      transport: "WS",
      localHost: "h",
      localPort: 80,
      remoteHost: "192.0.2.9",
      remotePort: 4000,
      connectionId: "ws-1",
    };
    const request = parseMessage(
      Buffer.from(rawRequest({ method: "REGISTER" }).replace("To: <sip:bob@", "To: <sip:kim@")),
    );
    if (request.kind !== "message" || request.message.kind !== "request") throw new Error("bad test request");
    await registrar.register(request.message, flow);
    registrar.flowClosed({ ...flow, connectionId: "ws-2" });
    expect(registrar.lookup("kim")).toHaveLength(1);
    registrar.flowClosed(flow);
    expect(registrar.lookup("kim")).toHaveLength(0);
    expect(events.at(-1)).toMatchObject({ kind: "unregistered", why: "connection-closed" });
    registrar.close();
    await server.close();
    expect(clock.pendingTimers).toBe(0);
  });
});

describe("registering with a provider", () => {
  async function withPhone(password: string, expires = { minSeconds: 60, defaultSeconds: 3_600, maxSeconds: 7_200 }) {
    const clock = new ManualClock();
    const verifier = new DigestVerifier({
      clock,
      random: new SeededRandom(5),
      realm: "provider",
      ha1: ({ realm, algorithm }) => digestHa1(algorithm, "0212345678", realm, "secret"),
    });
    const network = new MemoryNetwork({ clock, random: new SeededRandom(1) });
    const provider = new SipUserAgent({ clock, random: new SeededRandom(2), log: silentLog });
    await provider.listen(network.transport(SERVER, 5060));
    const registrar = new Registrar({ clock, log: silentLog, authority: verifier, expires });
    provider.useRegistrar(registrar);
    const us = new SipUserAgent({ clock, random: new SeededRandom(3), log: silentLog });
    await us.listen(network.transport("192.0.2.1", 5060));
    const trunk = new TrunkRegistration({
      clock,
      random: new SeededRandom(4),
      log: silentLog,
      userAgent: us,
      registrar: `sip:${SERVER}`,
      addressOfRecord: `sip:0212345678@${SERVER}`,
      credentials: { username: "0212345678", password },
    });
    const statuses: RegistrationStatus["kind"][] = [];
    trunk.onStatus((status) => statuses.push(status.kind));
    return { clock, network, provider, registrar, us, trunk, statuses };
  }

  test("holds for hours by refreshing, and takes calls over it", async () => {
    const { clock, registrar, trunk, statuses, provider, us } = await withPhone("secret");
    trunk.start();
    await clock.advance(4 * 3_600_000);
    expect(trunk.status.kind).toBe("registered");
    expect(new Set(statuses)).toEqual(new Set(["registering", "registered"]));
    const [binding] = registrar.lookup("0212345678");
    expect(binding?.contact).toMatch(/^sip:0212345678@192\.0\.2\.1:5060;line=[0-9a-f]{24}$/);
    us.onInvite((invite) => {
      expect(trunk.isFromProvider(invite)).toBe(true);
      void invite.answer(ANSWER);
    });
    const call = provider.invite({
      target: binding?.contact ?? "",
      from: { uri: "sip:01012345678@provider.example" },
      offerSdp: OFFER,
    });
    const outcome = settled(call.outcome);
    await clock.advance(100);
    expect(outcome.value?.kind).toBe("answered");
  });

  test("knows the provider's calls by the line that rings or by where they come from, and nobody else's", async () => {
    const { clock, network, registrar, trunk, us } = await withPhone("secret");
    trunk.start();
    await clock.advance(1_000);
    const known: boolean[] = [];
    let calls = 100;
    us.onInvite((invite) => {
      known.push(trunk.isFromProvider(invite));
      invite.reject(486);
    });
    const contact = registrar.lookup("0212345678")[0]?.contact ?? "";
    const call = async (host: string, target: string) => {
      const other = new SipUserAgent({ clock, random: new SeededRandom(calls++), log: silentLog });
      await other.listen(network.transport(host, 5070));
      other.invite({ target, from: { uri: "sip:01012345678@provider.example" }, offerSdp: OFFER });
      await clock.advance(1_000);
    };
    await call("192.0.2.77", contact);
    await call(SERVER, "sip:0212345678@192.0.2.1");
    await call("192.0.2.78", "sip:0212345678@192.0.2.1");
    await call("192.0.2.79", "sip:0212345678@192.0.2.1;line=00");
    const stopped = trunk.stop();
    await clock.advance(1_000);
    await stopped;
    await call("192.0.2.80", contact);
    expect(known).toEqual([true, true, false, false, false]);
  });

  test("leaves when told to", async () => {
    const { clock, registrar, trunk } = await withPhone("secret");
    trunk.start();
    await clock.advance(1_000);
    const stopped = settled(trunk.stop());
    await clock.advance(1_000);
    expect(stopped).toHaveProperty("value");
    expect(registrar.lookup("0212345678")).toEqual([]);
    expect(trunk.status).toEqual({ kind: "stopped" });
    await clock.advance(4_000_000);
    expect(registrar.lookup("0212345678")).toEqual([]);
  });

  test("asks for longer when the provider demands it", async () => {
    const { clock, trunk } = await withPhone("secret", { minSeconds: 1_800, defaultSeconds: 3_600, maxSeconds: 7_200 });
    trunk.start();
    await clock.advance(1_000);
    expect(trunk.status).toMatchObject({ kind: "registered" });
  });

  test("with a wrong password fails, and tries again ever more rarely", async () => {
    const { clock, trunk, network, statuses } = await withPhone("guess");
    trunk.start();
    await clock.advance(1_000);
    expect(trunk.status).toMatchObject({ kind: "failed", status: 401 });
    await clock.advance(24 * 3_600_000);
    const attempts = statuses.filter((kind) => kind === "failed").length;
    expect(attempts).toBeGreaterThan(45);
    expect(attempts).toBeLessThan(115);
    expect(network.passages.filter(({ text }) => text.startsWith("REGISTER"))).toHaveLength(attempts + 1);
  });

  test("comes back by itself when the provider does", async () => {
    const { clock, trunk, network } = await withPhone("secret");
    network.loses = () => true;
    trunk.start();
    await clock.advance(33_000);
    expect(trunk.status).toMatchObject({ kind: "failed", why: "timeout", status: null });
    network.loses = () => false;
    await clock.advance(31_000);
    expect(trunk.status.kind).toBe("registered");
  });
});
