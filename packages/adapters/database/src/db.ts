import type { NodePgDatabase } from "drizzle-orm/node-postgres";
import type * as schema from "./schema.ts";

/** drizzle over the one pool. Inside `transaction` only its `tx` may be used: PGlite has one connection. */
export type Db = NodePgDatabase<typeof schema>;
