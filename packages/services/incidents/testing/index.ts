export { journalBench } from "./journal-bench.ts";
export { MemoryCallStore } from "./memory-store.ts";
export { anOpening, aStory, callStoreContract, rejectingStoreContract } from "./store-contract.ts";
