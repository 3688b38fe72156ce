import { expect, test } from "vitest";
import { ANSWER, OFFER, twoAgents } from "../../testing/two-agents.ts";
import type { AnswerResult, Dialog, IncomingInvite, InviteOutcome } from "../api.ts";

const TARGET = "sip:bob@192.0.2.2";
const FROM = { uri: "sip:alice@192.0.2.1", displayName: "홍길동" };

test("a call rings, is answered, and ends when one side hangs up", async () => {
  const { clock, alice, bob, network } = await twoAgents();
  let invite: IncomingInvite | undefined;
  let answered: AnswerResult | undefined;
  bob.onInvite((incoming) => {
    invite = incoming;
    incoming.ringing();
    clock.after(1_000, () => void incoming.answer(ANSWER).then((result) => (answered = result)));
  });
  const call = alice.invite({ target: TARGET, from: FROM, offerSdp: OFFER });
  const heard: number[] = [];
  call.onProvisional((provisional) => heard.push(provisional.status));
  let outcome: InviteOutcome | undefined;
  void call.outcome.then((settled) => (outcome = settled));

  await clock.advance(2_000);
  expect(heard).toEqual([180]);
  expect(invite?.from.displayName).toBe("홍길동");
  expect(invite?.offerSdp).toBe(OFFER);
  if (outcome?.kind !== "answered") throw new Error(`outcome was ${outcome?.kind}`);
  expect(outcome.answerSdp).toBe(ANSWER);
  expect(answered?.kind).toBe("answered");

  const ended: unknown[] = [];
  const theirs: Dialog | undefined = answered?.kind === "answered" ? answered.dialog : undefined;
  theirs?.ended.addEventListener("abort", () => ended.push(theirs.endedBy));
  void outcome.dialog.bye({ reason: { protocol: "Q.850", cause: 16, text: "Normal call clearing" } });
  await clock.advance(100);
  expect(ended).toEqual([
    { kind: "remote-bye", reasons: [{ protocol: "Q.850", cause: 16, text: "Normal call clearing" }] },
  ]);
  await clock.advance(120_000);
  expect(clock.pendingTimers).toBe(0);
  expect(alice.stats.liveTransactions + bob.stats.liveTransactions).toBe(0);
  expect(alice.stats.liveDialogs + bob.stats.liveDialogs).toBe(0);
  expect(network.passages.filter((passage) => passage.text.startsWith("INVITE"))).toHaveLength(1);
});
