import type { BrowserSessions, PasskeyCeremonies } from "@jikimi/identity";
import type { BetterAuthParts } from "./better-auth.ts";

export { argon2Hasher } from "./argon2-hasher.ts";

/** Loaded when a server starts, not with every command: better-auth and WebAuthn take a second to read. */
export async function openSessions(parts: BetterAuthParts): Promise<BrowserSessions & PasskeyCeremonies> {
  const { BetterAuthSessions } = await import("./browser-sessions.ts");
  return new BetterAuthSessions(parts);
}
