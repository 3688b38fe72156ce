import { familiesOfEntries, warningHeard } from "./abuse.ts";
import type { Announcement, AnnouncementOutcome, EndReason, IncidentOutcome, Rule } from "./decisions.ts";
import type { Actor, EndedBy } from "./events.ts";
import type { LabelFamily, Pending, ProtectionState, Speaking, Stage } from "./state.ts";
import type { Turn } from "./turn.ts";

/** How long the end of the call may go unreported after `end-call` before it is asked for again, then given up. */
const endReportLimitMs = 10_000;

type SpeakingStage = Extract<Stage, { kind: "warning" | "notice" | "ending" }>;

export function startWarning(turn: Turn, { cause, families }: Pending): void {
  if (turn.state.offer?.severity === 1) withdrawOffer(turn, cause.by === null ? "superseded" : "accepted", cause.by);
  const announcement: Announcement = { kind: "warning", warningNumber: turn.state.warnings.length + 1 };
  turn.set({
    stage: { kind: "warning", ...speak(turn, { cause, families }, announcement, 1) },
    due: turn.state.due?.severity === 1 ? null : turn.state.due,
    warningRequest: null,
  });
}

export function startNotice(turn: Turn, pending: Pending, noticeNumber: number): void {
  turn.set({ stage: { kind: "notice", ...speak(turn, pending, { kind: "long-call", noticeNumber }, 1) } });
}

/** Opens the record, spares the agent, and speaks; or, at once, goes straight to the end. */
export function startEnding(turn: Turn, pending: Pending, reason: EndReason, style: "announced" | "at-once"): void {
  const { cause } = pending;
  const families = [...new Set([...pending.families, ...familiesInPlay(turn.state)])];
  if (isSpeaking(turn.stage)) stopSpeaking(turn, turn.stage, cause.by);
  const accepted = cause.by === null ? null : reason;
  withdrawOffer(turn, accepted === "abuse" ? "accepted" : "superseded", cause.by);
  withdrawLongCallOffer(turn, accepted === "long-call" ? "accepted" : "superseded", cause.by);
  const incidentNumber = turn.state.incidentCount + 1;
  turn.set({ incidentCount: incidentNumber, due: null, warningRequest: null, entries: [] });
  turn.emit(cause, { kind: "open-incident", incidentNumber, reason });
  const muted = turn.policy.muteCallerWhileEnding;
  if (muted) turn.emit(cause, { kind: "mute-caller", muted: true });
  const ending = { reason, incidentNumber, muted, restGiven: false, agentLeft: false };
  if (style === "announced") {
    const announcement: Announcement = { kind: reason === "long-call" ? "long-call-ending" : "ending" };
    turn.set({ stage: { kind: "ending", ending, ...speak(turn, { cause, families }, announcement, 1) } });
    return;
  }
  turn.set({ stage: { kind: "leaving", ending, cause, announcementOutcome: "skipped", attempt: 1, dueMs: 0 } });
  endCall(turn, cause.rule, "skipped");
}

/** Gives `end-call` and the rest that follows it. */
function endCall(turn: Turn, rule: Rule, announcementOutcome: AnnouncementOutcome): void {
  const { stage } = turn;
  if (stage.kind !== "ending" && stage.kind !== "leaving") return;
  const { ending } = stage;
  const cause = turn.follow(stage.cause, rule);
  turn.emit(cause, { kind: "end-call", reason: ending.reason, announcement: announcementOutcome, attempt: 1 });
  const dueMs = turn.nowMs + endReportLimitMs;
  turn.set({ stage: { kind: "leaving", ending, cause: stage.cause, announcementOutcome, attempt: 1, dueMs } });
  giveRest(turn, rule);
}

/** Once per ending, to the agent who lived through it. */
export function giveRest(turn: Turn, rule: Rule): void {
  const { stage } = turn;
  if ((stage.kind !== "ending" && stage.kind !== "leaving") || stage.ending.restGiven) return;
  const { afterAbuse, afterLongCall } = turn.policy.restMs;
  const durationMs = stage.ending.reason === "long-call" ? afterLongCall : afterAbuse;
  turn.set({ stage: { ...stage, ending: { ...stage.ending, restGiven: true } } });
  if (durationMs > 0) turn.emit(turn.follow(stage.cause, rule), { kind: "start-rest", durationMs });
}

