import { Worker } from "node:worker_threads";
import type { Clock, Log, Speaker, Timer } from "@jikimi/kernel";
import { ListeningError, type Recognizer, type TranscribeOptions, type Transcription } from "@jikimi/listening";
import type { ModelFolders } from "./optional-models.ts";
import { sourceThreadEntry, type ThreadEntry } from "./thread-entry.ts";
import type { LocalRecognizerName, ThreadReply, ThreadRequest, ThreadStart } from "./thread-messages.ts";

export type ThreadedRecognizerOptions = ModelFolders & {
  readonly name: LocalRecognizerName;
  readonly clock: Clock;
  readonly log: Log;
  readonly entry?: ThreadEntry;
  /** How many utterances may wait; one more is refused as `recognizer-busy`. */
  readonly capacity?: number;
  /** A decode that takes longer than this is taken for hung, and its thread replaced. */
  readonly hungAfterMs?: number;
  /** The thread died or hung; another is being started. */
  readonly onLost?: (why: string) => void;
};

/** Waits before a dead thread is started again: doubles each time, back to the first once it is ready. */
const FIRST_RESTART_MS = 250;
const LONGEST_RESTART_MS = 10_000;

type Job = {
  readonly pcm: Float32Array;
  readonly speaker: Speaker;
  readonly provisional: boolean;
  readonly resolve: (transcription: Transcription) => void;
  readonly reject: (failure: unknown) => void;
};

/**
 * A recogniser in a thread of its own, so that decoding (hundreds of milliseconds of native code) never holds up the taps
 * and voice activity of the calling thread. One decode at a time; who waits, waits in order, the caller before the agent. What
 * the agent says, what is asked again soon, and whatever keeps others waiting is heard with less effort: hearing gets simpler
 * before it gets late.
 */
export class ThreadedRecognizer implements Recognizer, AsyncDisposable {
  readonly name: LocalRecognizerName;
  readonly sampleRateHz = 16_000;
  readonly #options: ThreadedRecognizerOptions;
  readonly #entry: ThreadEntry;
  readonly #waiting: Job[] = [];
  #thread: Worker | undefined;
  #ready = false;
  #current: { readonly requestId: number; readonly job: Job; readonly hung: Timer } | undefined;
  #nextRequestId = 1;
  #restart: Timer | undefined;
  #restartMs = FIRST_RESTART_MS;
  #closed = false;

  private constructor(options: ThreadedRecognizerOptions) {
    this.name = options.name;
    this.#options = options;
    this.#entry = options.entry ?? sourceThreadEntry();
  }

