export { MemoryNetwork, MemoryTransport, type Passage } from "./memory-network.ts";
export { ANSWER, OFFER, type TwoAgents, twoAgents } from "./two-agents.ts";
