import type { CallId, DepartmentId, EpochMs, LegId, RecognizerName, Speaker } from "@jikimi/kernel";
import type { RecordingSummary } from "@jikimi/recording";

/**
 * The media anchor (DESIGN §5): every call's audio passes through it, whoever the two parties are.
 * Ours (`adapters/media-workers`) forks processes; another (rtpengine) may stand behind the same port.
 *
 * A call has two legs, one per party. Each leg negotiates for itself with its own party; the plane decodes and
 * encodes between them, so both may use different codecs. All times are the plane's own wall clock.
 */
export interface MediaPlane {
  readonly capabilities: MediaCapabilities;

  /** Answers the party's offer for `legId`: creates the leg on first use, renegotiates it later (hold, resume). */
  answer(request: { callId: CallId; legId: LegId; offerSdp: string; hold?: boolean }): Promise<SdpResult>;
  /**
   * Makes an offer of our own for `legId`: creates the leg on first use, renegotiates it later (re-anchoring, hold).
   * `transport` is what a new leg is to be (RTP when it is left out); a leg that was a browser's stays one. An offer that
   * is answered says so itself.
   */
  offer(request: { callId: CallId; legId: LegId; hold?: boolean; transport?: LegTransportKind }): Promise<SdpResult>;
  /** Takes the party's answer to our last offer. */
  acceptAnswer(request: { callId: CallId; legId: LegId; answerSdp: string }): Promise<AcceptResult>;
  /** Relays audio between two legs of the call; replaces an earlier bridge. */
  bridge(request: { callId: CallId; legIds: readonly [LegId, LegId] }): Promise<void>;
  /** Stops relaying (hold, transfer); both legs stay up and hear silence or what is played to them. */
  unbridge(request: { callId: CallId }): Promise<void>;
  /** Releases one leg (transfer) or, without `legId`, the whole call; closes its recording and taps. */
  release(request: { callId: CallId; legId?: LegId }): Promise<void>;

  /**
   * Plays a sound to one or more legs at the same time, in place of the other party's audio for those legs.
   * Starts and completes are reported by `play-started` and `play-completed` events of the first leg in `legIds`
   * (the one whose hearing is proved). A second play on a leg replaces the first.
   */
  play(request: {
    callId: CallId;
    playId: string;
    legIds: readonly LegId[];
    sound: SoundRef;
    loop?: boolean;
  }): Promise<void>;
  stopPlay(request: { callId: CallId; playId: string }): Promise<void>;
  /** What `legId` says is no longer heard by the other leg (it is still recorded and tapped). */
  mute(request: { callId: CallId; legId: LegId; muted: boolean }): Promise<void>;

  /** Writes what each leg says to the given channel of one encrypted recording. */
  startRecording(request: RecordingRequest): Promise<void>;
  /** A channel passes to another leg (the agent answered, a transfer); the recording goes on without a seam. */
  assignRecordingChannel(request: { callId: CallId; channel: Speaker; legId: LegId }): Promise<void>;
  stopRecording(request: { callId: CallId }): Promise<RecordingSummary | null>;

  /** Streams what `legId` says to a listen worker as decoded PCM. */
  tap(request: { callId: CallId; legId: LegId; speaker: Speaker; sink: TapSink }): Promise<void>;
  untap(request: { callId: CallId; legId: LegId }): Promise<void>;

  /** The party hears itself, `delayMs` later, until the leg is released or something else is played to it. */
  echo(request: { callId: CallId; legId: LegId; delayMs: number }): Promise<void>;

  /** Sends RFC 4733 digits to the party on `legId`. */
  sendDtmf(request: { callId: CallId; legId: LegId; digits: string }): Promise<void>;

  stats(callId: CallId): Promise<readonly LegStats[]>;
  list(): Promise<readonly CallId[]>;
  health(): readonly MediaWorkerHealth[];
  onEvent(listener: (event: MediaEvent) => void): () => void;
}

/** `webrtc`: ICE, DTLS-SRTP and Opus, for a browser; `rtp`: what every other telephone speaks. */
export type LegTransportKind = "rtp" | "webrtc";

