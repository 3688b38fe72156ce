export { MemoryNetwork, MemoryTransport, type Passage } from "./memory-network.ts";
export { RawPeer, type RawRequest, rawAnswer, rawRequest } from "./raw-peer.ts";
export { ANSWER, establish, leftOvers, OFFER, settled, type TwoAgents, twoAgents } from "./two-agents.ts";
