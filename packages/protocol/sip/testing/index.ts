export { MemoryNetwork, MemoryTransport, type Passage } from "./memory-network.ts";
export type { RawRequest } from "./raw-peer.ts";
export { OFFER, type TwoAgents } from "./two-agents.ts";
