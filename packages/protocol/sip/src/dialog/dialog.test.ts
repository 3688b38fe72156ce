import { SeededRandom, silentLog } from "@jikimi/kernel";
import { describe, expect, test } from "vitest";
import { RawPeer, rawAnswer, rawRequest } from "../../testing/raw-peer.ts";
import { ANSWER, establish, leftOvers, OFFER, settled, twoAgents } from "../../testing/two-agents.ts";
import { SipUserAgent } from "../agent/user-agent.ts";
import type { AnswerResult, IncomingRefer, ReferProgress, ReinviteResult } from "../api.ts";
import type { SipMessage } from "../message/message.ts";

const HOLD = OFFER.replace("t=0 0", "t=0 0\r\na=sendonly");
const HELD = ANSWER.replace("t=0 0", "t=0 0\r\na=recvonly");
const BOB = { host: "192.0.2.2", port: 5060 };

/** A raw peer that has called Bob and acknowledged, and Bob's end of it. */
async function rawCall(headers: readonly string[] = []) {
  const agents = await twoAgents();
  const { bob, clock, network } = agents;
  const answers: { value: AnswerResult | undefined }[] = [];
  bob.onInvite((invite) => answers.push(settled(invite.answer(ANSWER))));
  const peer = await RawPeer.open(network, "192.0.2.9", BOB);
  let tag = "";
  peer.reply = (message) => {
    if (message.kind !== "response" || message.status !== 200 || message.cseq.method !== "INVITE") return null;
    tag = message.to.params.get("tag") ?? "";
    return rawRequest({ method: "ACK", cseq: message.cseq.number, branch: "z9hG4bKack", toTag: tag });
  };
  peer.send(rawRequest({ method: "INVITE", body: OFFER, headers }));
  await clock.advance(100);
  const answer = answers[0]?.value;
  if (answer?.kind !== "answered") throw new Error("Bob's answer was not acknowledged");
  peer.heard.length = 0;
  return { agents, peer, dialog: answer.dialog, tag, clock };
}

