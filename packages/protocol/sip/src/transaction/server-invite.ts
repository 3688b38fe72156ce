import { lifetimeMs, type Step, type TimerName, type TimerSettings } from "./timers.ts";

/**
 * The INVITE server transaction (RFC 3261 §17.2.1 with RFC 6026 §7.1). Retransmitted INVITEs are absorbed; the 2xx
 * itself is retransmitted by the user (§13.3.1.4), not here. A refusal that is our first word is not retransmitted by
 * timer G either: a peer that heard nothing repeats its INVITE and is answered then, and a forged source gets one
 * message for one (§26.3.2.4).
 *
 *                 2xx
 *   proceeding ──────────────────────► accepted ── L ──► terminated
 *        │ 300-699                  ACK        I
 *        └──────────────► completed ───► confirmed ───► terminated
 *                         G: resend
 *                         H: timeout
 */
export type ServerInviteState =
  | { readonly kind: "proceeding"; readonly answered: boolean }
  | { readonly kind: "completed"; readonly resendMs: number }
  | { readonly kind: "confirmed" }
  | { readonly kind: "accepted" }
  | { readonly kind: "terminated" };

export type ServerEvent =
  /** The request again (same branch). */
  | { readonly kind: "retransmitted" }
  | { readonly kind: "acknowledged" }
  /** The user answers. */
  | { readonly kind: "answer"; readonly status: number }
  | { readonly kind: "timer"; readonly timer: TimerName }
  | { readonly kind: "transport-failed" };

const TERMINATED: ServerInviteState = { kind: "terminated" };

export function stepServerInvite(
  state: ServerInviteState,
  event: ServerEvent,
  timers: TimerSettings,
): Step<ServerInviteState> {
  switch (event.kind) {
    case "retransmitted":
      if (state.kind === "completed" || (state.kind === "proceeding" && state.answered)) {
        return [state, [{ kind: "send" }]];
      }
      return [state, []];
    case "acknowledged":
      return onAck(state, timers);
    case "answer":
      return onAnswer(state, event.status, timers);
    case "timer":
      return onTimer(state, event.timer, timers);
    case "transport-failed":
      // An answer that could not leave is not the end: the retransmitted request asks for it again.
      return [state, []];
  }
}

function onAnswer(state: ServerInviteState, status: number, timers: TimerSettings): Step<ServerInviteState> {
  if (state.kind === "accepted") return [state, status >= 200 && status < 300 ? [{ kind: "send" }] : []];
  if (state.kind !== "proceeding") return [state, []];
  if (status < 200) return [{ kind: "proceeding", answered: true }, [{ kind: "send" }]];
  if (status < 300) {
    return [{ kind: "accepted" }, [{ kind: "send" }, { kind: "start", timer: "L", afterMs: lifetimeMs(timers) }]];
  }
  return [
    { kind: "completed", resendMs: timers.t1Ms },
    [
      { kind: "send" },
      { kind: "start", timer: "H", afterMs: lifetimeMs(timers) },
      ...(timers.reliable || !state.answered ? [] : [{ kind: "start", timer: "G", afterMs: timers.t1Ms } as const]),
    ],
  ];
}

function onAck(state: ServerInviteState, timers: TimerSettings): Step<ServerInviteState> {
  if (state.kind === "accepted") return [state, [{ kind: "pass-up" }]];
  if (state.kind !== "completed") return [state, []];
  const quiet = [
    { kind: "stop", timer: "G" },
    { kind: "stop", timer: "H" },
  ] as const;
  if (timers.reliable) return [TERMINATED, quiet];
  return [{ kind: "confirmed" }, [...quiet, { kind: "start", timer: "I", afterMs: timers.t4Ms }]];
}

function onTimer(state: ServerInviteState, timer: TimerName, timers: TimerSettings): Step<ServerInviteState> {
  if (state.kind === "completed" && timer === "G") {
    const resendMs = Math.min(state.resendMs * 2, timers.t2Ms);
    return [{ kind: "completed", resendMs }, [{ kind: "send" }, { kind: "start", timer: "G", afterMs: resendMs }]];
  }
  if (state.kind === "completed" && timer === "H") return [TERMINATED, [{ kind: "report", what: "timeout" }]];
  if (state.kind === "confirmed" && timer === "I") return [TERMINATED, []];
  if (state.kind === "accepted" && timer === "L") return [TERMINATED, []];
  return [state, []];
}
