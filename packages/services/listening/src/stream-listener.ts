import { type Clock, DropOldestQueue, type Speaker, type Timer, WaitingQueue } from "@jikimi/kernel";
import { judgeTranscription, type Verdict } from "./acceptance.ts";
import type { CutterSettings } from "./cutter.ts";
import { ListeningError } from "./errors.ts";
import type { HeardUtterance, Recognizer, Resample, Transcription, VoiceActivity } from "./ports.ts";
import { type HeardFrame, type SegmenterEvent, type SpeechSegment, SpeechSegmenter } from "./segmenter.ts";
import { draftOf, utteranceOf } from "./utterance.ts";
import type { CallFloor } from "./voice/call-floor.ts";
import { VoiceEar } from "./voice/voice-ear.ts";

type RejectedWhy = Extract<Verdict, { kind: "rejected" }>["why"];

export type ListenerEvent =
  | { readonly kind: "utterance"; readonly utterance: HeardUtterance }
  | { readonly kind: "speech-started"; readonly atMs: number }
  /** Hearing cannot keep up: how late the last text came (beyond the pause that ends an utterance), what was dropped. */
  | { readonly kind: "lagging"; readonly lagMs: number; readonly droppedFrames: number }
  /** Someone may have spoken, but what the recogniser made of it is not to be trusted; or the other's voice came back. */
  | { readonly kind: "not-understood"; readonly why: RejectedWhy | "cross-talk" }
  /** The recogniser could not take or finish it. */
  | { readonly kind: "unheard"; readonly why: string; readonly startMs: number; readonly endMs: number };

export type StreamListenerOptions = {
  readonly speaker: Speaker;
  /** Both sides of a call share it. */
  readonly floor: CallFloor;
  /** Wall clock of the call's time zero. */
  readonly callStartedAtMs: number;
  readonly recognizer: Recognizer;
  readonly voice: VoiceActivity;
  readonly resample: Resample;
  readonly clock: Clock;
  readonly onEvent: (event: ListenerEvent) => void;
  readonly settings?: CutterSettings;
};

/** 10 s of 20 ms frames wait while utterances cannot be taken on; after that the oldest go. */
const FRAME_CAPACITY = 500;
/** Utterances that wait for the recogniser; the frames wait behind them. */
const SEGMENT_CAPACITY = 8;
/** With no frame for this long, what was being said has ended: a silent phone may send nothing. */
const IDLE_MS = 800;
const LAG_WORTH_SAYING_MS = 3_000;
const LAG_REPORT_EVERY_MS = 5_000;

/** A segment, with its transcription where that was begun before it was sure that the segment had ended. */
type Work = {
  readonly segment: SpeechSegment;
  readonly early: Early | undefined;
  /** When it was sure that it had ended; wall clock. */
  readonly cutAtMs: number;
};

type Early = {
  readonly segment: SpeechSegment;
  readonly transcription: Promise<Transcription>;
  readonly stopping: AbortController;
};

/**
 * One speaker of one call, from frames to utterances in the call's time. `push` never waits; `run` works until `end` or its
 * signal. The two queues between them are bounded: audio drops its oldest and says so, utterances hold the audio back.
 *
 * A warning waits for the caller's text, so the caller's words are recognised while the pause that ends them is still
 * running, if the recogniser has nothing else to do. The text is the same; it comes some 250 ms sooner.
 */
export class StreamListener {
  readonly #options: StreamListenerOptions;
  readonly #segmenter: SpeechSegmenter;
  readonly #ear: VoiceEar;
  readonly #frames = new DropOldestQueue<HeardFrame | "idle">({ capacity: FRAME_CAPACITY });
  readonly #work = new WaitingQueue<Work>({ capacity: SEGMENT_CAPACITY });
  #early: Early | undefined;
  #idle: Timer | undefined;
  #lastFrameMs = 0;
  #flushed = true;
  #lagReportedMs = Number.NEGATIVE_INFINITY;
  #droppedReported = 0;
  #paused = false;

