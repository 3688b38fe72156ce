import { ManualClock, SeededRandom, silentLog } from "@jikimi/kernel";
import { SipUserAgent } from "../src/agent/user-agent.ts";
import type { SipUserAgentOptions } from "../src/api.ts";
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
