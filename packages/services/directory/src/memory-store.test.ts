import { directoryStoreContract, MemoryDirectoryStore } from "../testing/index.ts";

directoryStoreContract("in memory", async () => new MemoryDirectoryStore());
