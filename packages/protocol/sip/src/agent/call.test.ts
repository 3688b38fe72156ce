import { SeededRandom } from "@jikimi/kernel";
import fc from "fast-check";
import { expect, test } from "vitest";
import { RawPeer, rawAnswer, rawRequest } from "../../testing/raw-peer.ts";
import { ANSWER, leftOvers, OFFER, settled, type TwoAgents, twoAgents } from "../../testing/two-agents.ts";
import type { AnswerResult, IncomingInvite, InviteRequest } from "../api.ts";
import { digestHa1 } from "../auth/digest.ts";
import { DigestVerifier } from "../auth/digest-verifier.ts";

const BOB = { host: "192.0.2.2", port: 5060 };
const ALICE = { host: "192.0.2.1", port: 5060 };

const calling = (more: Partial<InviteRequest> = {}): InviteRequest => ({
  target: "sip:bob@192.0.2.2",
  from: { uri: "sip:alice@192.0.2.1", displayName: "홍길동" },
  offerSdp: OFFER,
  ...more,
});

const passed = ({ network }: TwoAgents, start: string) =>
  network.passages.filter((passage) => passage.text.startsWith(start)).length;

test("a call rings, is answered, and ends when one side hangs up, leaving nothing behind", async () => {
  const agents = await twoAgents();
  const { clock, alice, bob } = agents;
  const invites: IncomingInvite[] = [];
  const answers: { value: AnswerResult | undefined }[] = [];
  bob.onInvite((invite) => {
    invites.push(invite);
    invite.ringing();
    clock.after(1_000, () => answers.push(settled(invite.answer(ANSWER))));
  });
  const call = alice.invite(calling());
  const heard: number[] = [];
  call.onProvisional((provisional) => heard.push(provisional.status));
  const outcome = settled(call.outcome);

  await clock.advance(2_000);
  expect(heard).toEqual([180]);
  expect(invites[0]).toMatchObject({ offerSdp: OFFER, maxForwards: 70, sipCallId: call.sipCallId });
  expect(invites[0]?.from).toMatchObject({ user: "alice", displayName: "홍길동" });
  if (outcome.value?.kind !== "answered") throw new Error("not answered");
  expect(outcome.value.answerSdp).toBe(ANSWER);
  const answer = answers[0]?.value;
  if (answer?.kind !== "answered") throw new Error("not acknowledged");

  const reason = { protocol: "Q.850", cause: 16, text: "Normal call clearing" };
  void outcome.value.dialog.bye({ reason });
  expect(outcome.value.dialog.endedBy).toEqual({ kind: "local-bye" });
  await clock.advance(100);
  expect(answer.dialog.endedBy).toEqual({ kind: "remote-bye", reasons: [reason] });
  expect(await leftOvers(agents)).toEqual([]);
  expect(passed(agents, "INVITE")).toBe(1);
});

test("over a network that loses a third of everything each call still comes to one end on both sides", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 1_000_000 }), async (seed) => {
      const agents = await twoAgents({ seed });
      const { clock, alice, bob, network } = agents;
      network.loseAtRandom(1 / 3);
      const answers: { value: AnswerResult | undefined }[] = [];
      bob.onInvite((invite) => {
        invite.ringing();
        clock.after(1_000, () => answers.push(settled(invite.answer(ANSWER))));
      });
      const outcome = settled(alice.invite(calling()).outcome);
      await clock.advance(40_000);
      if (outcome.value === undefined) throw new Error("no outcome");
      if (outcome.value.kind === "answered") await Promise.race([outcome.value.dialog.bye(), clock.advance(40_000)]);
      await clock.advance(80_000);
      for (const answer of answers) {
        if (answer.value?.kind === "answered" && !answer.value.dialog.ended.aborted) {
          // Every BYE of 64·T1 was lost: only a session timer or the media notices. Hang up here too.
          expect(network.passages.filter((each) => each.text.startsWith("BYE") && !each.lost)).toEqual([]);
          void answer.value.dialog.bye();
        }
      }
      expect(await leftOvers(agents)).toEqual([]);
    }),
    { numRuns: 60 },
  );
});

