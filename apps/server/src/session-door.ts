import type { IncomingMessage } from "node:http";
import type { Principal } from "@jikimi/identity";

/** Knows people by the session that their browser sends along. */
export interface SessionDoor {
  /** Null: no session, or none that is good. Never rejects for what was sent. */
  authenticateUpgrade(request: IncomingMessage): Promise<Principal | null>;
  onSessionEnded(listener: (ended: SessionEnded) => void): () => void;
}

export type SessionEnded = {
  readonly sessionId: string;
  readonly why: "expired" | "signed-out" | "deactivated";
};