describe("re-INVITE", () => {
  test("goes either way, and both sides remember what was agreed", async () => {
    const agents = await twoAgents();
    const { alices, bobs } = await establish(agents);
    const offers: (string | null)[] = [];
    bobs.onReinvite(async (offer) => {
      offers.push(offer);
      return { kind: "answer", sdp: HELD };
    });
    alices.onReinvite(async () => ({ kind: "answer", sdp: OFFER }));
    const hold = settled(alices.reinvite(HOLD));
    await agents.clock.advance(100);
    expect(hold.value).toMatchObject({ kind: "ok", answerSdp: HELD });
    expect(offers).toEqual([HOLD]);
    const back = settled(bobs.reinvite(ANSWER));
    await agents.clock.advance(100);
    expect(back.value).toMatchObject({ kind: "ok", answerSdp: OFFER });
    expect(alices.state).toMatchObject({ localSdp: OFFER });
    expect(bobs.state).toMatchObject({ localSdp: ANSWER, remoteSdp: OFFER });
    void alices.bye();
    expect(await leftOvers(agents)).toEqual([]);
  });

  test.for([
    { what: "rejected by the user", handler: async () => ({ kind: "reject", status: 488 }) as const, status: 488 },
    { what: "not handled at all", handler: null, status: 488 },
    {
      what: "answered by a handler that fails",
      handler: async () => {
        throw new Error("no media");
      },
      status: 500,
    },
  ])("$what is refused with $status and the call goes on", async ({ handler, status }) => {
    const agents = await twoAgents();
    const { alices, bobs } = await establish(agents);
    if (handler !== null) bobs.onReinvite(handler);
    const result = settled(alices.reinvite(HOLD));
    await agents.clock.advance(100);
    expect(result.value).toMatchObject({ kind: "refused", status });
    expect(alices.ended.aborted || bobs.ended.aborted).toBe(false);
    expect(alices.state.localSdp).toBe(OFFER);
  });

  test("several of ours wait for one another", async () => {
    const agents = await twoAgents();
    const { alices, bobs } = await establish(agents);
    const seen: string[] = [];
    bobs.onReinvite(async (offer) => {
      seen.push(`start ${offer}`);
      await agents.clock.sleep(500);
      seen.push(`end ${offer}`);
      return { kind: "answer", sdp: ANSWER };
    });
    const results = ["one", "two", "three"].map((offer) => settled(alices.reinvite(offer)));
    await agents.clock.advance(5_000);
    expect(results.map(({ value }) => value?.kind)).toEqual(["ok", "ok", "ok"]);
    expect(seen).toEqual(["start one", "end one", "start two", "end two", "start three", "end three"]);
  });

  test("when both sides offer at once both get their way in the end (RFC 3261 §14.1)", async () => {
    const agents = await twoAgents();
    const { alices, bobs } = await establish(agents);
    alices.onReinvite(async () => ({ kind: "answer", sdp: "alice agrees" }));
    bobs.onReinvite(async () => ({ kind: "answer", sdp: "bob agrees" }));
    const fromAlice = settled(alices.reinvite("alice wants"));
    const fromBob = settled(bobs.reinvite("bob wants"));
    await agents.clock.advance(100);
    expect(agents.network.passages.filter(({ text }) => text.startsWith("SIP/2.0 491"))).toHaveLength(2);
    expect(fromAlice.value).toBeUndefined();
    await agents.clock.advance(5_000);
    expect(fromAlice.value).toMatchObject({ kind: "ok", answerSdp: "bob agrees" });
    expect(fromBob.value).toMatchObject({ kind: "ok", answerSdp: "alice agrees" });
    void alices.bye();
    expect(await leftOvers(agents)).toEqual([]);
  });

  test("one that nobody answers ends the dialog", async () => {
    const agents = await twoAgents();
    const { alices } = await establish(agents);
    agents.network.loses = () => true;
    const result = settled(alices.reinvite(HOLD));
    await agents.clock.advance(32_000);
    expect(result.value).toEqual({ kind: "timeout" });
    expect(alices.endedBy).toEqual({ kind: "peer-lost", status: null });
  });

  test("is over when the peer hangs up instead of answering", async () => {
    const agents = await twoAgents();
    const { alices, bobs } = await establish(agents);
    bobs.onReinvite(async () => {
      void bobs.bye();
      return { kind: "answer", sdp: ANSWER };
    });
    const result = settled(alices.reinvite(HOLD));
    await agents.clock.advance(1_000);
    expect(result.value).toEqual({ kind: "ended" });
    expect(await leftOvers(agents)).toEqual([]);
  });

  test("without an offer gets ours, and the answer in the ACK reaches the user", async () => {
    const { peer, dialog, tag, clock } = await rawCall();
    dialog.onReinvite(async (offer) => {
      expect(offer).toBeNull();
      return { kind: "answer", sdp: "our offer" };
    });
    const remote: string[] = [];
    dialog.onRemoteSdp((sdp) => remote.push(sdp));
    peer.reply = (message) =>
      message.kind === "response" && message.status === 200
        ? rawRequest({ method: "ACK", cseq: 2, branch: "z9hG4bKack2", toTag: tag, body: "their answer" })
        : null;
    peer.send(rawRequest({ method: "INVITE", cseq: 2, toTag: tag }));
    await clock.advance(100);
    expect(peer.heard.at(-1)?.body).toBe("our offer");
    expect(remote).toEqual(["their answer"]);
    expect(dialog.state).toMatchObject({ localSdp: "our offer", remoteSdp: "their answer" });
  });

  test("while another of theirs is unanswered is put off with 500 and Retry-After (§14.2)", async () => {
    const { peer, dialog, tag, clock } = await rawCall();
    dialog.onReinvite(() => new Promise(() => {}));
    peer.send(rawRequest({ method: "INVITE", cseq: 2, toTag: tag, body: HOLD }));
    await clock.advance(10);
    peer.send(rawRequest({ method: "INVITE", cseq: 3, toTag: tag, body: HOLD }));
    await clock.advance(10);
    expect(peer.statuses()).toEqual([500]);
    expect(peer.heard.at(-1)?.headers.get("retry-after")).toMatch(/^\d$/);
  });

  test("cancelled by the peer is answered 487", async () => {
    const { peer, dialog, tag, clock } = await rawCall();
    dialog.onReinvite(() => new Promise(() => {}));
    peer.send(rawRequest({ method: "INVITE", cseq: 2, toTag: tag, body: HOLD }));
    await clock.advance(10);
    peer.send(rawRequest({ method: "CANCEL", cseq: 2, branch: "z9hG4bKINVITE2" }));
    await clock.advance(10);
    expect(peer.statuses()).toEqual([200, 487]);
    expect(dialog.ended.aborted).toBe(false);
  });

  test("moves the target: the next request goes to the new Contact (§12.2)", async () => {
    const { agents, peer, dialog, tag, clock } = await rawCall();
    dialog.onReinvite(async () => ({ kind: "answer", sdp: ANSWER }));
    const moved = rawRequest({ method: "INVITE", cseq: 2, toTag: tag, body: OFFER });
    peer.send(moved.replace("Contact: <sip:raw@192.0.2.9:5060>", "Contact: <sip:new@192.0.2.77:5070>"));
    await clock.advance(10);
    void dialog.bye();
    await clock.advance(10);
    const bye = agents.network.passages.find(({ text }) => text.startsWith("BYE"));
    expect(bye).toMatchObject({ to: "192.0.2.77:5070" });
    expect(bye?.text).toMatch(/^BYE sip:new@192\.0\.2\.77:5070 SIP/);
  });
});

