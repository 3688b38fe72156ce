import type { CallId, Clock, Log, Random, RecognizerName, Speaker } from "@jikimi/kernel";
import {
  ASSUMED_COST,
  CallFloor,
  type HearingCost,
  type ListenerEvent,
  type Resample,
  StreamListener,
  shareAttention,
  type VoiceActivityModel,
} from "@jikimi/listening";
import type { ListenReport, ListenRequest } from "@jikimi/worker-messages";
import type { Recognizers } from "./recognizers.ts";
import type { TapServer } from "./tap-server.ts";

export type ListenWorkerOptions = {
  readonly taps: TapServer;
  readonly tapHost: string;
  readonly recognizers: Recognizers;
  readonly voices: VoiceActivityModel;
  readonly resample: Resample;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly report: (report: ListenReport) => void;
};

type OpenStream = Extract<ListenRequest, { kind: "open-stream" }>;

type Stream = {
  readonly request: OpenStream;
  readonly speaker: Speaker;
  readonly floor: CallFloor;
  readonly openedAtMs: number;
  atRisk: boolean;
  heard: boolean;
  readonly token: string;
  readonly listener: StreamListener;
  readonly stopping: AbortController;
  /** Settles when the last words are recognised. */
  readonly finished: Promise<void>;
};

/** What was said just before a call ended is still worth hearing, for the record; but not for ever. */
const LAST_WORDS_MS = 10_000;

/** A recogniser of this machine is shared out by what it costs; a server elsewhere refuses by itself what is too much. */
export function isBudgeted(recognizer: RecognizerName): boolean {
  return recognizer !== "openai-compatible";
}

/**
 * The listen process without its process: requests in, reports out. A stream is a tap and a listener; it ends
 * with the tap, with the call, or when the same speaker's stream is opened anew. Where there is more to hear than the
 * recogniser can, the least needed streams are set aside, and the server is told.
 */
export class ListenWorker {
  readonly #options: ListenWorkerOptions;
  readonly #streams = new Set<Stream>();
  readonly #costs = new Map<RecognizerName, HearingCost>();
  /** Frames dropped by streams that are gone. */
  #droppedByEnded = 0;

  constructor(options: ListenWorkerOptions) {
    this.#options = options;
  }

  /** `stop` is for the process; everything else is answered here. Never rejects. */
  async handle(request: Exclude<ListenRequest, { kind: "stop" }>): Promise<void> {
    switch (request.kind) {
      case "open-stream":
        await this.#open(request);
        break;
      case "close-call":
        this.#close((stream) => stream.request.callId === request.callId);
        break;
      case "attend":
        for (const stream of this.#streams) {
          if (stream.request.callId === request.callId) stream.atRisk = request.atRisk;
        }
        this.#share();
        break;
      case "ping":
        this.#answer(request.pingId);
        break;
    }
  }

  /** From now on this recogniser is shared out by what it was measured to cost here. */
  setCost(recognizer: RecognizerName, cost: HearingCost): void {
    this.#costs.set(recognizer, cost);
    this.#share();
  }

