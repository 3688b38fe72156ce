import type { ServerEvent } from "./server-invite.ts";
import { lifetimeMs, type Step, type TimerSettings } from "./timers.ts";

/**
 * The non-INVITE server transaction (RFC 3261 §17.2.2).
 *
 *           1xx               200-699
 *   trying ─────► proceeding ─────────► completed ── J ──► terminated
 *      └────────────── 200-699 ────────────►
 */
export type ServerNonInviteState =
  | { readonly kind: "trying" }
  | { readonly kind: "proceeding" }
  | { readonly kind: "completed" }
  | { readonly kind: "terminated" };

const TERMINATED: ServerNonInviteState = { kind: "terminated" };

export function stepServerNonInvite(
  state: ServerNonInviteState,
  event: ServerEvent,
  timers: TimerSettings,
): Step<ServerNonInviteState> {
  switch (event.kind) {
    case "retransmitted":
      return [state, state.kind === "proceeding" || state.kind === "completed" ? [{ kind: "send" }] : []];
    case "answer":
      if (state.kind !== "trying" && state.kind !== "proceeding") return [state, []];
      if (event.status < 200) return [{ kind: "proceeding" }, [{ kind: "send" }]];
      if (timers.reliable) return [TERMINATED, [{ kind: "send" }]];
      return [{ kind: "completed" }, [{ kind: "send" }, { kind: "start", timer: "J", afterMs: lifetimeMs(timers) }]];
    case "timer":
      return state.kind === "completed" && event.timer === "J" ? [TERMINATED, []] : [state, []];
    case "acknowledged":
    case "transport-failed":
      return [state, []];
  }
}