describe("other requests of the peer", () => {
  test("a CSeq that is not higher than the last is refused with 500", async () => {
    const { peer, tag, clock } = await rawCall();
    peer.send(rawRequest({ method: "OPTIONS", cseq: 5, toTag: tag }));
    peer.send(rawRequest({ method: "INFO", cseq: 4, toTag: tag }));
    peer.send(rawRequest({ method: "INFO", cseq: 5, toTag: tag, branch: "z9hG4bKother" }));
    await clock.advance(10);
    expect(peer.statuses()).toEqual([200, 500, 500]);
  });

  test("INFO is answered and handed up as it came", async () => {
    const agents = await twoAgents();
    const { alices, bobs } = await establish(agents);
    const digits: string[] = [];
    bobs.onInfo((info) => digits.push(`${info.contentType} ${info.body}`));
    const body = { contentType: "application/dtmf-relay", text: "Signal=5\r\nDuration=160\r\n" };
    const result = settled(alices.info(body));
    await agents.clock.advance(100);
    expect(result.value).toMatchObject({ kind: "response", status: 200 });
    expect(digits).toEqual([`${body.contentType} ${body.text}`]);
  });

  test.for([
    { method: "OPTIONS", status: 200 },
    { method: "NOTIFY", status: 481 },
    { method: "PRACK", status: 481 },
    { method: "MESSAGE", status: 405 },
    { method: "REFER", status: 400 },
  ])("$method within a dialog is answered $status", async ({ method, status }) => {
    const { peer, tag, clock } = await rawCall();
    peer.send(rawRequest({ method, cseq: 2, toTag: tag }));
    await clock.advance(10);
    expect(peer.statuses()).toEqual([status]);
  });

  test("UPDATE without SDP is a keep-alive; with SDP it is an offer", async () => {
    const { peer, dialog, tag, clock } = await rawCall();
    dialog.onReinvite(async (offer) => ({ kind: "answer", sdp: `answer to ${offer}` }));
    peer.send(rawRequest({ method: "UPDATE", cseq: 2, toTag: tag }));
    await clock.advance(10);
    peer.send(rawRequest({ method: "UPDATE", cseq: 3, toTag: tag, body: "new" }));
    await clock.advance(10);
    expect(peer.heard.map(({ body }) => body)).toEqual(["", "answer to new"]);
    expect(peer.statuses()).toEqual([200, 200]);
    await clock.advance(60_000);
    expect(peer.statuses()).toEqual([200, 200]);
  });

  test("BYE ends the dialog once, also for the one who waits for an answer to his own", async () => {
    const agents = await twoAgents();
    const { alices, bobs } = await establish(agents);
    const done = settled(Promise.all([alices.bye(), bobs.bye()]));
    await agents.clock.advance(1_000);
    expect(done.value).toHaveLength(2);
    expect([alices.endedBy?.kind, bobs.endedBy?.kind]).toEqual(["local-bye", "local-bye"]);
    expect(await alices.info({ contentType: "text/plain", text: "" })).toEqual({ kind: "ended" });
    expect(await leftOvers(agents)).toEqual([]);
  });

  test("after the end everything is answered 481", async () => {
    const { peer, dialog, tag, clock } = await rawCall();
    void dialog.bye();
    await clock.advance(10);
    peer.heard.length = 0;
    peer.send(rawRequest({ method: "INFO", cseq: 2, toTag: tag }));
    await clock.advance(10);
    expect(peer.statuses()).toEqual([481]);
  });
});

