import { type ChildProcess, fork } from "node:child_process";
import type { CallId, Clock, Log, Timer } from "@jikimi/kernel";
import { ListenReport, type ListenRequest, type ListenWorkerConfig } from "@jikimi/worker-messages";

/** The program of the listen process and how Node is to start it (`["--import", "tsx"]` for source, none for a bundle). */
export type WorkerEntry = { readonly path: string; readonly execArgv: readonly string[] };

export type WorkerProcessOptions = {
  readonly config: ListenWorkerConfig;
  readonly entry: WorkerEntry;
  readonly clock: Clock;
  readonly log: Log;
  /** A worker that is not ready by then is killed and counts as lost. */
  readonly startTimeoutMs: number;
  readonly heartbeatMs: number;
  /** A worker that has not answered a ping for this long hangs, and is killed. */
  readonly hungAfterMs: number;
  readonly onReady: () => void;
  readonly onReport: (report: ListenReport) => void;
  /** The process is gone; called once. */
  readonly onLost: (why: string) => void;
};

/** One life of one listen process: from fork to exit. A new life is a new object. */
export class WorkerProcess {
  readonly calls = new Set<CallId>();
  readonly #options: WorkerProcessOptions;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #state: "starting" | "ready" | "gone" = "starting";
  #watch: Timer;
  #pingId = 0;
  #answeredMs = 0;
  #why = "exited";

  constructor(options: WorkerProcessOptions) {
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

  /** Dropped when the process is gone: its loss is reported anyway. */
  send(request: ListenRequest): void {
    if (this.#state === "gone" || !this.#child.connected) return;
    this.#child.send(request, (failure) => {
      if (failure !== null) this.#options.log.debug({ failure: String(failure) }, "a request did not reach listen");
    });
  }

  kill(why: string): void {
    this.#why = why;
    this.#child.kill("SIGKILL");
  }

  /** Lets it finish what it is recognising, for at most `patienceMs`. */
  async stop(patienceMs: number): Promise<void> {
    this.#why = "stopped";
    this.send({ kind: "stop" });
    const patience = this.#options.clock.after(patienceMs, () => this.kill("stopped"));
    if (this.#child.exitCode === null && this.#child.signalCode === null && this.#child.pid !== undefined) {
      await this.#exited;
    }
    patience.cancel();
  }

  #hear(message: unknown): void {
    const report = ListenReport.safeParse(message);
    if (!report.success) {
      this.#options.log.error({ issues: report.error.issues.length }, "listen said something that is no report");
      return;
    }
    if (report.data.kind === "pong") this.#answeredMs = this.#options.clock.monotonicMs();
    if (report.data.kind === "ready" && this.#state === "starting") {
      this.#state = "ready";
      this.#watch.cancel();
      this.#answeredMs = this.#options.clock.monotonicMs();
      this.#beat();
      this.#options.onReady();
    }
    this.#options.onReport(report.data);
  }

  #beat(): void {
    const { clock, heartbeatMs, hungAfterMs } = this.#options;
    this.#watch = clock.after(heartbeatMs, () => {
      if (clock.monotonicMs() - this.#answeredMs > hungAfterMs) this.kill("hung");
      else {
        this.send({ kind: "ping", pingId: this.#pingId++ });
        this.#beat();
      }
    });
  }

  #gone(why: string): void {
    if (this.#state === "gone") return;
    this.#state = "gone";
    this.#watch.cancel();
    this.#options.onLost(why);
  }
}