export type MediaCapabilities = {
  readonly codecs: readonly ("PCMU" | "PCMA" | "opus")[];
  readonly recordsEncrypted: boolean;
  readonly keepsSsrcAcrossPrompts: boolean;
};

export type SdpResult =
  | { readonly kind: "ok"; readonly sdp: string }
  | { readonly kind: "unacceptable"; readonly why: string }
  | { readonly kind: "unavailable"; readonly why: string };

export type AcceptResult = { readonly kind: "ok" } | { readonly kind: "unacceptable"; readonly why: string };

/** A WAV file (any rate, mono, 16-bit PCM or G.711), read by the media worker itself. */
export type SoundRef = { readonly path: string };

/** Where a listen worker takes PCM: TCP; the token admits exactly this stream. */
export type TapSink = { readonly host: string; readonly port: number; readonly token: string };

export type RecordingRequest = {
  readonly callId: CallId;
  /** The file to create, mode 0600; it must not exist. */
  readonly path: string;
  readonly startedAtMs: EpochMs;
  /** A party who is not there yet is null: the channel is a gap (`not-connected`) until `assignRecordingChannel`. */
  readonly channels: { readonly caller: LegId | null; readonly agent: LegId | null };
  /** The call's own AES-256 key in base64: 32 bytes. Travels over the worker's pipe only, never to disk or logs. */
  readonly callKey: string;
  /** The same key wrapped by the site's key, in base64, as it is written into the file's header. */
  readonly wrappedKey: string;
};

export type LegStats = {
  readonly legId: LegId;
  readonly packetsReceived: number;
  readonly packetsSent: number;
  readonly packetsLost: number;
  readonly packetsRejected: number;
  readonly jitterMs: number;
  readonly lastPacketAtMs: EpochMs | null;
};

export type MediaWorkerHealth = { readonly workerId: string; readonly alive: boolean; readonly calls: number };

export type MediaEvent =
  /** The first packet of the sound left for the party. */
  | { kind: "play-started"; callId: CallId; legId: LegId; playId: string; atMs: EpochMs }
  /** The last packet left (`completed`), or it did not get that far and why. `playedMs` is what was sent. */
  | {
      kind: "play-completed";
      callId: CallId;
      legId: LegId;
      playId: string;
      atMs: EpochMs;
      playedMs: number;
      outcome: "completed" | "stopped" | "leg-released" | "sound-unreadable";
    }
  /** Digits are reported and never relayed by the plane: the server keeps an agent's codes and sends the rest on. */
  | { kind: "digit"; callId: CallId; legId: LegId; digit: string; durationMs: number; atMs: EpochMs }
  /** The party's audio locked onto a source. */
  | { kind: "rtp-started"; callId: CallId; legId: LegId; atMs: EpochMs }
  /** Nothing came for `silentMs` while the leg was not on hold. Reported once until audio returns. */
  | { kind: "rtp-timeout"; callId: CallId; legId: LegId; silentMs: number; atMs: EpochMs }
  | { kind: "rtp-resumed"; callId: CallId; legId: LegId; atMs: EpochMs }
  | { kind: "recording-failed"; callId: CallId; reason: "disk-full" | "io-error"; atMs: EpochMs }
  /** A media process died; these calls have no media until each leg is offered again. */
  | { kind: "worker-lost"; workerId: string; callIds: readonly CallId[]; atMs: EpochMs };

/** The ears: opened per call and speaker, fed by the media plane's taps, heard through events. */
export interface Hearing {
  /** Null when no listen worker is alive: the call goes on unheard, and the desk says so. */
  openStream(request: {
    callId: CallId;
    speaker: Speaker;
    recognizer: RecognizerName;
    /** When the call's time zero was: utterance times count from here. */
    callStartedAtMs: EpochMs;
  }): Promise<TapSink | null>;
  closeCall(callId: CallId): Promise<void>;
  /** Where there is too much to hear, a call at risk goes before others. */
  attend(callId: CallId, attention: { readonly atRisk: boolean }): void;
  onEvent(listener: (event: HearingEvent) => void): () => void;
}

/** `simulated`: the simulated caller; `self`: one of ours plays the caller. Both are practice. */
export type TrialKind = "simulated" | "self";

/** Times as the utterance's. */
export type Word = {
  readonly text: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly confidence: number;
};

