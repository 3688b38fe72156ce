import type { Clock, Log } from "@jikimi/kernel";
import { ListeningError, type Recognizer, type TranscribeOptions, type Transcription } from "@jikimi/listening";
import { transcriptionOf } from "./answer.ts";
import { postForm } from "./exchange.ts";
import { SAMPLE_RATE_HZ, transcriptionRequest } from "./request.ts";
import { authorizationFor, type RecognizerServer, transcriptionsUrl } from "./server.ts";
import { Turns } from "./turns.ts";

export type OpenAiCompatibleOptions = {
  readonly server: RecognizerServer;
  readonly clock: Clock;
  readonly log: Log;
  /** Requests that the server is given at the same time. */
  readonly atOnce?: number;
  /** How many more may wait; one more is refused as `recognizer-busy`. */
  readonly capacity?: number;
  /** From sending the sound to the end of the answer, a second try included. */
  readonly timeoutMs?: number;
};

/**
 * A server that speaks OpenAI's `POST /v1/audio/transcriptions`, ours or somebody's: every sound that is to be heard is sent
 * there. It waits on the network, not on a processor, so it needs no thread. `cpuMs` is what this process spent on writing the
 * request and reading the answer; what the server spent, it does not say.
 */
export class OpenAiCompatibleRecognizer implements Recognizer, AsyncDisposable {
  readonly name = "openai-compatible";
  readonly sampleRateHz = SAMPLE_RATE_HZ;
  readonly #options: OpenAiCompatibleOptions;
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;
  readonly #turns: Turns;
  readonly #open = new Set<AbortController>();
  /** Why the last request failed; null when it did not. */
  #failing: string | null = null;
  #closed = false;

  private constructor(options: OpenAiCompatibleOptions, headers: Readonly<Record<string, string>>) {
    const { server, atOnce = 4, capacity = 64 } = options;
    this.#options = options;
    this.#url = transcriptionsUrl(server);
    this.#headers = headers;
    this.#turns = new Turns({ atOnce, capacity });
  }

  /** Reads the key, and asks the server nothing yet. Rejects with `ListeningError` `recognizer-failed` without the key. */
  static async open(options: OpenAiCompatibleOptions): Promise<OpenAiCompatibleRecognizer> {
    return new OpenAiCompatibleRecognizer(options, await authorizationFor(options.server));
  }

  get waiting(): number {
    return this.#turns.size;
  }

  async transcribe(
    pcm: Float32Array,
    { signal, speaker = "caller", provisional = false }: TranscribeOptions = {},
  ): Promise<Transcription> {
    if (this.#closed) throw new ListeningError("closed");
    signal?.throwIfAborted();
    const request = new AbortController();
    const onAbort = () => request.abort(signal?.reason);
    signal?.addEventListener("abort", onAbort, { once: true });
    this.#open.add(request);
    try {
      using _turn = await this.#turns.take({ speaker, provisional, signal: request.signal });
      return await this.#ask(pcm, request);
    } finally {
      this.#open.delete(request);
      signal?.removeEventListener("abort", onAbort);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const request of this.#open) request.abort(new ListeningError("closed"));
  }

  async #ask(pcm: Float32Array, request: AbortController): Promise<Transcription> {
    const { server, clock, timeoutMs = 10_000 } = this.#options;
    const startedMs = clock.monotonicMs();
    const { form, soundMs } = transcriptionRequest(pcm, server);
    const sentMs = clock.monotonicMs();
    const patience = clock.after(timeoutMs, () => {
      const detail = `the server did not answer within ${timeoutMs} ms`;
      request.abort(new ListeningError("recognizer-lost", { detail }));
    });
    try {
      const body = await postForm(this.#url, { headers: this.#headers, form, signal: request.signal });
      const answeredMs = clock.monotonicMs();
      const transcription = transcriptionOf(body, { soundMs });
      this.#note(null);
      return { ...transcription, cpuMs: sentMs - startedMs + (clock.monotonicMs() - answeredMs) };
    } catch (failure) {
      if (failure instanceof ListeningError && failure.code !== "closed") this.#note(failure.message);
      throw failure;
    } finally {
      patience.cancel();
    }
  }

  /** One line when the server begins to fail, or fails in another way, and one when it answers again. */
  #note(why: string | null): void {
    if (why === this.#failing) return;
    this.#failing = why;
    const { log, server } = this.#options;
    if (why === null) log.info({ recognizer: this.name, url: server.url }, "recognition server answers again");
    else log.warn({ recognizer: this.name, url: server.url, why }, "recognition server fails");
  }
}
