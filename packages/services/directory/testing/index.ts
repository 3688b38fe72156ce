export { MemoryDirectoryStore } from "./memory-store.ts";
export { aDepartment, aPersonRow, aPolicy, aTrunkRow } from "./samples.ts";
export { directoryStoreContract } from "./store-contract.ts";
