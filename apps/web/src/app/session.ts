import type { OperationOutput } from "@jikimi/http-api";
import type { QueryClient } from "@tanstack/react-query";
import type { Client } from "../api/client.ts";
import { useAsked } from "../api/use-operation.ts";

export type Session = OperationOutput<"session">;
export type Me = NonNullable<Session["me"]>;

/** Who is signed in here, and how far the first run has come. */
export function useSession(): Session | undefined {
  return useAsked("session", {}).data;
}

/** The session as it was last heard, asked for when it never was. */
export function knowSession(client: Client, queries: QueryClient): Promise<Session> {
  return queries.ensureQueryData({ queryKey: ["session", {}], queryFn: () => client.ask("session", {}) });
}
