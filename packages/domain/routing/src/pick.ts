import type { AgentId, EpochMs } from "@jikimi/kernel";
import { type OpeningHours, openingAt } from "./hours.ts";
import type { Presence } from "./presence.ts";

export type Candidate = { readonly agentId: AgentId; readonly presence: Presence };

export type Pick =
  | { readonly kind: "agent"; readonly agentId: AgentId }
  | { readonly kind: "nobody"; readonly why: "nobody-signed-in" | "all-busy" | "all-tried" };

/**
 * The free agent idle longest among those not yet tried for this call; equal idleness goes by id, so that the same
 * question always has the same answer.
 */
export function pickAgent(candidates: readonly Candidate[], tried: ReadonlySet<AgentId>): Pick {
  let best: { agentId: AgentId; sinceMs: EpochMs } | null = null;
  for (const { agentId, presence } of candidates) {
    if (presence.kind !== "ready" || tried.has(agentId)) continue;
    const { sinceMs } = presence;
    if (best === null || sinceMs < best.sinceMs || (sinceMs === best.sinceMs && agentId < best.agentId)) {
      best = { agentId, sinceMs };
    }
  }
  if (best !== null) return { kind: "agent", agentId: best.agentId };
  if (candidates.some(({ agentId }) => tried.has(agentId))) return { kind: "nobody", why: "all-tried" };
  const signedIn = candidates.some(({ presence }) => presence.kind !== "offline");
  return { kind: "nobody", why: signedIn ? "all-busy" : "nobody-signed-in" };
}

/** One caller looking for a person: kept by the call from its first question to the answer. */
export type Search = { readonly tried: ReadonlySet<AgentId> };

export const newSearch: Search = { tried: new Set() };

/** What to do with a caller now. A queue will be one more kind here (`wait`); callers switch over all of them. */
export type RouteStep =
  | { readonly kind: "ring"; readonly agentId: AgentId; readonly ringTimeoutMs: number }
  | { readonly kind: "announce"; readonly announcement: "closed" | "nobody-free"; readonly why: string };

/**
 * The next step for an inbound call: asked once when it arrives, and again each time a ring ends unanswered.
 * A caller who came in time is not sent away because the office closed while it rang.
 */
export function nextStep(options: {
  readonly search: Search;
  readonly hours: OpeningHours;
  readonly candidates: readonly Candidate[];
  readonly ringTimeoutMs: number;
  readonly nowMs: EpochMs;
}): { readonly search: Search; readonly step: RouteStep } {
  const { search, hours, candidates, ringTimeoutMs, nowMs } = options;
  if (search.tried.size === 0) {
    const opening = openingAt(hours, nowMs);
    if (opening.kind === "closed")
      return { search, step: { kind: "announce", announcement: "closed", why: opening.why } };
  }
  const pick = pickAgent(candidates, search.tried);
  if (pick.kind === "nobody") return { search, step: { kind: "announce", announcement: "nobody-free", why: pick.why } };
  return {
    search: { tried: new Set([...search.tried, pick.agentId]) },
    step: { kind: "ring", agentId: pick.agentId, ringTimeoutMs },
  };
}
