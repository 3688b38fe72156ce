export { MemoryDirectoryStore } from "./memory-store.ts";
export { aDepartment } from "./samples.ts";
export { directoryStoreContract } from "./store-contract.ts";
