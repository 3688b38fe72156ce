import { type ChildProcess, fork, type Serializable } from "node:child_process";
import type { CallId, Clock, Log, Timer } from "@jikimi/kernel";
import type { z } from "zod";

/** The program of a worker and how Node is to start it (`["--import", "tsx"]` for source, none for a bundle). */
export type WorkerEntry = { readonly path: string; readonly execArgv: readonly string[] };

/** What a kind of worker is asked and says; its first report is `{ kind: "ready" }`. */
export type Speech<Request extends Serializable, Report extends { readonly kind: string }> = {
  readonly report: z.ZodType<Report>;
  /** Anything that a living worker answers. */
  readonly ping: () => Request;
  readonly stop: () => Request;
};

export type ForkedWorkerOptions<Request extends Serializable, Report extends { readonly kind: string }> = {
  /** What its kind is called in the log: `media`, `listen`. */
  readonly name: string;
  readonly entry: WorkerEntry;
  /** Its only argument, in JSON. */
  readonly config: object;
  readonly speech: Speech<Request, Report>;
  readonly clock: Clock;
  readonly log: Log;
  /** A worker that is not ready by then is killed and counts as lost. */
  readonly startTimeoutMs: number;
  readonly heartbeatMs: number;
  /** A worker that has said nothing for this long hangs, and is killed. */
  readonly hungAfterMs: number;
  readonly onReady: () => void;
  readonly onReport: (report: Report) => void;
  /** The process is gone; called once. */
  readonly onLost: (why: string) => void;
};

/** One life of one worker process: from fork to exit. A new life is a new object. */
export class ForkedWorker<Request extends Serializable, Report extends { readonly kind: string }> {
  /** What it serves; kept by who places calls in it. */
  readonly calls = new Set<CallId>();
  readonly #options: ForkedWorkerOptions<Request, Report>;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #state: "starting" | "ready" | "gone" = "starting";
  #watch: Timer;
  #heardMs = 0;
  #why = "exited";

  constructor(options: ForkedWorkerOptions<Request, Report>) {
    this.#options = options;
    const { entry, config, clock, startTimeoutMs } = options;
    this.#child = fork(entry.path, [JSON.stringify(config)], {
      execArgv: [...entry.execArgv],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.#exited = new Promise((resolve) => this.#child.once("close", () => resolve()));
    this.#child.on("message", (message) => this.#hear(message));
    this.#child.on("error", (failure) => this.#gone(String(failure)));
    this.#child.on("exit", (code, signal) => this.#gone(`${this.#why} (${signal ?? code ?? "no code"})`));
    this.#watch = clock.after(startTimeoutMs, () => this.kill("did not become ready"));
  }

  get isReady(): boolean {
    return this.#state === "ready";
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /** `onFailed` is told, at most once and later, when the request cannot reach the worker. */
  send(request: Request, onFailed: (cause: unknown) => void = () => {}): void {
    if (this.#state === "gone" || !this.#child.connected) {
      queueMicrotask(() => onFailed(new Error("the process is gone")));
      return;
    }
    this.#child.send(request, (cause) => {
      if (cause !== null) onFailed(cause);
    });
  }

  kill(why: string): void {
    this.#why = why;
    this.#child.kill("SIGKILL");
  }

  /** Lets it finish what it must, for at most `patienceMs`. */
  async stop(patienceMs: number): Promise<void> {
    this.#why = "stopped";
    this.#watch.cancel();
    this.send(this.#options.speech.stop());
    const patience = this.#options.clock.after(patienceMs, () => this.kill("did not stop"));
    if (this.#child.exitCode === null && this.#child.signalCode === null && this.#child.pid !== undefined) {
      await this.#exited;
    }
    patience.cancel();
  }

  #hear(message: unknown): void {
    const { name, speech, clock, log, onReady, onReport } = this.#options;
    const parsed = speech.report.safeParse(message);
    if (!parsed.success) {
      log.error({ worker: name, issues: parsed.error.issues.length }, "a worker said something that is no report");
      return;
    }
    this.#heardMs = clock.monotonicMs();
    if (parsed.data.kind === "ready" && this.#state === "starting") {
      this.#state = "ready";
      this.#watch.cancel();
      this.#beat();
      onReady();
    }
    onReport(parsed.data);
  }

  #beat(): void {
    const { speech, clock, heartbeatMs, hungAfterMs } = this.#options;
    this.#watch = clock.after(heartbeatMs, () => {
      if (clock.monotonicMs() - this.#heardMs > hungAfterMs) {
        this.kill("hung");
        return;
      }
      this.send(speech.ping());
      this.#beat();
    });
  }

  #gone(why: string): void {
    if (this.#state === "gone") return;
    this.#state = "gone";
    this.#watch.cancel();
    this.#options.onLost(why);
  }
}