describe("REFER", () => {
  test("is accepted, and its progress is told by NOTIFY until the final one (RFC 3515)", async () => {
    const { peer, dialog, tag, clock } = await rawCall();
    const refers: IncomingRefer[] = [];
    const progress: ReferProgress[] = [];
    dialog.onRefer((refer) => {
      refers.push(refer);
      progress.push(refer.accept());
    });
    peer.reply = (message) => (message.kind === "request" ? rawAnswer(message, "200 OK") : null);
    const headers = ["Refer-To: <sip:0212345678@pbx.example>", "Referred-By: <sip:kim@jikimi.example>"];
    peer.send(rawRequest({ method: "REFER", cseq: 2, toTag: tag, headers }));
    await clock.advance(20);
    expect(refers[0]).toMatchObject({
      referTo: { uri: "sip:0212345678@pbx.example" },
      referredBy: { uri: "sip:kim@jikimi.example" },
    });
    for (const status of [180, 200, 603]) void progress[0]?.report(status);
    await clock.advance(20);
    expect(peer.statuses()).toEqual([202]);
    const notifies = peer.requests("NOTIFY").map((message) => [message.body.trim(), state(message)]);
    expect(notifies).toEqual([
      ["SIP/2.0 100 Trying", "active"],
      ["SIP/2.0 180 Ringing", "active"],
      ["SIP/2.0 200 OK", "terminated"],
    ]);
    expect(peer.requests("NOTIFY")[0]?.headers.get("event")).toBe("refer;id=2");
  });

  test("that wants no news gets none (RFC 4488)", async () => {
    const { peer, dialog, tag, clock } = await rawCall();
    dialog.onRefer((refer) => void refer.accept().report(200));
    const headers = ["Refer-To: <sip:a@b.example>", "Refer-Sub: false"];
    peer.send(rawRequest({ method: "REFER", cseq: 2, toTag: tag, headers }));
    await clock.advance(20);
    expect(peer.heard.map((message) => message.kind)).toEqual(["response"]);
  });

  test("is refused when nobody takes it", async () => {
    const { peer, tag, clock } = await rawCall();
    peer.send(rawRequest({ method: "REFER", cseq: 2, toTag: tag, headers: ["Refer-To: <sip:a@b.example>"] }));
    await clock.advance(20);
    expect(peer.statuses()).toEqual([603]);
  });

  const state = (message: SipMessage) => message.headers.get("subscription-state")?.split(";")[0];
});

