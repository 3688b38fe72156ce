import { lifetimeMs, type Step, type TimerName, type TimerSettings, timerDMs } from "./timers.ts";

/**
 * The INVITE client transaction (RFC 3261 §17.1.1 with RFC 6026 §7.2).
 *
 *            started                1xx
 *   idle ───────────────► calling ───────► proceeding
 *                        A: resend │            │
 *                        B: timeout│ 2xx        │ 2xx
 *                                  ├────────────┴──────► accepted ── M ──► terminated
 *                                  │ 300-699    │
 *                                  └────────────┴──────► completed ─ D ──► terminated
 */
export type ClientInviteState =
  | { readonly kind: "idle" }
  | { readonly kind: "calling"; readonly resendMs: number }
  | { readonly kind: "proceeding" }
  | { readonly kind: "completed" }
  | { readonly kind: "accepted" }
  | { readonly kind: "terminated" };

export type ClientEvent =
  | { readonly kind: "started" }
  | { readonly kind: "response"; readonly status: number }
  | { readonly kind: "timer"; readonly timer: TimerName }
  | { readonly kind: "transport-failed" };

const TERMINATED: ClientInviteState = { kind: "terminated" };

export function stepClientInvite(
  state: ClientInviteState,
  event: ClientEvent,
  timers: TimerSettings,
): Step<ClientInviteState> {
  switch (event.kind) {
    case "started":
      if (state.kind !== "idle") return [state, []];
      return [
        { kind: "calling", resendMs: timers.t1Ms },
        [
          { kind: "send" },
          { kind: "start", timer: "B", afterMs: lifetimeMs(timers) },
          ...(timers.reliable ? [] : [{ kind: "start", timer: "A", afterMs: timers.t1Ms } as const]),
        ],
      ];
    case "response":
      return onResponse(state, event.status, timers);
    case "timer":
      return onTimer(state, event.timer);
    case "transport-failed":
      if (state.kind === "accepted" || state.kind === "terminated") return [state, []];
      return [TERMINATED, [{ kind: "report", what: "transport-failed" }]];
  }
}

function onResponse(state: ClientInviteState, status: number, timers: TimerSettings): Step<ClientInviteState> {
  switch (state.kind) {
    case "calling":
    case "proceeding": {
      const quiet = [
        { kind: "stop", timer: "A" },
        { kind: "stop", timer: "B" },
      ] as const;
      if (status < 200) return [{ kind: "proceeding" }, [...quiet, { kind: "pass-up" }]];
      if (status < 300) {
        const last = { kind: "start", timer: "M", afterMs: lifetimeMs(timers) } as const;
        return [{ kind: "accepted" }, [...quiet, { kind: "pass-up" }, last]];
      }
      const linger = timerDMs(timers);
      return [
        linger === 0 ? TERMINATED : { kind: "completed" },
        [
          ...quiet,
          { kind: "send-ack" },
          { kind: "pass-up" },
          ...(linger === 0 ? [] : [{ kind: "start", timer: "D", afterMs: linger } as const]),
        ],
      ];
    }
    case "accepted":
      return [state, status >= 200 && status < 300 ? [{ kind: "pass-up" }] : []];
    case "completed":
      return [state, status >= 300 ? [{ kind: "send-ack" }] : []];
    case "idle":
    case "terminated":
      return [state, []];
  }
}

function onTimer(state: ClientInviteState, timer: TimerName): Step<ClientInviteState> {
  if (state.kind === "calling" && timer === "A") {
    const resendMs = state.resendMs * 2;
    return [{ kind: "calling", resendMs }, [{ kind: "send" }, { kind: "start", timer: "A", afterMs: resendMs }]];
  }
  if (state.kind === "calling" && timer === "B") return [TERMINATED, [{ kind: "report", what: "timeout" }]];
  if (state.kind === "completed" && timer === "D") return [TERMINATED, []];
  if (state.kind === "accepted" && timer === "M") return [TERMINATED, []];
  return [state, []];
}
