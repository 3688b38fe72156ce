import { ManualClock, SeededRandom, silentLog } from "@jikimi/kernel";
import { SipUserAgent } from "../src/agent/user-agent.ts";
import type { AnswerResult, Dialog, HeaderLines, SipUserAgentOptions } from "../src/api.ts";
import { MemoryNetwork, type MemoryTransport } from "./memory-network.ts";

export const OFFER =
  "v=0\r\no=caller 1 1 IN IP4 192.0.2.1\r\ns=-\r\nc=IN IP4 192.0.2.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 0\r\n";
export const ANSWER = OFFER.replaceAll("caller", "callee").replaceAll("192.0.2.1", "192.0.2.2");

export type TwoAgents = {
  readonly clock: ManualClock;
  readonly network: MemoryNetwork;
  readonly alice: SipUserAgent;
  readonly bob: SipUserAgent;
  readonly aliceTransport: MemoryTransport;
  readonly bobTransport: MemoryTransport;
};

/** Alice at 192.0.2.1:5060 and Bob at 192.0.2.2:5060 on one network in memory, time standing still. */
export async function twoAgents(
  options: {
    seed?: number;
    reliable?: boolean;
    alice?: Partial<SipUserAgentOptions>;
    bob?: Partial<SipUserAgentOptions>;
  } = {},
): Promise<TwoAgents> {
  const clock = new ManualClock();
  const random = new SeededRandom(options.seed ?? 1);
  const network = new MemoryNetwork({ clock, random });
  const link = options.reliable ? ({ name: "TCP", reliable: true } as const) : {};
  const aliceTransport = network.transport("192.0.2.1", 5060, link);
  const bobTransport = network.transport("192.0.2.2", 5060, link);
  const alice = new SipUserAgent({ clock, random, log: silentLog, contactUser: "alice", ...options.alice });
  const bob = new SipUserAgent({ clock, random, log: silentLog, contactUser: "bob", ...options.bob });
  await alice.listen(aliceTransport);
  await bob.listen(bobTransport);
  return { clock, network, alice, bob, aliceTransport, bobTransport };
}

/** What a promise settled to so far, without waiting for it. */
export function settled<T>(promise: Promise<T>): { value: T | undefined } {
  const box: { value: T | undefined } = { value: undefined };
  void promise.then((value) => {
    box.value = value;
  });
  return box;
}

/** Calls Bob from Alice, lets Bob answer at once, and gives the dialog of each. */
export async function establish(
  { clock, alice, bob }: TwoAgents,
  headers: HeaderLines = [],
): Promise<{ alices: Dialog; bobs: Dialog }> {
  const answers: Promise<AnswerResult>[] = [];
  bob.onInvite((invite) => void answers.push(invite.answer(ANSWER)));
  const call = alice.invite({
    target: "sip:bob@192.0.2.2",
    from: { uri: "sip:alice@192.0.2.1" },
    offerSdp: OFFER,
    headers,
  });
  const outcome = settled(call.outcome);
  await clock.advance(100);
  const answer = settled(answers[0] ?? Promise.reject(new Error("Bob was never called")));
  await clock.advance(1);
  if (outcome.value?.kind !== "answered" || answer.value?.kind !== "answered") throw new Error("no call came about");
  return { alices: outcome.value.dialog, bobs: answer.value.dialog };
}

/** Everything is over: no timer, no transaction, no dialog is left. */
export async function leftOvers({ clock, alice, bob }: TwoAgents): Promise<string[]> {
  await clock.advance(200_000);
  const left: string[] = [];
  if (clock.pendingTimers > 0) left.push(`${clock.pendingTimers} timers`);
  for (const [name, agent] of Object.entries({ alice, bob })) {
    if (agent.stats.liveTransactions > 0) left.push(`${agent.stats.liveTransactions} transactions of ${name}`);
    if (agent.stats.liveDialogs > 0) left.push(`${agent.stats.liveDialogs} dialogs of ${name}`);
  }
  return left;
}
