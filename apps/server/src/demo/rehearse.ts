import type { CallEventBody, Judge, Sounds } from "@jikimi/calls";
import type { RecognizerName, UtteranceId } from "@jikimi/kernel";
import type { HeardUtterance } from "@jikimi/listening";
import {
  type Announcement,
  type Decision,
  decide,
  initialState,
  nextDeadlineMs,
  type Policy,
  type ProtectionEvent,
  type ProtectionState,
} from "@jikimi/protection";

/** The same kinds as on a live call; `simulated` announcements were not played to anybody. */
export type RehearsedEvent = { readonly atMs: number; readonly kind: string; readonly [field: string]: unknown };

/**
 * What protection would have done over a recording: hearing and judgement are real, time is the recording's own, and
 * announcements take as long as their sounds. Nobody presses a key, so offers run out. Ends where the call would have.
 */
export class Rehearsal {
  readonly #policy: Policy;
  readonly #judge: Judge;
  readonly #sounds: Sounds;
  readonly #language: "ko" | "en";
  readonly #recognizer: RecognizerName;
  #state: ProtectionState;
  #told: RehearsedEvent[] = [];
  #pending: ProtectionEvent[] = [];
  #utterances = 0;
  #ended = false;

  constructor(parts: {
    policy: Policy;
    judge: Judge;
    sounds: Sounds;
    language: "ko" | "en";
    recognizer: RecognizerName;
  }) {
    this.#policy = parts.policy;
    this.#judge = parts.judge;
    this.#sounds = parts.sounds;
    this.#language = parts.language;
    this.#recognizer = parts.recognizer;
    this.#state = initialState({ direction: "inbound", policy: parts.policy, exempt: null });
    this.#tell(0, { kind: "bridged", agentId: null });
    this.#take({ kind: "bridged", atMs: 0 });
  }

  /** The call would have been ended by now: what comes later in the recording would not have been said. */
  get ended(): boolean {
    return this.#ended;
  }

