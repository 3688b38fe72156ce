import type { Role } from "@jikimi/directory";
import type { Principal } from "./principal.ts";

/**
 * Who may do something; the same words as in the contract. `people`: only somebody with a session can mean it, so the
 * command line cannot.
 */
export type Access = "anyone" | "signed-in" | readonly Role[] | { readonly people: readonly Role[] };

/** The one place where rights are decided. What is not allowed here is denied. */
export function mayDo(access: Access, who: Principal | null): "allowed" | "not-signed-in" | "not-allowed" {
  if (access === "anyone") return "allowed";
  if (who === null) return "not-signed-in";
  if (access === "signed-in") return "allowed";
  if ("people" in access) {
    return who.kind === "person" && access.people.includes(who.role) ? "allowed" : "not-allowed";
  }
  // Who can start commands on this machine can read its data folder: an administrator already.
  const role = who.kind === "command-line" ? "administrator" : who.role;
  return access.includes(role) ? "allowed" : "not-allowed";
}