  /** Ends every stream and waits for the last words to be recognised. */
  async stop(): Promise<void> {
    const finished = [...this.#streams].map((stream) => stream.finished);
    this.#close(() => true);
    await Promise.all(finished);
  }

  #answer(pingId: number): void {
    const { recognizers, report } = this.#options;
    const dropped = [...this.#streams].reduce(
      (sum, { listener }) => sum + listener.droppedFrames,
      this.#droppedByEnded,
    );
    report({ kind: "pong", pingId, streams: this.#streams.size, waiting: recognizers.waiting, droppedFrames: dropped });
  }

  async #open(request: OpenStream): Promise<void> {
    const { recognizers, taps, tapHost, random, log, report } = this.#options;
    const { requestId, callId, speaker } = request;
    try {
      const recognizer = await recognizers.get(request.recognizer);
      this.#close((stream) => stream.request.callId === callId && stream.request.speaker === speaker);
      const { voices, resample, clock } = this.#options;
      const others = [...this.#streams].filter((other) => other.request.callId === callId);
      const floor = others[0]?.floor ?? new CallFloor();
      const listener = new StreamListener({
        speaker,
        floor,
        callStartedAtMs: request.callStartedAtMs,
        recognizer,
        voice: voices.open(8000),
        resample,
        clock,
        onEvent: (event) => this.#tell(callId, request, event),
      });
      const token = random.hex(24);
      const stopping = new AbortController();
      const finished = listener
        .run({ signal: stopping.signal })
        .catch((failure: unknown) => log.error({ callId, speaker, failure: String(failure) }, "stream failed"))
        .finally(() => this.#forget(stream));
      const atRisk = others.some((other) => other.atRisk);
      const rank = { speaker, floor, openedAtMs: clock.nowMs(), atRisk, heard: true };
      const stream: Stream = { request, ...rank, token, listener, stopping, finished };
      this.#streams.add(stream);
      taps.admit(token, { frame: (frame) => listener.push(frame), end: () => this.#end(stream) });
      report({ kind: "stream-opened", requestId, sink: { host: tapHost, port: taps.port, token } });
      this.#share();
    } catch (failure) {
      log.error({ callId, speaker, recognizer: request.recognizer, failure: String(failure) }, "stream refused");
      report({ kind: "stream-refused", requestId, why: String(failure) });
    }
  }

  #close(which: (stream: Stream) => boolean): void {
    for (const stream of [...this.#streams].filter(which)) this.#options.taps.release(stream.token);
  }

  /** The tap is over: what was said is still recognised, for a while. */
  #end(stream: Stream): void {
    stream.listener.end();
    const patience = this.#options.clock.after(LAST_WORDS_MS, () => stream.stopping.abort());
    void stream.finished.then(() => patience.cancel());
  }

  #forget(stream: Stream): void {
    if (!this.#streams.delete(stream)) return;
    this.#droppedByEnded += stream.listener.droppedFrames;
    this.#share();
  }

  /** Each recogniser hears what it can; the rest is set aside. */
  #share(): void {
    const open = [...this.#streams];
    for (const recognizer of new Set(open.map(({ request }) => request.recognizer).filter(isBudgeted))) {
      const streams = open.filter(({ request }) => request.recognizer === recognizer);
      const attended = shareAttention(streams, this.#costs.get(recognizer) ?? ASSUMED_COST);
      for (const stream of streams) this.#attend(stream, attended.has(stream));
    }
  }

  #attend(stream: Stream, heard: boolean): void {
    if (stream.heard === heard) return;
    stream.heard = heard;
    if (heard) stream.listener.resume();
    else stream.listener.pause();
    const { callId, speaker } = stream.request;
    this.#options.log.warn({ callId, speaker, heard }, heard ? "a stream is heard again" : "a stream is set aside");
    this.#options.report({ kind: "attention", callId, speaker, heard });
  }

  #tell(callId: CallId, { speaker, recognizer }: OpenStream, event: ListenerEvent): void {
    const { report, log } = this.#options;
    switch (event.kind) {
      case "utterance":
        report({ kind: "utterance", callId, recognizer, utterance: event.utterance });
        break;
      case "speech-started":
        report({ kind: "speech-started", callId, speaker, atMs: event.atMs });
        break;
      case "lagging":
        log.warn({ callId, speaker, lagMs: event.lagMs, droppedFrames: event.droppedFrames }, "hearing lags");
        report({ kind: "lagging", callId, lagMs: event.lagMs });
        break;
      case "not-understood":
        log.debug({ callId, speaker, why: event.why }, "speech not understood");
        break;
      case "unheard":
        log.warn({ callId, speaker, why: event.why, startMs: event.startMs }, "speech not heard");
        break;
    }
  }
}
