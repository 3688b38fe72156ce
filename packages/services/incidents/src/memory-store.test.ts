import { callStoreContract, MemoryCallStore } from "../testing/index.ts";

callStoreContract("in memory", async () => new MemoryCallStore());
