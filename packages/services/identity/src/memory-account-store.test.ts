import { accountStoreContract } from "../testing/account-store-contract.ts";
import { MemoryAccountStore } from "../testing/memory-account-store.ts";

accountStoreContract("in memory", async () => new MemoryAccountStore());