/** A person's `continue` (or a longer time): the voice stops, the agent hears again, the record says so. */
export function cancelSpeaking(turn: Turn, by: Actor, reason: string | null): void {
  const { stage } = turn;
  if (!isSpeaking(stage)) return;
  const cause = stopSpeaking(turn, stage, by);
  if (stage.kind === "ending") {
    const { muted, incidentNumber } = stage.ending;
    if (muted) turn.emit(cause, { kind: "mute-caller", muted: false });
    turn.emit(cause, { kind: "close-incident", incidentNumber, outcome: { kind: "continued", by, reason } });
  }
  turn.set({ stage: { kind: "talking" } });
}

export function announcementStarted(turn: Turn, announcementId: string, atMs: number): void {
  const { stage } = turn;
  if (!isSpeaking(stage) || stage.announcementId !== announcementId || stage.started) return;
  const startedAtMs = Math.max(stage.requestedAtMs, Math.min(atMs, turn.nowMs));
  turn.set({ stage: { ...stage, started: true, dueMs: startedAtMs + turn.policy.announcement.limitMs } });
}

export function announcementCompleted(turn: Turn, announcementId: string, atMs: number): void {
  const { stage } = turn;
  if (!isSpeaking(stage) || stage.announcementId !== announcementId) return;
  const heardAtMs = Math.max(stage.requestedAtMs, Math.min(atMs, turn.nowMs));
  switch (stage.kind) {
    case "warning":
      turn.set({ stage: { kind: "talking" } });
      warningHeard(turn, heardAtMs);
      return;
    case "notice":
      noticeDone(turn, heardAtMs);
      return;
    case "ending":
      endCall(turn, "announcement-completed", "completed");
      return;
  }
}

/** One more try after a pause; then the call goes on without it, or ends without it, and the record says so. */
export function announcementFailed(
  turn: Turn,
  announcementId: string | null,
  rule: "announcement-failed" | "announcement-unreported",
): void {
  const { stage } = turn;
  if (!isSpeaking(stage) || stage.announcementId === null) return;
  if (announcementId !== null && stage.announcementId !== announcementId) return;
  const cause = turn.follow(stage.cause, rule);
  if (rule === "announcement-unreported") {
    turn.emit(cause, { kind: "stop-announcement", announcementId: stage.announcementId });
  }
  if (stage.attempt === 1) {
    const dueMs = turn.nowMs + turn.policy.announcement.retryDelayMs;
    turn.set({ stage: { ...stage, announcementId: null, dueMs } });
    return;
  }
  switch (stage.kind) {
    case "warning":
      turn.set({ stage: { kind: "talking" } });
      return;
    case "notice":
      noticeDone(turn, turn.nowMs);
      return;
    case "ending":
      endCall(turn, rule, "failed");
      return;
  }
}

/** The stage's own time is up: no report came, or the second try is due, or the end was not reported. */
export function stageDue(turn: Turn): void {
  const { stage } = turn;
  if (stage.kind === "leaving") {
    endUnreported(turn, stage);
    return;
  }
  if (!isSpeaking(stage)) return;
  if (stage.announcementId !== null) {
    announcementFailed(turn, stage.announcementId, "announcement-unreported");
    return;
  }
  turn.set({ stage: { ...stage, ...speak(turn, stage, stage.announcement, 2) } });
}

function endUnreported(turn: Turn, stage: Extract<Stage, { kind: "leaving" }>): void {
  const cause = turn.follow(stage.cause, "end-unreported");
  const announcement = stage.announcementOutcome;
  if (stage.attempt === 1) {
    turn.emit(cause, { kind: "end-call", reason: stage.ending.reason, announcement, attempt: 2 });
    turn.set({ stage: { ...stage, attempt: 2, dueMs: turn.nowMs + endReportLimitMs } });
    return;
  }
  close(turn, { kind: "unconfirmed", announcement }, "end-unreported");
}

/** The call is gone: everything open is closed, truthfully, and nothing follows. */
export function callOver(turn: Turn, by: EndedBy, rule: Rule): void {
  const { stage } = turn;
  giveRest(turn, rule);
  const announcement = stage.kind === "leaving" ? stage.announcementOutcome : "cut-short";
  close(turn, { kind: "ended", by, announcement }, rule);
}

