import type { UtteranceId } from "@jikimi/kernel";
import {
  type AbuseLabel,
  type Decision,
  decide,
  type ExemptLine,
  type HumanAction,
  initialState,
  nextDeadlineMs,
  type Policy,
  type ProtectionEvent,
  type ProtectionState,
} from "../src/index.ts";

/** What happens in a simulated call, beside what the service itself reports back. Times in seconds from the INVITE. */
export type Script = readonly (ProtectionEvent | { readonly atMs: number; readonly kind: "silence" })[];

export type SimulatedCall = {
  readonly state: ProtectionState;
  readonly decisions: readonly Decision[];
  /** One line a decision: `21.2 play warning 1`. */
  readonly story: readonly string[];
};

const connectedMs = 1000;

export const at = {
  /** The caller says something that ends now; heard, recognised and judged 300 ms later. */
  says: (
    seconds: number,
    labels: Partial<Record<AbuseLabel, number>>,
    options: { id?: string; confidence?: number; speaker?: "caller" | "agent"; lengthMs?: number } = {},
  ): ProtectionEvent => ({
    kind: "utterance-assessed",
    speaker: options.speaker ?? "caller",
    utteranceId: (options.id ?? `u@${seconds}`) as UtteranceId,
    startMs: seconds * 1000 - (options.lengthMs ?? 1000),
    endMs: seconds * 1000,
    confidence: options.confidence ?? 0.9,
    labels,
    atMs: seconds * 1000 + 300,
  }),
  presses: (seconds: number, action: HumanAction, by: "agent" | "supervisor" = "agent"): ProtectionEvent => ({
    kind: "action",
    by,
    action,
    atMs: seconds * 1000,
  }),
  happens: (
    seconds: number,
    event: { kind: "hearing-lost" | "hearing-restored" | "media-lost" | "agent-hung-up" },
  ) => ({
    ...event,
    atMs: seconds * 1000,
  }),
};

/**
 * A call as the service would run it: one timer from `nextDeadlineMs`, announcements that take `announcementMs` on
 * the wire, and an end that is reported 200 ms after `end-call`. Runs until `untilMs` or the end.
 */
export function simulateCall(
  policy: Policy,
  script: Script,
  options: {
    direction?: "inbound" | "outbound";
    exempt?: ExemptLine | null;
    announcementMs?: number;
    untilMs?: number;
    /** The service never says that the call has ended. */
    unreportedEnd?: boolean;
    /** Which announcements (counted from 1) cannot be played. */
    broken?: (announcement: number) => boolean;
  } = {},
): SimulatedCall {
  const { direction = "inbound", exempt = null, announcementMs = 6000, untilMs = 7_200_000 } = options;
  let state = initialState({ direction, policy, exempt });
  let announcements = 0;
  const decisions: Decision[] = [];
  const queue: ProtectionEvent[] = [
    { kind: "bridged", atMs: connectedMs },
    ...script.map((event): ProtectionEvent => (event.kind === "silence" ? { kind: "tick", atMs: event.atMs } : event)),
  ];
  for (;;) {
    const tickMs = nextDeadlineMs(state, policy);
    const coming: ProtectionEvent[] = tickMs === null ? queue : [...queue, { kind: "tick", atMs: tickMs }];
    const event = coming.reduce<ProtectionEvent | null>(
      (first, one) => (first && first.atMs <= one.atMs ? first : one),
      null,
    );
    if (event === null || event.atMs > untilMs) break;
    if (queue.includes(event)) queue.splice(queue.indexOf(event), 1);
    const step = decide(state, event, policy);
    state = step.state;
    decisions.push(...step.decisions);
    for (const decision of step.decisions) report(decision);
  }
  return { state, decisions, story: decisions.map(tell) };

  function report(decision: Decision): void {
    const { atMs } = decision;
    if (decision.kind === "end-call" && options.unreportedEnd !== true)
      queue.push({ kind: "call-ended", by: "jikimi", atMs: atMs + 200 });
    if (decision.kind === "stop-announcement") {
      const rest = queue.filter(
        (event) => !("announcementId" in event) || event.announcementId !== decision.announcementId,
      );
      queue.splice(0, queue.length, ...rest);
    }
    if (decision.kind !== "play-announcement") return;
    announcements += 1;
    const announcementId = decision.id;
    if (options.broken?.(announcements) === true) {
      queue.push({ kind: "announcement-failed", announcementId, why: "sound-unreadable", atMs: atMs + 20 });
      return;
    }
    queue.push({ kind: "announcement-started", announcementId, atMs: atMs + 20 });
    queue.push({ kind: "announcement-completed", announcementId, atMs: atMs + announcementMs });
  }
}

/** A decision in a few words. */
function tell(decision: Decision): string {
  return `${(decision.atMs / 1000).toFixed(1)} ${what(decision)}`;
}

function what(decision: Decision): string {
  switch (decision.kind) {
    case "hint":
      return `hint ${decision.risk.toFixed(2)} ${decision.labels.join("+")}${decision.cause.rule === "utterance-counts" ? "" : ` (${decision.cause.rule})`}`;
    case "clear-hint":
      return "hint cleared";
    case "long-call-hint":
      return `long-call hint ${decision.remainingMs / 1000}`;
    case "offer-to-warn":
      return `offer warning ${decision.warningNumber}`;
    case "offer-to-end":
      return `offer ending (${decision.reason})${decision.expiresAtMs === null ? " without limit" : ""}`;
    case "withdraw-offer":
      return `offer ${decision.why}`;
    case "play-announcement": {
      const { announcement, attempt } = decision;
      const number =
        announcement.kind === "warning"
          ? ` ${announcement.warningNumber}`
          : announcement.kind === "long-call"
            ? ` ${announcement.noticeNumber}`
            : "";
      return `play ${announcement.kind}${number}${attempt === 2 ? " again" : ""}`;
    }
    case "stop-announcement":
      return "stop announcement";
    case "mute-caller":
      return decision.muted ? "mute caller" : "unmute caller";
    case "open-incident":
      return `open incident ${decision.incidentNumber} (${decision.reason})`;
    case "end-call":
      return `end call (${decision.reason}, announcement ${decision.announcement})`;
    case "close-incident": {
      const { outcome } = decision;
      const detail = outcome.kind === "ended" ? ` by ${outcome.by}, announcement ${outcome.announcement}` : "";
      return `close incident ${decision.incidentNumber}: ${outcome.kind}${detail}`;
    }
    case "start-rest":
      return `rest ${decision.durationMs / 60_000} min`;
    case "refuse-action":
      return `refuse ${decision.action.kind}: ${decision.why}`;
  }
}
