import { describe, expect, test } from "vitest";
import { RawPeer, rawRequest } from "../../testing/raw-peer.ts";
import { ANSWER, leftOvers, OFFER, settled, twoAgents } from "../../testing/two-agents.ts";
import type { AnswerResult, IncomingInvite, SipUserAgentOptions } from "../api.ts";

/** Bob, who rings on every INVITE, and a peer that sends what it likes. */
async function ringing(bob: Partial<SipUserAgentOptions> = {}) {
  const agents = await twoAgents({ bob });
  const invites: IncomingInvite[] = [];
  agents.bob.onInvite((invite) => {
    invites.push(invite);
    invite.ringing();
  });
  const peer = await RawPeer.open(agents.network, "192.0.2.9", { host: "192.0.2.2", port: 5060 });
  const hear = async (...texts: string[]) => {
    peer.heard.length = 0;
    for (const text of texts) peer.send(text);
    await agents.clock.advance(20);
    return peer.statuses();
  };
  return { agents, peer, invites, hear };
}

describe("a request outside a dialog (RFC 3261 §8.2)", () => {
  test.for([
    { what: "an unknown method", request: { method: "SUBSCRIBE" }, status: 405, header: "allow" },
    {
      what: "a required option we lack",
      request: { method: "INVITE", headers: ["Require: foo, timer"] },
      status: 420,
      header: "unsupported",
    },
    {
      what: "another URI scheme",
      request: { method: "INVITE", uri: "http://a.example/" },
      status: 416,
      header: "server",
    },
    { what: "a broken URI", request: { method: "INVITE", uri: "sip:a@b:99999" }, status: 400, header: "server" },
    {
      what: "no hops left",
      request: { method: "INVITE", headers: ["Max-Forwards: 0"] },
      status: 483,
      header: "server",
    },
    {
      what: "another body",
      request: { method: "INVITE", body: "x", headers: ["c: text/plain"] },
      status: 415,
      header: "accept",
    },
    {
      what: "a compressed body",
      request: { method: "INVITE", body: "x", headers: ["e: gzip"] },
      status: 415,
      header: "accept-encoding",
    },
    {
      what: "too short a session",
      request: { method: "INVITE", headers: ["x: 30", "k: timer"] },
      status: 422,
      header: "min-se",
    },
    { what: "a dialog we do not know", request: { method: "INVITE", toTag: "gone" }, status: 481, header: "server" },
    { what: "BYE without a dialog", request: { method: "BYE" }, status: 481, header: "server" },
    { what: "CANCEL of nothing", request: { method: "CANCEL" }, status: 481, header: "server" },
    { what: "REGISTER where there is no registrar", request: { method: "REGISTER" }, status: 405, header: "allow" },
    { what: "OPTIONS", request: { method: "OPTIONS" }, status: 200, header: "allow" },
  ])("$what is answered $status", async ({ request, status, header }) => {
    const { peer, hear, invites } = await ringing();
    const text = rawRequest(request);
    // A body of another type carries its own Content-Type line.
    const sent = request.headers?.some((line) => line.startsWith("c:"))
      ? text.replace("Content-Type: application/sdp\r\n", "")
      : text;
    expect(await hear(sent)).toEqual([status]);
    expect(peer.heard[0]?.headers.has(header)).toBe(true);
    expect(peer.heard[0]?.to.params.has("tag")).toBe(true);
    expect(invites).toEqual([]);
  });

  test("the options we lack are named, those we have are not", async () => {
    const { peer, hear } = await ringing();
    await hear(rawRequest({ method: "INVITE", headers: ["Require: foo, timer, bar"] }));
    expect(peer.heard[0]?.headers.get("unsupported")).toBe("foo, bar");
  });

  test("an INVITE that comes again is answered from its transaction and handed up once", async () => {
    const { hear, invites } = await ringing();
    const invite = rawRequest({ method: "INVITE", body: OFFER });
    expect(await hear(invite, invite, invite)).toEqual([180, 180, 180]);
    expect(invites).toHaveLength(1);
  });

  test("the same INVITE by another way is a loop: 482 (§8.2.2.2)", async () => {
    const { hear, invites } = await ringing();
    const [first, second] = ["z9hG4bKone", "z9hG4bKtwo"].map((branch) => rawRequest({ method: "INVITE", branch }));
    expect(await hear(first ?? "", second ?? "")).toEqual([180, 482]);
    expect(invites).toHaveLength(1);
  });

  test("a peer of RFC 2543, whose branch is no cookie, is matched all the same", async () => {
    const { hear, invites } = await ringing();
    const invite = rawRequest({ method: "INVITE", branch: "1", body: OFFER });
    expect(await hear(invite, invite)).toEqual([180, 180]);
    expect(await hear(rawRequest({ method: "CANCEL", branch: "1" }))).toEqual([200, 487]);
    expect(invites[0]?.cancelled.aborted).toBe(true);
  });

  test("an INVITE that its user takes long over gets 100 after 200 ms, and then a refusal is repeated until its ACK", async () => {
    const { agents, peer, hear } = await ringing();
    agents.bob.onInvite((invite) => void agents.clock.after(1_000, () => invite.reject(480)));
    expect(await hear(rawRequest({ method: "INVITE", body: OFFER }))).toEqual([]);
    await agents.clock.advance(200);
    expect(peer.statuses()).toEqual([100]);
    await agents.clock.advance(2_500);
    expect(peer.statuses()).toEqual([100, 480, 480, 480]);
    await hear(rawRequest({ method: "ACK", branch: "z9hG4bKINVITE1" }));
    await agents.clock.advance(10_000);
    expect(peer.statuses()).toEqual([]);
  });

  test("a handler that fails answers 500", async () => {
    const { agents, hear } = await ringing();
    agents.bob.onInvite(() => {
      throw new Error("boom");
    });
    expect(await hear(rawRequest({ method: "INVITE" }))).toEqual([500]);
  });

  test("what the caller asserts, who referred and what it replaces are read", async () => {
    const { hear, invites } = await ringing();
    const headers = [
      'P-Asserted-Identity: "민원" <sip:01012345678@carrier.example>, <tel:+821012345678>',
      "Referred-By: <sip:kim@jikimi.example>",
      "Replaces: abc@host;to-tag=t1;from-tag=f1",
      "Max-Forwards: 7",
    ];
    await hear(rawRequest({ method: "INVITE", headers }));
    expect(invites[0]).toMatchObject({
      assertedIdentity: { user: "01012345678", displayName: "민원" },
      referredBy: { user: "kim" },
      replaces: { callId: "abc@host", toTag: "t1", fromTag: "f1" },
      maxForwards: 7,
      source: { transport: "UDP", remoteHost: "192.0.2.9", remotePort: 5060 },
    });
  });
});