  /**
   * Resolves when the model is loaded; rejects with `ListeningError` when it cannot be: `model-missing`, `model-damaged`, or
   * `recognizer-failed` for everything else.
   */
  static async start(options: ThreadedRecognizerOptions): Promise<ThreadedRecognizer> {
    const recognizer = new ThreadedRecognizer(options);
    await new Promise<void>((resolve, reject) => {
      recognizer.#open(resolve, (failure) => {
        recognizer.#closed = true;
        reject(failedStart(failure, options.name));
      });
    });
    return recognizer;
  }

  /** Utterances that wait or are being decoded. */
  get waiting(): number {
    return this.#waiting.length + (this.#current === undefined ? 0 : 1);
  }

  transcribe(
    pcm: Float32Array,
    { signal, speaker = "caller", provisional = false }: TranscribeOptions = {},
  ): Promise<Transcription> {
    if (this.#closed) return Promise.reject(new ListeningError("closed"));
    if (signal?.aborted) return Promise.reject(signal.reason);
    if (this.#waiting.length >= (this.#options.capacity ?? 64)) {
      return Promise.reject(new ListeningError("recognizer-busy"));
    }
    return new Promise((resolve, reject) => {
      const job: Job = {
        pcm,
        speaker,
        provisional,
        resolve: (transcription) => {
          signal?.removeEventListener("abort", onAbort);
          resolve(transcription);
        },
        reject: (failure) => {
          signal?.removeEventListener("abort", onAbort);
          reject(failure);
        },
      };
      const onAbort = () => {
        const place = this.#waiting.indexOf(job);
        if (place >= 0) this.#waiting.splice(place, 1);
        job.reject(signal?.reason);
      };
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#waiting.push(job);
      this.#next();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    this.#restart?.cancel();
    const closed = new ListeningError("closed");
    for (const job of this.#waiting.splice(0)) job.reject(closed);
    this.#dropCurrent(closed);
    const thread = this.#thread;
    this.#thread = undefined;
    await thread?.terminate();
  }

  #open(onReady: () => void = () => {}, onFailedStart?: (failure: unknown) => void): void {
    const { modelsDir, pulledModelsDir } = this.#options;
    const start: ThreadStart = { recognizer: this.name, modelsDir, pulledModelsDir };
    const thread = new Worker(this.#entry.url, { workerData: start, execArgv: [...this.#entry.execArgv] });
    this.#thread = thread;
    this.#ready = false;
    let failure: Error | undefined;
    thread.on("message", (reply: ThreadReply) => {
      if (thread !== this.#thread) return;
      if (reply.kind === "ready") {
        this.#ready = true;
        this.#restartMs = FIRST_RESTART_MS;
        onReady();
        this.#next();
      } else this.#answer(reply);
    });
    thread.on("error", (error) => {
      failure = error;
    });
    thread.on("exit", (code) => {
      if (thread !== this.#thread || this.#closed) return;
      const wasReady = this.#ready;
      if (!wasReady && onFailedStart !== undefined) onFailedStart(failure ?? new Error(`exit ${code}`));
      else this.#replace(failure === undefined ? `exit ${code}` : String(failure));
    });
  }

  #next(): void {
    if (!this.#ready || this.#current !== undefined) return;
    const callerAt = this.#waiting.findIndex((job) => job.speaker === "caller");
    const [job] = this.#waiting.splice(Math.max(0, callerAt), 1);
    if (job === undefined || this.#thread === undefined) return;
    const lean = job.speaker === "agent" || job.provisional || this.#waiting.length > 0;
    const request: ThreadRequest = { requestId: this.#nextRequestId++, pcm: job.pcm, effort: lean ? "lean" : "full" };
    const hung = this.#options.clock.after(this.#options.hungAfterMs ?? 30_000, () => this.#replace("hung"));
    this.#current = { requestId: request.requestId, job, hung };
    // A view into a larger buffer is copied: moving it would take the rest of the buffer from its owner.
    const whole = job.pcm.byteLength === job.pcm.buffer.byteLength && job.pcm.buffer instanceof ArrayBuffer;
    this.#thread.postMessage(request, whole ? [job.pcm.buffer as ArrayBuffer] : []);
  }

  #answer(reply: Exclude<ThreadReply, { kind: "ready" }>): void {
    if (this.#current?.requestId !== reply.requestId) return;
    const { job, hung } = this.#current;
    hung.cancel();
    this.#current = undefined;
    if (reply.kind === "transcribed") job.resolve(reply.transcription);
    else job.reject(new ListeningError("recognizer-failed", { detail: reply.why }));
    this.#next();
  }

  #dropCurrent(failure: unknown): void {
    this.#current?.hung.cancel();
    this.#current?.job.reject(failure);
    this.#current = undefined;
  }

  /** What was being decoded is lost (it may be what killed the thread); what waits stays. */
  #replace(why: string): void {
    if (this.#closed) return;
    const { log, clock, onLost } = this.#options;
    log.error({ recognizer: this.name, why, restartMs: this.#restartMs }, "recogniser thread lost");
    const thread = this.#thread;
    this.#thread = undefined;
    this.#ready = false;
    void thread?.terminate();
    this.#dropCurrent(new ListeningError("recognizer-lost", { detail: why }));
    this.#restart = clock.after(this.#restartMs, () => this.#open());
    this.#restartMs = Math.min(this.#restartMs * 2, LONGEST_RESTART_MS);
    onLost?.(why);
  }
}

/** What the thread threw comes without its class, and with its fields. */
function failedStart(failure: unknown, name: LocalRecognizerName): ListeningError {
  const { code, detail = name } = (failure ?? {}) as { code?: unknown; detail?: string };
  return code === "model-missing" || code === "model-damaged"
    ? new ListeningError(code, { cause: failure, detail })
    : new ListeningError("recognizer-failed", { cause: failure, detail: name });
}