/** The caller now speaks with somebody outside: nobody of ours is left to protect. */
export function transferredOutside(turn: Turn): void {
  if (isSpeaking(turn.stage)) stopSpeaking(turn, turn.stage, null);
  if (turn.stage.kind === "ending" && turn.stage.ending.muted) {
    turn.emit(turn.follow(turn.stage.cause, "transferred"), { kind: "mute-caller", muted: false });
  }
  close(turn, { kind: "transferred" }, "transferred");
}

function close(turn: Turn, outcome: IncidentOutcome, rule: Rule): void {
  const { stage } = turn;
  if (stage.kind === "over") return;
  withdrawOffer(turn, "call-over", null);
  withdrawLongCallOffer(turn, "call-over", null);
  clearHint(turn, "call-over");
  if (stage.kind === "ending" || stage.kind === "leaving") {
    const { incidentNumber } = stage.ending;
    turn.emit(turn.follow(stage.cause, rule), { kind: "close-incident", incidentNumber, outcome });
  }
  turn.set({ stage: { kind: "over" }, due: null, warningRequest: null, entries: [] });
  turn.setClock({ limitAtMs: null });
}

export function withdrawOffer(
  turn: Turn,
  why: "expired" | "superseded" | "accepted" | "continued" | "call-over",
  by: Actor | null,
): void {
  const { offer } = turn.state;
  if (offer === null) return;
  const rule = why === "expired" ? "offer-expired" : by === null ? offer.cause.rule : "human-action";
  turn.emit(turn.follow(offer.cause, rule, by), { kind: "withdraw-offer", offerId: offer.offerId, why });
  turn.set({ offer: null });
}

export function withdrawLongCallOffer(
  turn: Turn,
  why: "superseded" | "accepted" | "continued" | "call-over",
  by: Actor | null,
): void {
  const { offerId } = turn.state.clock;
  if (offerId === null) return;
  turn.emit(turn.cause(by === null ? "long-call-limit" : "human-action", { by }), {
    kind: "withdraw-offer",
    offerId,
    why,
  });
  turn.setClock({ offerId: null });
}

export function clearHint(
  turn: Turn,
  rule: "hint-faded" | "human-action" | "transferred" | "call-over",
  by: Actor | null = null,
): void {
  if (turn.state.hintUntilMs === null) return;
  turn.set({ hintUntilMs: null });
  turn.emit(turn.cause(rule, { by }), { kind: "clear-hint" });
}

/** What a `continue` at this moment would forgive: the causes of all that is pending, and all that adds up to more. */
export function familiesInPlay({
  stage,
  due,
  offer,
  warningRequest,
  entries,
}: ProtectionState): readonly LabelFamily[] {
  const pending = [stage.kind === "warning" || stage.kind === "ending" ? stage : null, due, offer, warningRequest];
  return [...new Set([...pending.flatMap((one) => one?.families ?? []), ...familiesOfEntries(entries)])];
}

export function isSpeaking(stage: Stage): stage is SpeakingStage {
  return stage.kind === "warning" || stage.kind === "notice" || stage.kind === "ending";
}

function speak(turn: Turn, { cause, families }: Pending, announcement: Announcement, attempt: 1 | 2): Speaking {
  const announcementId = turn.emit(cause, { kind: "play-announcement", announcement, attempt });
  const requestedAtMs = turn.nowMs;
  const dueMs = requestedAtMs + turn.policy.announcement.limitMs;
  return { cause, families, announcement, attempt, announcementId, started: false, requestedAtMs, dueMs };
}

function stopSpeaking(turn: Turn, stage: SpeakingStage, by: Actor | null) {
  const cause = by === null ? stage.cause : turn.follow(stage.cause, "human-action", by);
  const { announcementId } = stage;
  if (announcementId !== null) turn.emit(cause, { kind: "stop-announcement", announcementId });
  return cause;
}

function noticeDone(turn: Turn, atMs: number): void {
  turn.set({ stage: { kind: "talking" } });
  turn.setClock({ lastNoticeDoneAtMs: atMs });
}