test.for([
  { status: 486, headers: [["Retry-After", "30 (lunch)"]] as const, retryAfterSeconds: 30 },
  { status: 603, headers: [], retryAfterSeconds: null },
])("a refusal with $status comes back with what it says", async ({ status, headers, retryAfterSeconds }) => {
  const agents = await twoAgents();
  agents.bob.onInvite((invite) => invite.reject(status, { headers, reason: "Because" }));
  const outcome = settled(agents.alice.invite(calling()).outcome);
  await agents.clock.advance(100);
  expect(outcome.value).toMatchObject({ kind: "refused", status, reason: "Because", retryAfterSeconds, contacts: [] });
  expect(await leftOvers(agents)).toEqual([]);
});

test("a redirection names its contacts, best first", async () => {
  const agents = await twoAgents();
  agents.bob.onInvite((invite) =>
    invite.reject(302, { headers: [["Contact", "<sip:a@h>;q=0.2, <sip:b@h>;q=0.9, <sip:c@h>"]] }),
  );
  const outcome = settled(agents.alice.invite(calling()).outcome);
  await agents.clock.advance(100);
  const contacts = outcome.value?.kind === "refused" ? outcome.value.contacts.map(({ uri }) => uri) : [];
  expect(contacts).toEqual(["sip:c@h", "sip:b@h", "sip:a@h"]);
});

test("a call nobody answers at all times out after 64·T1", async () => {
  const agents = await twoAgents();
  const outcome = settled(agents.alice.invite(calling({ target: "sip:nobody@192.0.2.99" })).outcome);
  await agents.clock.advance(31_999);
  expect(outcome.value).toBeUndefined();
  await agents.clock.advance(1);
  expect(outcome.value).toEqual({ kind: "timeout" });
  expect(passed(agents, "INVITE")).toBe(7);
  expect(await leftOvers(agents)).toEqual([]);
});

test("a target without a way is a failed transport, said later and not within the call", async () => {
  const agents = await twoAgents();
  const call = agents.alice.invite(calling({ target: "tel:+82212345678" }));
  const outcome = settled(call.outcome);
  expect(outcome.value).toBeUndefined();
  await agents.clock.advance(0);
  expect(outcome.value).toMatchObject({ kind: "transport-failed" });
  expect(await leftOvers(agents)).toEqual([]);
});

test("giving up while it rings cancels the call, and the callee learns why", async () => {
  const agents = await twoAgents();
  const { clock, alice, bob } = agents;
  const cancelled: unknown[] = [];
  bob.onInvite((invite) => {
    invite.ringing();
    invite.cancelled.addEventListener("abort", () => cancelled.push(invite.cancelled.reason));
  });
  const abort = new AbortController();
  const outcome = settled(alice.invite(calling({ signal: abort.signal })).outcome);
  await clock.advance(100);
  const reason = { protocol: "SIP", cause: 200, text: "Call completed elsewhere" };
  abort.abort(reason);
  await clock.advance(0);
  expect(outcome.value).toEqual({ kind: "cancelled" });
  await clock.advance(100);
  expect(cancelled).toEqual([{ by: "cancel", reasons: [reason] }]);
  expect(await leftOvers(agents)).toEqual([]);
  expect(passed(agents, "SIP/2.0 487")).toBe(1);
});

test("CANCEL waits until the peer has been heard", async () => {
  const agents = await twoAgents();
  const { clock, alice, bob, network } = agents;
  bob.onInvite((invite) => invite.ringing());
  const abort = new AbortController();
  network.loses = ({ from }) => from.startsWith("192.0.2.2") && clock.monotonicMs() < 1_000;
  const call = alice.invite(calling({ signal: abort.signal }));
  const outcome = settled(call.outcome);
  abort.abort();
  await clock.advance(900);
  expect(outcome.value).toEqual({ kind: "cancelled" });
  expect(passed(agents, "CANCEL")).toBe(0);
  await clock.advance(2_000);
  expect(passed(agents, "CANCEL")).toBe(1);
  expect(await leftOvers(agents)).toEqual([]);
});

test("a call whose signal had already aborted is never sent", async () => {
  const agents = await twoAgents();
  const outcome = settled(agents.alice.invite(calling({ signal: AbortSignal.abort() })).outcome);
  await agents.clock.advance(100);
  expect(outcome.value).toEqual({ kind: "cancelled" });
  expect(agents.network.passages).toEqual([]);
});

