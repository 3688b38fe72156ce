import type { AgentId, CallDirection, RecognizerName, Speaker } from "@jikimi/kernel";
import type {
  Actor,
  Announcement,
  Cause,
  DeclaredTopic,
  EndReason,
  HumanAction,
  RefusalReason,
} from "@jikimi/protection";
import type { RecordingGap } from "@jikimi/recording";
import type { HearingSteps, UtteranceVoice, Word, WordHint } from "./ports.ts";

/**
 * What happened on a call, in order: the journal, `calls show`, the demo's output and the live events all speak
 * this; `services/incidents` adds `incident-opened` and `incident-closed`. `atMs` counts from the first INVITE. Personal data is only in `invite`, `dialled` and `utterance`.
 */
export type CallEvent = CallEventBody & { readonly atMs: number };

export type CallEventBody =
  | { readonly kind: "invite"; readonly direction: CallDirection; readonly from: string; readonly to: string }
  | { readonly kind: "dialled"; readonly number: string; readonly numberShown: string; readonly trunk: string }
  | ({ readonly kind: "notice-started" } & PlayedSound)
  | ({ readonly kind: "notice-completed" } & PlayedOutcome)
  | { readonly kind: "ringing"; readonly agentId: AgentId | null }
  | { readonly kind: "not-reached"; readonly agentId: AgentId | null; readonly why: string; readonly status?: number }
  | { readonly kind: "bridged"; readonly agentId: AgentId | null }
  | { readonly kind: "recording-started"; readonly path: string }
  | {
      readonly kind: "recording-closed";
      readonly sha256: string;
      readonly durationMs: number;
      readonly gaps: readonly RecordingGap[];
      readonly complete: boolean;
      readonly path: string;
    }
  | { readonly kind: "recording-failed"; readonly reason: string }
  | {
      readonly kind: "utterance";
      readonly utteranceId: string;
      readonly speaker: Speaker;
      readonly text: string;
      readonly words: readonly Word[];
      /** Absent from an account of before the second ear. */
      readonly hints?: readonly WordHint[];
      /** Absent from an account of before voices were measured. */
      readonly voice?: UtteranceVoice;
      readonly steps?: HearingSteps | undefined;
      /** Judged before the speaker had finished; the same `utteranceId` follows with the whole. */
      readonly draft?: true | undefined;
      readonly confidence: number;
      readonly startMs: number;
      readonly endMs: number;
      readonly recognizer: RecognizerName;
    }
  | {
      readonly kind: "assessed";
      readonly utteranceId: string;
      readonly labels: Readonly<Record<string, number>>;
      readonly abusive: boolean;
      readonly evidence: readonly { readonly label: string; readonly surface: string }[];
      readonly modelVersion: string;
    }
  | { readonly kind: "hint"; readonly risk: number; readonly labels: readonly string[]; readonly cause: Cause }
  | { readonly kind: "hint-cleared" }
  | { readonly kind: "long-call-hint"; readonly remainingMs: number }
  /** Where the clock stands from now on. `limitAtMs` as `atMs`; null: none runs (waived, or the line is exempt). */
  | {
      readonly kind: "long-call-clock";
      readonly limitAtMs: number | null;
      readonly extensions: number;
      readonly topic: DeclaredTopic | null;
      readonly exempt: boolean;
    }
  | {
      readonly kind: "offered";
      readonly offerId: string;
      readonly offer: "warning" | "ending";
      readonly expiresAtMs: number | null;
      readonly cause: Cause;
    }
  | { readonly kind: "offer-withdrawn"; readonly offerId: string; readonly why: string }
  | {
      readonly kind: "announcing";
      readonly announcementId: string;
      readonly announcement: Announcement;
      readonly attempt: 1 | 2;
      readonly cause: Cause;
    }
  | { readonly kind: "caller-muted"; readonly muted: boolean }
  | { readonly kind: "ending-call"; readonly reason: EndReason; readonly announcement: string; readonly cause: Cause }
  | { readonly kind: "action-refused"; readonly by: Actor; readonly action: HumanAction; readonly why: RefusalReason }
  | ({ readonly kind: "warning-started"; readonly warningNumber: number } & PlayedSound)
  | ({ readonly kind: "warning-completed"; readonly warningNumber: number } & PlayedOutcome)
  | ({ readonly kind: "long-call-started" } & PlayedSound)
  | ({ readonly kind: "long-call-completed" } & PlayedOutcome)
  | ({ readonly kind: "ending-started"; readonly reason: string } & PlayedSound)
  | ({ readonly kind: "ending-completed"; readonly reason: string } & PlayedOutcome)
  | ({ readonly kind: "announcement-started"; readonly announcement: string } & PlayedSound)
  | ({ readonly kind: "announcement-completed"; readonly announcement: string } & PlayedOutcome)
  | { readonly kind: "action"; readonly by: Actor; readonly action: HumanAction }
  | { readonly kind: "hold" | "resumed"; readonly by: Speaker }
  | { readonly kind: "transferring" | "transferred" | "transfer-failed"; readonly to: string; readonly why?: string }
  /** Somebody is asked while the caller waits (attended transfer); `agentId` null: outside. */
  | { readonly kind: "consultation-started"; readonly to: string; readonly agentId: AgentId | null }
  | { readonly kind: "consultation-answered" }
  | { readonly kind: "consultation-failed"; readonly why: string }
  | { readonly kind: "consultation-ended"; readonly how: "completed" | "cancelled" | "call-over" }
  /** The agent's browser is gone; the call is kept for them for `graceMs`. */
  | { readonly kind: "agent-lost"; readonly agentId: AgentId | null; readonly why: string; readonly graceMs: number }
  | { readonly kind: "agent-returned"; readonly agentId: AgentId | null; readonly awayMs: number }
  /** To another telephone of theirs, without a gap. */
  | { readonly kind: "agent-moved"; readonly agentId: AgentId | null }
  /** `down`: nobody listens; `overload`: there are more calls than can be heard, and this side of this one waits. */
  | { readonly kind: "hearing-lost"; readonly why: "down" | "overload"; readonly speaker?: Speaker }
  | { readonly kind: "hearing-restored"; readonly speaker?: Speaker }
  | { readonly kind: "media-lost" | "media-restored"; readonly why?: string }
  | { readonly kind: "silent-line" | "line-returned"; readonly speaker: Speaker; readonly silentMs: number }
  | { readonly kind: "bye"; readonly by: "caller" | "agent" | "jikimi"; readonly reason: string }
  | { readonly kind: "ended"; readonly by: "caller" | "agent" | "jikimi"; readonly reason: string }
  | { readonly kind: "rest-started"; readonly agentId: AgentId; readonly durationMs: number }
  | { readonly kind: "fault"; readonly where: string; readonly why: string };

/** What began to play: which text and sound, and whether a machine spoke it. */
export type PlayedSound = {
  readonly soundSha256: string;
  readonly text: string;
  readonly synthetic: boolean;
  /** Of the whole sound: when it will be over, unless it is stopped. */
  readonly durationMs: number;
};

/** What the media plane saw leave on the wire. */
export type PlayedOutcome = { readonly playedMs: number; readonly outcome: string };
