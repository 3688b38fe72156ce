import type { IncomingMessage } from "node:http";
import type { Principal, WhyOver } from "@jikimi/identity";

/** Whose session a request or an upgrade carries; null: nobody's. */
export type WhoAsks = (request: IncomingMessage) => Promise<Principal | null>;

/** Tells once when a session is over; a call that is on goes on. Returns the way to stop. */
export type SessionWatch = (sessionId: string, onOver: (why: WhyOver) => void) => () => void;