test("an answer that crosses our CANCEL is acknowledged and ended", async () => {
  const agents = await twoAgents();
  const { clock, alice, bob } = agents;
  const answers: { value: AnswerResult | undefined }[] = [];
  const abort = new AbortController();
  bob.onInvite((invite) => {
    invite.ringing();
    clock.after(100, () => answers.push(settled(invite.answer(ANSWER))));
  });
  const outcome = settled(alice.invite(calling({ signal: abort.signal })).outcome);
  clock.after(103, () => abort.abort());
  await clock.advance(1_000);
  expect(outcome.value).toEqual({ kind: "cancelled" });
  const answer = answers[0]?.value;
  expect(answer?.kind).toBe("answered");
  expect(answer?.kind === "answered" && answer.dialog.endedBy?.kind).toBe("remote-bye");
  expect(await leftOvers(agents)).toEqual([]);
});

test("of two branches that answer, the second is acknowledged and ended", async () => {
  const agents = await twoAgents();
  const { clock, alice, network } = agents;
  const fork = await RawPeer.open(network, "192.0.2.9", ALICE);
  const contact = { headers: ["Contact: <sip:fork@192.0.2.9:5060>"], body: ANSWER };
  fork.reply = (message) => {
    if (message.kind === "request" && message.method === "INVITE") {
      return ["one", "two"].map((toTag) => rawAnswer(message, "200 OK", { toTag, ...contact }));
    }
    return message.kind === "request" && message.method === "BYE" ? rawAnswer(message, "200 OK") : null;
  };
  const outcome = settled(alice.invite(calling({ target: "sip:bob@192.0.2.9" })).outcome);
  await clock.advance(1_000);
  expect(outcome.value).toMatchObject({ kind: "answered", dialog: { state: { remoteTag: "one" } } });
  const tags = (method: string) => fork.requests(method).map((message) => message.to.params.get("tag"));
  expect(tags("ACK").sort()).toEqual(["one", "two"]);
  expect(tags("BYE")).toEqual(["two"]);
});

test("a repeated 2xx is acknowledged again with the same ACK", async () => {
  const agents = await twoAgents();
  const peer = await RawPeer.open(agents.network, "192.0.2.9", ALICE);
  peer.reply = (message) => {
    if (message.kind !== "request" || message.method !== "INVITE") return null;
    const answer = rawAnswer(message, "200 OK", { toTag: "t", headers: ["Contact: <sip:x@192.0.2.9>"], body: ANSWER });
    return [answer, answer, answer];
  };
  agents.alice.invite(calling({ target: "sip:bob@192.0.2.9" }));
  await agents.clock.advance(1_000);
  const branches = peer.requests("ACK").map((ack) => ack.via.branch);
  expect(branches).toHaveLength(3);
  expect(new Set(branches).size).toBe(1);
  expect(branches[0]).not.toBe(peer.requests("INVITE")[0]?.via.branch);
});

test("an answer that is never acknowledged is repeated for 64·T1, then the call is ended with BYE", async () => {
  const agents = await twoAgents();
  const { clock, bob, network } = agents;
  const answers: { value: AnswerResult | undefined }[] = [];
  bob.onInvite((invite) => answers.push(settled(invite.answer(ANSWER))));
  const peer = await RawPeer.open(network, "192.0.2.9", BOB);
  peer.send(rawRequest({ method: "INVITE", body: OFFER }));
  await clock.advance(33_000);
  expect(peer.statuses().filter((status) => status === 200)).toHaveLength(11);
  expect(answers[0]?.value).toMatchObject({ kind: "no-ack", dialog: { endedBy: { kind: "no-ack" } } });
  expect(peer.requests("BYE").length).toBeGreaterThan(0);
  expect(await leftOvers(agents)).toEqual([]);
});

test("a caller who hangs up although its ACK was lost had been answered", async () => {
  const agents = await twoAgents();
  const answers: { value: AnswerResult | undefined }[] = [];
  agents.bob.onInvite((invite) => answers.push(settled(invite.answer(ANSWER))));
  const peer = await RawPeer.open(agents.network, "192.0.2.9", BOB);
  peer.reply = (message) =>
    message.kind === "response" && message.status === 200 && message.cseq.method === "INVITE"
      ? rawRequest({ method: "BYE", cseq: 2, toTag: message.to.params.get("tag") ?? "" })
      : null;
  peer.send(rawRequest({ method: "INVITE", body: OFFER }));
  await agents.clock.advance(5_000);
  expect(answers[0]?.value).toMatchObject({ kind: "answered", dialog: { endedBy: { kind: "remote-bye" } } });
  expect(peer.statuses()).toEqual([200, 200]);
});

