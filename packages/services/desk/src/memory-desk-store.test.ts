import { MemoryCallStore } from "@jikimi/incidents/testing";
import { deskStoreContract, MemoryDeskStore } from "../testing/index.ts";

deskStoreContract("in memory", async () => {
  const calls = new MemoryCallStore();
  return { calls, desk: new MemoryDeskStore(calls) };
});
