import { z } from "zod";
import { bilingual, epochMs } from "./common.ts";

const workerHealth = z.object({ workerId: z.string(), alive: z.boolean(), calls: z.number().int() });

/** What is going on, and what is simulated or limited, in words people can act on. */
export const statusInput = z.object({});
export const statusOutput = z.object({
  version: z.string(),
  startedAtMs: epochMs,
  liveCalls: z.number().int(),
  addresses: z.object({ http: z.string(), sip: z.array(z.string()) }),
  dataFolder: z.string(),
  recognizer: z.string().nullable().describe("Null: nobody listens; calls go on, clock and buttons protect"),
  media: z.array(workerHealth),
  listen: z.array(workerHealth),
  database: z.object({
    kind: z.enum(["pglite", "postgresql"]),
    reachable: z.boolean(),
    latencyMs: z.number().nullable(),
    serverVersion: z.string().nullable(),
    schemaVersion: z.number().int(),
    limitation: bilingual.nullable(),
  }),
  journal: z.object({
    state: z.enum(["direct", "spooling", "replaying", "lossy"]),
    waiting: z.number().int(),
    lost: z.number().int(),
  }),
  limitations: z.array(bilingual),
});