  /** One utterance, in the order of their ends; returns all that happened up to and with it. */
  hear(utterance: HeardUtterance): RehearsedEvent[] {
    this.#runUntil(utterance.endMs);
    if (this.#ended) return this.#drain();
    const { speaker, text, words, confidence, startMs, endMs } = utterance;
    this.#utterances += 1;
    const utteranceId = `u${this.#utterances}` as UtteranceId;
    const spoken = { utteranceId, speaker, text, words, confidence, startMs, endMs, recognizer: this.#recognizer };
    this.#tell(endMs, { kind: "utterance", ...spoken });
    if (speaker === "caller") {
      const { labels, abusive, evidence, modelVersion } = this.#judge.assess(utterance);
      this.#tell(endMs, { kind: "assessed", utteranceId, labels, abusive, evidence, modelVersion });
      this.#take({ kind: "utterance-assessed", speaker, utteranceId, startMs, endMs, confidence, labels, atMs: endMs });
    }
    return this.#drain();
  }

  /** The recording is over; what was under way is played out first. */
  finish(atMs: number): RehearsedEvent[] {
    this.#runUntil(atMs);
    if (!this.#ended) {
      this.#tell(atMs, { kind: "bye", by: "caller", reason: "recording-over" });
      this.#take({ kind: "caller-hung-up", atMs });
      this.#take({ kind: "call-ended", by: "caller", atMs });
    }
    return this.#drain();
  }

  #runUntil(untilMs: number): void {
    while (!this.#ended) {
      const dueMs = nextDeadlineMs(this.#state, this.#policy);
      const next = [...this.#pending].sort((a, b) => a.atMs - b.atMs)[0];
      if (next !== undefined && next.atMs <= untilMs && next.atMs <= (dueMs ?? Number.POSITIVE_INFINITY)) {
        this.#pending = this.#pending.filter((one) => one !== next);
        this.#tellAnnouncement(next);
        this.#take(next);
      } else if (dueMs !== null && dueMs <= untilMs) {
        this.#take({ kind: "tick", atMs: dueMs });
      } else return;
    }
  }

  #take(event: ProtectionEvent): void {
    const { state, decisions } = decide(this.#state, event, this.#policy);
    this.#state = state;
    for (const decision of decisions) this.#carryOut(decision, event.atMs);
  }

  #carryOut(decision: Decision, atMs: number): void {
    const { cause } = decision;
    switch (decision.kind) {
      case "hint":
        return this.#tell(atMs, { kind: "hint", risk: decision.risk, labels: decision.labels, cause });
      case "clear-hint":
        return this.#tell(atMs, { kind: "hint-cleared" });
      case "long-call-hint":
        return this.#tell(atMs, { kind: "long-call-hint", remainingMs: decision.remainingMs });
      case "offer-to-warn":
      case "offer-to-end": {
        const offer = decision.kind === "offer-to-warn" ? "warning" : "ending";
        const { id: offerId, expiresAtMs } = decision;
        return this.#tell(atMs, { kind: "offered", offerId, offer, expiresAtMs, cause });
      }
      case "withdraw-offer":
        return this.#tell(atMs, { kind: "offer-withdrawn", offerId: decision.offerId, why: decision.why });
      case "play-announcement": {
        const { id: announcementId, announcement, attempt } = decision;
        this.#tell(atMs, { kind: "announcing", announcementId, announcement, attempt, cause });
        const { durationMs } = this.#soundOf(announcement);
        this.#pending.push({ kind: "announcement-started", announcementId, atMs });
        this.#pending.push({ kind: "announcement-completed", announcementId, atMs: atMs + durationMs });
        this.#announcements.set(announcementId, announcement);
        return;
      }
      case "stop-announcement":
        this.#pending = this.#pending.filter(
          (event) => !("announcementId" in event) || event.announcementId !== decision.announcementId,
        );
        return;
      case "mute-caller":
        return this.#tell(atMs, { kind: "caller-muted", muted: decision.muted });
      case "open-incident":
        return this.#say(atMs, { kind: "incident-opened", cause: { ...cause, reason: decision.reason } });
      case "close-incident":
        return this.#say(atMs, { kind: "incident-closed", outcome: decision.outcome });
      case "end-call":
        this.#tell(atMs, { kind: "bye", by: "jikimi", reason: decision.reason });
        this.#ended = true;
        return this.#take({ kind: "call-ended", by: "jikimi", atMs });
      case "start-rest":
        return this.#say(atMs, { kind: "rest-started", durationMs: decision.durationMs });
      case "refuse-action":
        return;
    }
  }

  readonly #announcements = new Map<string, Announcement>();

  #tellAnnouncement(event: ProtectionEvent): void {
    if (event.kind !== "announcement-started" && event.kind !== "announcement-completed") return;
    const announcement = this.#announcements.get(event.announcementId);
    if (announcement === undefined) return;
    const family = announcement.kind === "long-call-ending" ? "ending" : announcement.kind;
    const half = event.kind === "announcement-started" ? "started" : "completed";
    const { text, sha256, synthetic, durationMs } = this.#soundOf(announcement);
    const facts = half === "started" ? { text, soundSha256: sha256, synthetic } : { playedMs: durationMs };
    const number = announcement.kind === "warning" ? { warningNumber: announcement.warningNumber } : {};
    this.#say(event.atMs, { kind: `${family}-${half}`, ...number, ...facts, simulated: true });
  }

  #soundOf(announcement: Announcement) {
    return this.#sounds.announcement(announcement.kind, { language: this.#language, departmentId: null });
  }

  #tell(atMs: number, body: CallEventBody): void {
    this.#say(atMs, body);
  }

  #say(atMs: number, body: { readonly kind: string; readonly [field: string]: unknown }): void {
    this.#told.push({ atMs: Math.round(atMs), ...body });
  }

  #drain(): RehearsedEvent[] {
    const told = this.#told;
    this.#told = [];
    return told;
  }
}