describe("where answers go (RFC 3261 §18.2.2, RFC 3581)", () => {
  test.for([
    {
      what: "rport asks for the port it came from",
      via: "10.1.1.1:7777;rport",
      to: "192.0.2.9:5060",
      stamp: ";rport=5060;received=192.0.2.9",
    },
    {
      what: "without rport the Via's port counts",
      via: "10.1.1.1:7777",
      to: "192.0.2.9:7777",
      stamp: ";received=192.0.2.9",
    },
    { what: "a Via that tells the truth is left as it is", via: "192.0.2.9:5060", to: "192.0.2.9:5060", stamp: "" },
  ])("$what", async ({ via, to, stamp }) => {
    const { agents, hear } = await ringing();
    await hear(rawRequest({ method: "OPTIONS", branch: "z9hG4bKx" }).replace("192.0.2.9:5060;branch", `${via};branch`));
    const answer = agents.network.passages.find(({ text }) => text.startsWith("SIP/2.0 200"));
    expect(answer?.to).toBe(to);
    const [host, ...params] = via.split(";");
    const tail = stamp === "" ? "" : stamp.replace(";rport=5060", "");
    const kept = params.length > 0 ? ";rport=5060" : "";
    expect(answer?.text).toContain(
      params.length > 0
        ? `Via: SIP/2.0/UDP ${host}${kept};branch=z9hG4bKx${tail}\r\n`
        : `Via: SIP/2.0/UDP ${host};branch=z9hG4bKx${tail}\r\n`,
    );
  });
});

describe("hostile peers", () => {
  test("an INVITE refused at once costs its forged source one message; repeated, it gets one each", async () => {
    const { agents, peer, hear } = await ringing();
    agents.bob.onInvite((invite) => invite.reject(403));
    const invite = rawRequest({ method: "INVITE", body: OFFER });
    expect(await hear(invite)).toEqual([403]);
    await agents.clock.advance(10_000);
    expect(peer.statuses()).toEqual([403]);
    expect(await hear(invite)).toEqual([403]);
  });

  test("damaged requests are answered 400 a few times a minute, then dropped in silence", async () => {
    const { agents, hear } = await ringing({ limits: { maxMalformedPerMinute: 3 } });
    const damaged = rawRequest({ method: "OPTIONS", uri: "<sip:bob@192.0.2.2>" });
    expect(await hear(...Array.from({ length: 10 }, () => damaged))).toEqual([400, 400, 400]);
    expect(agents.bob.stats).toMatchObject({ malformedMessages: 10, droppedMessages: 7, liveTransactions: 0 });
    await agents.clock.advance(60_000);
    expect(await hear(damaged)).toEqual([400]);
  });

  test("noise is counted and never answered", async () => {
    const { agents, hear } = await ringing();
    expect(await hear("\0\0\0", "GET / HTTP/1.1\r\n\r\n", "INVITE", rawRequest({ method: "ACK" }))).toEqual([]);
    expect(agents.bob.stats.malformedMessages).toBe(3);
  });

  test("beyond the bound new requests get 503 while those in progress go on", async () => {
    const { hear, agents } = await ringing({ limits: { maxTransactions: 2 } });
    const call = (at: number) =>
      rawRequest({ method: "INVITE", callId: `call-${at}`, branch: `z9hG4bK${at}`, body: OFFER });
    expect(await hear(call(1), call(2))).toEqual([180, 180]);
    expect(await hear(call(3), call(4))).toEqual([503, 503]);
    expect(await hear(call(1))).toEqual([180]);
    expect(await hear(rawRequest({ method: "CANCEL", callId: "call-1", branch: "z9hG4bK1" }))).toEqual([200, 487]);
    expect(agents.bob.stats.refusedForLoad).toBe(2);
  });

  test("beyond the bound of dialogs a call is put off with 503", async () => {
    const { hear } = await ringing({ limits: { maxDialogs: 1 } });
    const call = (at: number) => rawRequest({ method: "INVITE", callId: `call-${at}`, branch: `z9hG4bK${at}` });
    expect(await hear(call(1), call(2))).toEqual([180, 503]);
  });
});

