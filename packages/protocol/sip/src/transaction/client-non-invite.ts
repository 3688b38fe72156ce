import type { ClientEvent } from "./client-invite.ts";
import { lifetimeMs, type Step, type TimerName, type TimerSettings } from "./timers.ts";

/**
 * The non-INVITE client transaction (RFC 3261 §17.1.2).
 *
 *          started            1xx                200-699
 *   idle ──────────► trying ───────► proceeding ─────────► completed ─ K ─► terminated
 *                  E: resend          E: resend each T2          ▲
 *                  F: timeout         F: timeout                 │
 *                     └───────────────── 200-699 ────────────────┘
 */
export type ClientNonInviteState =
  | { readonly kind: "idle" }
  | { readonly kind: "trying"; readonly resendMs: number }
  | { readonly kind: "proceeding" }
  | { readonly kind: "completed" }
  | { readonly kind: "terminated" };

const TERMINATED: ClientNonInviteState = { kind: "terminated" };

export function stepClientNonInvite(
  state: ClientNonInviteState,
  event: ClientEvent,
  timers: TimerSettings,
): Step<ClientNonInviteState> {
  switch (event.kind) {
    case "started":
      if (state.kind !== "idle") return [state, []];
      return [
        { kind: "trying", resendMs: timers.t1Ms },
        [
          { kind: "send" },
          { kind: "start", timer: "F", afterMs: lifetimeMs(timers) },
          ...(timers.reliable ? [] : [{ kind: "start", timer: "E", afterMs: timers.t1Ms } as const]),
        ],
      ];
    case "response":
      return onResponse(state, event.status, timers);
    case "timer":
      return onTimer(state, event.timer, timers);
    case "transport-failed":
      if (state.kind === "completed" || state.kind === "terminated") return [state, []];
      return [TERMINATED, [{ kind: "report", what: "transport-failed" }]];
  }
}

function onResponse(state: ClientNonInviteState, status: number, timers: TimerSettings): Step<ClientNonInviteState> {
  if (state.kind !== "trying" && state.kind !== "proceeding") return [state, []];
  if (status < 200) return [{ kind: "proceeding" }, [{ kind: "pass-up" }]];
  const quiet = [{ kind: "stop", timer: "E" }, { kind: "stop", timer: "F" }, { kind: "pass-up" }] as const;
  if (timers.reliable) return [TERMINATED, quiet];
  return [{ kind: "completed" }, [...quiet, { kind: "start", timer: "K", afterMs: timers.t4Ms }]];
}

function onTimer(state: ClientNonInviteState, timer: TimerName, timers: TimerSettings): Step<ClientNonInviteState> {
  if (state.kind === "completed") return timer === "K" ? [TERMINATED, []] : [state, []];
  if (state.kind !== "trying" && state.kind !== "proceeding") return [state, []];
  if (timer === "F") return [TERMINATED, [{ kind: "report", what: "timeout" }]];
  if (timer !== "E") return [state, []];
  if (state.kind === "proceeding") {
    return [state, [{ kind: "send" }, { kind: "start", timer: "E", afterMs: timers.t2Ms }]];
  }
  const resendMs = Math.min(state.resendMs * 2, timers.t2Ms);
  return [{ kind: "trying", resendMs }, [{ kind: "send" }, { kind: "start", timer: "E", afterMs: resendMs }]];
}
