import type { OpenIncident } from "@jikimi/incidents";
import type { Announcement, Decision, EndReason, Policy } from "@jikimi/protection";
import { type AnnouncementEvents, announce } from "./announce.ts";
import type { Call } from "./call.ts";
import type { CallDeps } from "./call-deps.ts";
import type { AnnouncementName } from "./ports.ts";

/** What is under way for one protected call. */
export type Carrying = {
  readonly call: Call;
  readonly policy: Policy;
  readonly deps: CallDeps;
  readonly incidents: Map<number, OpenIncident>;
  /** Why the ending that is under way was decided; null before any. */
  endingReason: EndReason | null;
  /** By announcement id: aborting stops the sound. */
  readonly playing: Map<string, AbortController>;
};

/**
 * Rows 7 and 8 for one decision. Long things (a sound) are begun, not awaited: their end comes back as an event. Only
 * the opening of the record is awaited, bounded, because it must lie before the ending that it records.
 */
export async function carryOut(decision: Decision, carrying: Carrying): Promise<void> {
  const { call, deps, policy } = carrying;
  const { cause } = decision;
  switch (decision.kind) {
    case "hint":
      return call.tell({ kind: "hint", risk: decision.risk, labels: decision.labels, cause });
    case "clear-hint":
      return call.tell({ kind: "hint-cleared" });
    case "long-call-hint":
      return call.tell({ kind: "long-call-hint", remainingMs: decision.remainingMs });
    case "offer-to-warn":
    case "offer-to-end": {
      const offer = decision.kind === "offer-to-warn" ? "warning" : "ending";
      return call.tell({ kind: "offered", offerId: decision.id, offer, expiresAtMs: decision.expiresAtMs, cause });
    }
    case "withdraw-offer":
      return call.tell({ kind: "offer-withdrawn", offerId: decision.offerId, why: decision.why });
    case "play-announcement":
      return beginAnnouncement(decision.id, decision, carrying);
    case "stop-announcement":
      return carrying.playing.get(decision.announcementId)?.abort();
    case "mute-caller":
      return muteCaller(call, decision.muted, deps);
    case "open-incident": {
      const incident = await deps.incidents.open(call.id, {
        atMs: call.atMs,
        cause: { ...cause, reason: decision.reason },
        policyId: policy.id,
        policyVersion: policy.version,
      });
      carrying.incidents.set(decision.incidentNumber, incident);
      carrying.endingReason = decision.reason;
      return;
    }
    case "end-call":
      call.tell({ kind: "ending-call", reason: decision.reason, announcement: decision.announcement, cause });
      return call.finish({ by: "jikimi", reason: endReasons[decision.reason] });
    case "close-incident": {
      const incident = carrying.incidents.get(decision.incidentNumber);
      // The record names the recording's hash, so the file is closed first when the call is over.
      if (decision.outcome.kind === "ended") await deps.recordings.stop(call);
      const outcome = { ...decision.outcome, ...call.recordingFacts };
      await incident?.close({ atMs: call.atMs, outcome });
      return;
    }
    case "start-rest":
      if (call.agentId === null) return;
      deps.roster.rest(call.agentId, decision.durationMs);
      return call.tell({ kind: "rest-started", agentId: call.agentId, durationMs: decision.durationMs });
    case "refuse-action":
      return call.tell({ kind: "action-refused", by: decision.by, action: decision.action, why: decision.why });
  }
}

const endReasons = {
  abuse: "protection",
  "long-call": "long-call",
  agent: "agent-ended",
  supervisor: "agent-ended",
} as const;

function beginAnnouncement(
  announcementId: string,
  decision: Extract<Decision, { kind: "play-announcement" }>,
  carrying: Carrying,
): void {
  const { call, deps, playing } = carrying;
  const { announcement, attempt, cause } = decision;
  call.tell({ kind: "announcing", announcementId, announcement, attempt, cause });
  const callerLeg = call.leg("caller");
  const agentLeg = call.leg("agent");
  if (callerLeg === null) {
    call.put({ kind: "event", event: { kind: "announcement-failed", announcementId, why: "no caller leg" } });
    return;
  }
  const stop = new AbortController();
  playing.set(announcementId, stop);
  const legIds = agentLeg === null || agentLeg.gone ? [callerLeg.legId] : [callerLeg.legId, agentLeg.legId];
  const onStarted = () => call.put({ kind: "event", event: { kind: "announcement-started", announcementId } });
  const request = {
    name: soundNames[announcement.kind],
    legIds,
    events: eventsOf(announcement, carrying.endingReason ?? "abuse"),
    onStarted,
  };
  const signal = AbortSignal.any([stop.signal, call.ended]);
  void announce(call, request, deps.sounds, { signal }).then((played) => {
    playing.delete(announcementId);
    if (stop.signal.aborted) return;
    const atMs = call.toCallTime(played.completedAtMs);
    if (played.outcome === "completed") {
      call.put({ kind: "event", event: { kind: "announcement-completed", announcementId, atMs } });
    } else {
      call.put({ kind: "event", event: { kind: "announcement-failed", announcementId, why: played.outcome, atMs } });
    }
  });
}

const soundNames: Readonly<Record<Announcement["kind"], AnnouncementName>> = {
  warning: "warning",
  ending: "ending",
  "long-call": "long-call",
  "long-call-ending": "long-call-ending",
};

function eventsOf(announcement: Announcement, reason: EndReason): AnnouncementEvents {
  switch (announcement.kind) {
    case "warning": {
      const { warningNumber } = announcement;
      return {
        started: (sound) => ({ kind: "warning-started", warningNumber, ...sound }),
        completed: (outcome) => ({ kind: "warning-completed", warningNumber, ...outcome }),
      };
    }
    case "long-call":
      return {
        started: (sound) => ({ kind: "long-call-started", ...sound }),
        completed: (outcome) => ({ kind: "long-call-completed", ...outcome }),
      };
    case "ending":
    case "long-call-ending":
      return {
        started: (sound) => ({ kind: "ending-started", reason, ...sound }),
        completed: (outcome) => ({ kind: "ending-completed", reason, ...outcome }),
      };
  }
}

function muteCaller(call: Call, muted: boolean, deps: CallDeps): void {
  const legId = call.leg("caller")?.legId;
  if (legId === undefined) return;
  call.tell({ kind: "caller-muted", muted });
  deps.media.mute({ callId: call.id, legId, muted }).catch((cause: unknown) => {
    call.log.warn({ cause }, "the caller could not be muted");
  });
}