test("without an offer in the INVITE ours goes out with the answer, and theirs comes with the ACK", async () => {
  const agents = await twoAgents();
  const answers: { value: AnswerResult | undefined }[] = [];
  agents.bob.onInvite((invite) => {
    expect(invite.offerSdp).toBeNull();
    answers.push(settled(invite.answer(OFFER)));
  });
  const peer = await RawPeer.open(agents.network, "192.0.2.9", BOB);
  peer.reply = (message) =>
    message.kind === "response" && message.status === 200
      ? rawRequest({ method: "ACK", toTag: message.to.params.get("tag") ?? "", body: ANSWER })
      : null;
  peer.send(rawRequest({ method: "INVITE" }));
  await agents.clock.advance(100);
  expect(answers[0]?.value).toMatchObject({ kind: "answered", remoteSdp: ANSWER });
});

test("a caller who hangs up before the answer is told apart from one who cancels", async () => {
  const agents = await twoAgents();
  const reasons: unknown[] = [];
  agents.bob.onInvite((invite) => {
    invite.ringing();
    invite.cancelled.addEventListener("abort", () => reasons.push(invite.cancelled.reason));
  });
  const peer = await RawPeer.open(agents.network, "192.0.2.9", BOB);
  peer.reply = (message) =>
    message.kind === "response" && message.status === 180
      ? rawRequest({ method: "BYE", cseq: 2, toTag: message.to.params.get("tag") ?? "" })
      : null;
  peer.send(rawRequest({ method: "INVITE", body: OFFER }));
  await agents.clock.advance(100);
  expect(reasons).toEqual([{ by: "bye", reasons: [] }]);
  expect(peer.statuses()).toEqual([180, 200, 487]);
});

test.for([
  { what: "the right password", password: "secret", expected: "answered" },
  { what: "a wrong password", password: "guess", expected: "refused" },
])("a challenged call with $what is $expected", async ({ password, expected }) => {
  const agents = await twoAgents();
  const { clock, alice, bob } = agents;
  const verifier = new DigestVerifier({
    clock,
    random: new SeededRandom(9),
    realm: "jikimi",
    ha1: ({ username, realm, algorithm }) => digestHa1(algorithm, username, realm, "secret"),
  });
  const verdicts: unknown[] = [];
  bob.onInvite((invite) => {
    void invite.authenticate(verifier).then((verdict) => {
      verdicts.push(verdict.kind);
      if (verdict.kind === "authenticated") void invite.answer(ANSWER);
    });
  });
  const outcome = settled(alice.invite(calling({ credentials: { username: "alice", password } })).outcome);
  await clock.advance(1_000);
  expect(outcome.value?.kind).toBe(expected);
  expect(verdicts).toEqual(["challenged", expected === "answered" ? "authenticated" : "challenged"]);
  if (outcome.value?.kind === "answered") void outcome.value.dialog.bye();
  expect(await leftOvers(agents)).toEqual([]);
});

test("a flow given as the destination is used whatever the target says, also within the dialog", async () => {
  const agents = await twoAgents();
  const { clock, alice, bob, aliceTransport } = agents;
  bob.onInvite((invite) => void invite.answer(ANSWER));
  const flow = aliceTransport.flowTo("192.0.2.2", 5060);
  const destination = { kind: "flow", flow } as const;
  const outcome = settled(alice.invite(calling({ target: "sip:phone@10.9.9.9:1234", destination })).outcome);
  await clock.advance(100);
  expect(outcome.value?.kind).toBe("answered");
  expect(agents.network.passages.every((passage) => passage.to !== "10.9.9.9:1234")).toBe(true);
});

test("closing an agent refuses what rings, cancels what it calls and hangs up what talks", async () => {
  const agents = await twoAgents();
  const { clock, alice, bob } = agents;
  const answers: { value: AnswerResult | undefined }[] = [];
  bob.onInvite((invite) => {
    if (invite.requestUri.user === "talk") answers.push(settled(invite.answer(ANSWER)));
    else invite.ringing();
  });
  const talking = settled(alice.invite(calling({ target: "sip:talk@192.0.2.2" })).outcome);
  const ringing = settled(alice.invite(calling()).outcome);
  await clock.advance(1_000);
  const closing = bob.close();
  await clock.advance(2_000);
  expect(ringing.value).toMatchObject({ kind: "refused", status: 503 });
  expect(talking.value?.kind === "answered" && talking.value.dialog.endedBy?.kind).toBe("remote-bye");
  await closing;
  expect(bob.stats).toMatchObject({ liveTransactions: 0, liveDialogs: 0 });
});
