import type { Role } from "@jikimi/directory";
import type { AgentId } from "@jikimi/kernel";

/** Who asks: a person by their session, or the command line by the run file's token. */
export type Principal =
  | { readonly kind: "command-line" }
  | { readonly kind: "person"; readonly personId: AgentId; readonly role: Role; readonly sessionId: string };