/** A rude word that may have been said where the text has something else: the second ear's. It never changes the text. */
export type WordHint = {
  readonly stem: string;
  readonly label: AbuseLabel;
  readonly confidence: number;
  readonly startMs: number;
  readonly endMs: number;
};

/** How the caller said it; raises attention and counts towards nothing. */
export type VoiceSignal = "shouting" | "fast" | "interrupting";

export type UtteranceVoice = {
  readonly noiseDbfs: number | null;
  readonly pitchHz: number | null;
  readonly syllablesPerS: number | null;
  /** Against the caller's own median on this call. */
  readonly aboveOwnDb: number | null;
  readonly aboveOwnSemitones: number | null;
  /** How long the other spoke meanwhile. */
  readonly overlapMs: number;
  readonly signals: readonly VoiceSignal[];
};

/** Where the time went between the last voiced sound and the text, in ms. */
export type HearingSteps = { readonly endpointMs: number; readonly queueMs: number; readonly decodeMs: number };

export type Utterance = {
  readonly speaker: Speaker;
  readonly text: string;
  readonly words: readonly Word[];
  readonly hints: readonly WordHint[];
  readonly voice: UtteranceVoice;
  readonly steps?: HearingSteps | undefined;
  /** 0 to 1; what the recogniser itself thinks of the whole utterance. */
  readonly confidence: number;
  /** Milliseconds since the call's time zero. */
  readonly startMs: number;
  readonly endMs: number;
  /** The speaker goes on: the whole follows, begun at the same time. Absent from what is whole. */
  readonly draft?: true | undefined;
};

export type HearingEvent =
  | { kind: "utterance"; callId: CallId; utterance: Utterance; recognizer: RecognizerName }
  | { kind: "speech-started"; callId: CallId; speaker: Speaker; atMs: EpochMs }
  /** Audio or utterances were dropped because hearing could not keep up. */
  | { kind: "lagging"; callId: CallId; lagMs: number }
  /** There is more to hear than the ears can: this side is set aside, or heard again. */
  | { kind: "attention"; callId: CallId; speaker: Speaker; heard: boolean }
  | { kind: "listen-lost"; callIds: readonly CallId[]; atMs: EpochMs }
  | { kind: "listen-ready"; atMs: EpochMs };

/** What a call may play; `services/notices` chooses the organisation's own sound or the synthetic default. */
export type AnnouncementName =
  | "notice"
  | "outbound-notice"
  | "warning"
  | "ending"
  | "long-call"
  | "long-call-ending"
  | "nobody-free"
  | "closed"
  | "service-fault"
  /** Before an echo test. */
  | "echo-test";

export type Sound = {
  readonly path: string;
  readonly text: string;
  /** True when a machine's voice speaks it: said wherever it shows. */
  readonly synthetic: boolean;
  readonly sha256: string;
  readonly durationMs: number;
};

export interface Sounds {
  announcement(name: AnnouncementName, listener: { language: "ko" | "en"; departmentId: DepartmentId | null }): Sound;
  /** Looped: what a caller hears while a telephone rings, and while on hold. */
  readonly ringback: Sound;
  readonly holdMusic: Sound;
}

/** Where recordings lie and how they are keyed; `services/recording` has both. */
export interface RecordingShelf {
  /** A path that does not exist yet, and the call's own key. `segment` counts from 0 (re-anchored calls have more). */
  newRecording(
    callId: CallId,
    startedAtMs: EpochMs,
    segment: number,
  ): { path: string; callKey: string; wrappedKey: string };
}

/** Judges one utterance; `domain/language` does it. Pure and quick. */
export interface Judge {
  /** `words` and `confidence` as the recogniser gave them: what it was unsure of weighs less. */
  assess(utterance: Pick<Utterance, "text" | "words" | "confidence">): JudgedUtterance;
}

export type JudgedUtterance = {
  readonly labels: Readonly<Record<AbuseLabel, number>>;
  readonly abusive: boolean;
  readonly evidence: readonly { readonly label: AbuseLabel; readonly surface: string }[];
  readonly modelVersion: string;
};

export type AbuseLabel = "profanity" | "insult" | "threat" | "sexual_harassment" | "discrimination";
