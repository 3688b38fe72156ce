export { MemoryDeskStore } from "./memory-desk-store.ts";
export { deskStoreContract } from "./store-contract.ts";
