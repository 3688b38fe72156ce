export { FaultyCallStore } from "./faulty-store.ts";
export { MemoryCallStore } from "./memory-store.ts";
export { anOpening, aStory, callStoreContract, rejectingStoreContract } from "./store-contract.ts";
