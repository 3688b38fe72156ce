import { type PostgresCluster, startPostgres } from "@jikimi/database/testing";
import { afterAll } from "vitest";
import { signInContract } from "../testing/sign-in-contract.ts";

let cluster: PostgresCluster | undefined;
afterAll(() => cluster?.[Symbol.asyncDispose]());

signInContract("PostgreSQL", async () => {
  cluster = await startPostgres();
  return { url: cluster.url };
});
