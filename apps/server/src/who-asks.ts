import type { IncomingMessage } from "node:http";
import type { Principal } from "@jikimi/identity";

/** Whose session a request or an upgrade carries; null: nobody's. */
export type WhoAsks = (request: IncomingMessage) => Promise<Principal | null>;