  constructor(options: StreamListenerOptions) {
    this.#options = options;
    const { speaker, floor } = options;
    this.#ear = new VoiceEar({ speaker, floor });
    this.#segmenter = new SpeechSegmenter({
      voice: options.voice,
      onWindow: (window) => floor.hear(speaker, window),
      ...(options.settings === undefined ? {} : { settings: options.settings }),
    });
  }

  get droppedFrames(): number {
    return this.#frames.dropped;
  }

  push(frame: HeardFrame): void {
    if (this.#paused) return;
    this.#lastFrameMs = this.#options.clock.monotonicMs();
    this.#flushed = false;
    this.#frames.push(frame);
    if (this.#idle === undefined) this.#watchIdle(IDLE_MS);
  }

  /** Nothing is heard until `resume`; what was being said ends here. */
  pause(): void {
    if (this.#paused) return;
    this.#paused = true;
    this.#flushed = true;
    this.#frames.push("idle");
  }

  resume(): void {
    this.#paused = false;
  }

  /** No more frames come; what was said is still recognised, then `run` returns. */
  end(): void {
    this.#idle?.cancel();
    this.#frames.push("idle");
    this.#frames.close();
  }

  async run({ signal }: { signal: AbortSignal }): Promise<void> {
    const stop = () => {
      this.#idle?.cancel();
      this.#frames.close();
      this.#work.close();
    };
    signal.addEventListener("abort", stop, { once: true });
    if (signal.aborted) stop();
    try {
      await Promise.all([this.#listen(signal), this.#understand(signal)]);
    } finally {
      signal.removeEventListener("abort", stop);
      stop();
    }
  }

  #watchIdle(delayMs: number): void {
    this.#idle = this.#options.clock.after(delayMs, () => {
      this.#idle = undefined;
      const quietMs = this.#options.clock.monotonicMs() - this.#lastFrameMs;
      if (quietMs < IDLE_MS) this.#watchIdle(IDLE_MS - quietMs);
      else if (!this.#flushed) {
        this.#flushed = true;
        this.#frames.push("idle");
      }
    });
  }

  async #listen(signal: AbortSignal): Promise<void> {
    for await (const frame of this.#frames) {
      if (signal.aborted) break;
      const events = frame === "idle" ? this.#segmenter.flush() : this.#segmenter.push(frame);
      for (const event of events) await this.#take(event, signal);
      this.#sayDropped();
    }
    this.#work.close();
  }

  async #take(event: SegmenterEvent, signal: AbortSignal): Promise<void> {
    switch (event.kind) {
      case "speech-started":
        this.#options.onEvent(event);
        break;
      case "speech-so-far":
        this.#listenAhead(event.segment, signal);
        break;
      case "likely-speech":
        this.#anticipate(event.segment, signal);
        break;
      case "speech":
        if (this.#ear.isCrossTalk(event.segment)) {
          this.#takeEarly(undefined);
          this.#options.onEvent({ kind: "not-understood", why: "cross-talk" });
          break;
        }
        await this.#work.push({
          segment: event.segment,
          early: this.#takeEarly(event.segment),
          cutAtMs: this.#options.clock.nowMs(),
        });
        break;
    }
  }

  #anticipate(segment: SpeechSegment, signal: AbortSignal): void {
    const { recognizer, speaker } = this.#options;
    this.#takeEarly(undefined);
    if (speaker !== "caller" || recognizer.waiting > 0 || this.#work.size > 0) return;
    if (this.#ear.isCrossTalk(segment)) return;
    const stopping = new AbortController();
    const transcription = this.#ask(segment, AbortSignal.any([signal, stopping.signal]));
    // Nobody may come for it; who does still sees the failure.
    transcription.catch(() => {});
    this.#early = { segment, transcription, stopping };
  }

  /** What was begun for exactly this segment; what was begun for another is given up. */
  #takeEarly(segment: SpeechSegment | undefined): Early | undefined {
    const early = this.#early;
    this.#early = undefined;
    if (early === undefined) return undefined;
    const { startMs, pcm } = early.segment;
    if (segment !== undefined && segment.startMs === startMs && segment.pcm.length === pcm.length) return early;
    early.stopping.abort();
    return undefined;
  }

  /** Long speech is judged before it ends, where the recogniser has nothing else to do. Nobody waits for it. */
  #listenAhead(segment: SpeechSegment, signal: AbortSignal): void {
    const { recognizer, speaker, callStartedAtMs, onEvent } = this.#options;
    if (speaker !== "caller" || recognizer.waiting > 0 || this.#work.size > 0) return;
    if (this.#ear.isCrossTalk(segment)) return;
    this.#ask(segment, signal, { provisional: true }).then(
      (transcription) => {
        if (signal.aborted || judgeTranscription(segment, transcription).kind === "rejected") return;
        const utterance = draftOf(segment, transcription, { speaker, zeroMs: callStartedAtMs, ear: this.#ear });
        if (utterance !== null) onEvent({ kind: "utterance", utterance });
      },
      // What was not understood now is heard again, with the rest.
      () => {},
    );
  }

  #ask(
    segment: SpeechSegment,
    signal: AbortSignal,
    { provisional = false }: { provisional?: boolean } = {},
  ): Promise<Transcription> {
    const { recognizer, resample, speaker } = this.#options;
    const pcm = resample(segment.pcm, segment.sampleRateHz, recognizer.sampleRateHz);
    return recognizer.transcribe(pcm, { signal, speaker, provisional });
  }

  async #understand(signal: AbortSignal): Promise<void> {
    for await (const work of this.#work) {
      if (signal.aborted) return;
      await this.#transcribe(work, signal);
    }
  }

  async #transcribe({ segment, early, cutAtMs }: Work, signal: AbortSignal): Promise<void> {
    const { speaker, callStartedAtMs, clock, onEvent } = this.#options;
    try {
      const transcription = await (early?.transcription ?? this.#ask(segment, signal));
      const verdict = judgeTranscription(segment, transcription);
      if (verdict.kind === "rejected") onEvent({ kind: "not-understood", why: verdict.why });
      else {
        const utterance = utteranceOf(segment, transcription, { speaker, zeroMs: callStartedAtMs, ear: this.#ear });
        const afterMs = clock.nowMs() - cutAtMs;
        const decodeMs = Math.min(afterMs, Math.round(transcription.cpuMs));
        const endpointMs = Math.round(cutAtMs - segment.endMs);
        onEvent({
          kind: "utterance",
          utterance: { ...utterance, steps: { endpointMs, queueMs: afterMs - decodeMs, decodeMs } },
        });
      }
      this.#sayLag(this.#options.clock.nowMs() - segment.endMs);
    } catch (failure) {
      if (signal.aborted) return;
      const why = failure instanceof ListeningError ? failure.code : String(failure);
      onEvent({
        kind: "unheard",
        why,
        startMs: segment.startMs - callStartedAtMs,
        endMs: segment.endMs - callStartedAtMs,
      });
    }
  }

  #sayLag(lagMs: number): void {
    const nowMs = this.#options.clock.monotonicMs();
    if (lagMs < LAG_WORTH_SAYING_MS || nowMs - this.#lagReportedMs < LAG_REPORT_EVERY_MS) return;
    this.#lagReportedMs = nowMs;
    this.#options.onEvent({ kind: "lagging", lagMs: Math.round(lagMs), droppedFrames: this.droppedFrames });
  }

  #sayDropped(): void {
    if (this.droppedFrames === this.#droppedReported) return;
    const nowMs = this.#options.clock.monotonicMs();
    if (nowMs - this.#lagReportedMs < LAG_REPORT_EVERY_MS) return;
    this.#lagReportedMs = nowMs;
    this.#droppedReported = this.droppedFrames;
    // A full queue of frames is its whole length behind.
    this.#options.onEvent({ kind: "lagging", lagMs: FRAME_CAPACITY * 20, droppedFrames: this.droppedFrames });
  }
}