describe("session timers (RFC 4028)", () => {
  test("the caller refreshes with UPDATE at half time, for hours", async () => {
    const agents = await twoAgents({ alice: { sessionTimer: { expiresSeconds: 600 } } });
    const { alices, bobs } = await establish(agents);
    expect(alices.state.session).toEqual({ expiresSeconds: 600, refresher: "local" });
    expect(bobs.state.session).toEqual({ expiresSeconds: 600, refresher: "remote" });
    await agents.clock.advance(2 * 3_600_000 + 5_000);
    expect(alices.ended.aborted || bobs.ended.aborted).toBe(false);
    const updates = agents.network.passages.filter(({ text }) => text.startsWith("UPDATE"));
    expect(updates).toHaveLength(24);
    void bobs.bye();
    expect(await leftOvers(agents)).toEqual([]);
  });

  test("a peer without UPDATE is refreshed by re-INVITE with the same SDP", async () => {
    const headers = ["Session-Expires: 200;refresher=uas", "Supported: timer", "Allow: INVITE, ACK, BYE, CANCEL"];
    const { peer, dialog, clock } = await rawCall(headers);
    expect(dialog.state.session).toEqual({ expiresSeconds: 200, refresher: "local" });
    const contact = ["Contact: <sip:raw@192.0.2.9:5060>", "Session-Expires: 200;refresher=uac"];
    peer.reply = (message) =>
      message.kind === "request" && message.method === "INVITE"
        ? rawAnswer(message, "200 OK", { headers: contact, body: OFFER })
        : null;
    await clock.advance(450_000);
    const bodies = peer.requests("INVITE").map(({ body }) => body);
    expect(bodies).toEqual([ANSWER, ANSWER, ANSWER, ANSWER]);
    expect(dialog.ended.aborted).toBe(false);
  });

  test("when the peer should refresh and does not, the call ends with BYE a little before the end", async () => {
    const headers = ["Session-Expires: 300;refresher=uac", "Supported: timer"];
    const { peer, dialog, clock } = await rawCall(headers);
    await clock.advance(267_000);
    expect(dialog.ended.aborted).toBe(false);
    await clock.advance(1_100);
    expect(dialog.endedBy).toEqual({ kind: "session-expired" });
    expect(peer.requests("BYE")).toHaveLength(1);
  });

  test("an interval below 90 s is refused with 422, and our own next attempt takes the peer's minimum", async () => {
    const agents = await twoAgents({ alice: { sessionTimer: { expiresSeconds: 60 } } });
    const { alices } = await establish(agents);
    expect(agents.network.passages.filter(({ text }) => text.startsWith("SIP/2.0 422"))).toHaveLength(1);
    expect(alices.state.session?.expiresSeconds).toBe(90);
  });

  test("a refresh that is never answered ends the call", async () => {
    const agents = await twoAgents({ alice: { sessionTimer: { expiresSeconds: 600 } } });
    const { alices, bobs } = await establish(agents);
    agents.network.loses = () => true;
    await agents.clock.advance(640_000);
    expect(alices.endedBy).toEqual({ kind: "peer-lost", status: null });
    expect(bobs.endedBy).toEqual({ kind: "session-expired" });
    expect(await leftOvers(agents)).toEqual([]);
  });
});

describe("moving a dialog to another process", () => {
  test("its state is plain data with which another agent re-INVITEs and hangs up", async () => {
    const agents = await twoAgents();
    const { alices, bobs } = await establish(agents);
    const state = JSON.parse(JSON.stringify(alices.state));
    expect(state).toEqual(alices.state);
    await agents.aliceTransport.close();
    const heir = new SipUserAgent({ clock: agents.clock, random: new SeededRandom(7), log: silentLog });
    await heir.listen(agents.network.transport("192.0.2.55", 5060));
    bobs.onReinvite(async () => ({ kind: "answer", sdp: ANSWER }));
    const adopted = heir.adoptDialog(state);
    const result: { value: ReinviteResult | undefined } = settled(adopted.reinvite("from elsewhere"));
    await agents.clock.advance(100);
    expect(result.value).toMatchObject({ kind: "ok", answerSdp: ANSWER });
    expect(bobs.state.remoteTarget).toContain("192.0.2.55");
    const ended: unknown[] = [];
    adopted.onBye((reasons) => ended.push(reasons));
    void bobs.bye();
    await agents.clock.advance(100);
    expect(ended).toEqual([[]]);
  });
});