describe("reliable provisional answers (RFC 3262)", () => {
  const reliable = { method: "INVITE", body: OFFER, headers: ["Require: 100rel"] };
  const rseqOf = (peer: RawPeer) => peer.heard.at(-1)?.headers.get("rseq") ?? "";

  test("are repeated until their PRACK, one at a time, and the answer waits for the last", async () => {
    const { agents, peer, invites, hear } = await ringing();
    expect(await hear(rawRequest(reliable))).toEqual([180]);
    const first = rseqOf(peer);
    const tag = peer.heard.at(-1)?.to.params.get("tag") ?? "";
    invites[0]?.progress(ANSWER);
    const answers: { value: AnswerResult | undefined }[] = [];
    if (invites[0]) answers.push(settled(invites[0].answer(ANSWER)));
    peer.heard.length = 0;
    await agents.clock.advance(600);
    expect(peer.statuses()).toEqual([180]);
    const prack = (rseq: string, cseq: number) =>
      rawRequest({ method: "PRACK", cseq, toTag: tag, headers: [`RAck: ${rseq} 1 INVITE`] });
    expect(await hear(prack(first, 2))).toEqual([200, 183]);
    const second = rseqOf(peer);
    expect(Number(second)).toBe(Number(first) + 1);
    expect(await hear(prack(first, 3))).toEqual([481]);
    expect((await hear(prack(second, 4))).sort()).toEqual([200, 200]);
    await hear(rawRequest({ method: "ACK", branch: "z9hG4bKa", toTag: tag }));
    expect(answers[0]?.value?.kind).toBe("answered");
  });

  test("that nobody acknowledges end the call after 64·T1 with 504", async () => {
    const { agents, peer, invites, hear } = await ringing();
    await hear(rawRequest(reliable));
    peer.heard.length = 0;
    await agents.clock.advance(33_000);
    expect(peer.statuses().filter((status) => status === 180)).toHaveLength(6);
    expect(peer.statuses()).toContain(504);
    expect(invites[0]?.cancelled.aborted).toBe(false);
    expect(await leftOvers(agents)).toEqual([]);
  });

  test("of the callee are acknowledged by our PRACK, and each is heard once", async () => {
    const agents = await twoAgents();
    const { alice, bob, clock, network } = agents;
    bob.onInvite((invite) => {
      invite.ringing();
      invite.progress(ANSWER);
      clock.after(2_000, () => void invite.answer(ANSWER));
    });
    const call = alice.invite({
      target: "sip:bob@192.0.2.2",
      from: { uri: "sip:alice@192.0.2.1" },
      offerSdp: OFFER,
      headers: [["Require", "100rel"]],
    });
    const heard: [number, boolean][] = [];
    call.onProvisional(({ status, sdp }) => heard.push([status, sdp !== null]));
    const outcome = settled(call.outcome);
    let lost = 0;
    network.loses = ({ text }) => text.startsWith("PRACK") && lost++ < 2;
    await clock.advance(10_000);
    expect(heard).toEqual([
      [180, false],
      [183, true],
    ]);
    expect(outcome.value?.kind).toBe("answered");
    if (outcome.value?.kind === "answered") void outcome.value.dialog.bye();
    expect(await leftOvers(agents)).toEqual([]);
  });
});

test("OPTIONS probes a trunk", async () => {
  const { alice, clock, network } = await twoAgents();
  const probe = { method: "OPTIONS", from: { uri: "sip:alice@192.0.2.1" } };
  const here = settled(alice.request({ ...probe, target: "sip:192.0.2.2" }));
  const gone = settled(alice.request({ ...probe, target: "sip:192.0.2.3" }));
  await clock.advance(32_000);
  expect(here.value).toMatchObject({ kind: "response", status: 200 });
  expect(gone.value).toEqual({ kind: "timeout" });
  expect(network.passages.filter(({ text }) => text.startsWith("OPTIONS sip:192.0.2.3"))).toHaveLength(11);
});
