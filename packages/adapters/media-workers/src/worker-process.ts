import { type ChildProcess, fork } from "node:child_process";
import type { CallId, Clock, Log, Timer } from "@jikimi/kernel";
import {
  type MediaCommand,
  type MediaPlaneEvent,
  MediaReport,
  type MediaRequest,
  type MediaResult,
} from "@jikimi/worker-messages";
import { MediaWorkersError } from "./errors.ts";

/** The program of the media process and how Node is to start it (`["--import", "tsx"]` for source, none for a bundle). */
export type WorkerEntry = { readonly path: string; readonly execArgv: readonly string[] };

export type WorkerProcessOptions = {
  readonly entry: WorkerEntry;
  /** Its only argument, in JSON. */
  readonly config: unknown;
  readonly clock: Clock;
  readonly log: Log;
  /** A worker that is not ready by then is killed and counts as lost. */
  readonly startTimeoutMs: number;
  readonly heartbeatMs: number;
  /** A worker that leaves a ping unanswered for this long hangs, and is killed. */
  readonly hungAfterMs: number;
  readonly onReady: () => void;
  readonly onEvent: (event: MediaPlaneEvent) => void;
  /** The process is gone; called once. */
  readonly onLost: (why: string) => void;
};

type Pending = {
  readonly resolve: (result: MediaResult) => void;
  readonly reject: (failure: MediaWorkersError) => void;
};

/** One life of one media process: from fork to exit. A new life is a new object. */
export class WorkerProcess {
  readonly calls = new Set<CallId>();
  readonly #options: WorkerProcessOptions;
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  readonly #pending = new Map<number, Pending>();
  #state: "starting" | "ready" | "gone" = "starting";
  #watch: Timer;
  #requestId = 0;
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

  /** Settles within `timeoutMs`: with the worker's answer, or a `MediaWorkersError`. */
  request(command: MediaCommand, timeoutMs: number): Promise<MediaResult> {
    const requestId = this.#requestId++;
    return new Promise((resolve, reject) => {
      if (this.#state === "gone") {
        reject(new MediaWorkersError("worker-lost", "the media worker is gone"));
        return;
      }
      const settled = () => {
        patience.cancel();
        this.#pending.delete(requestId);
      };
      const pending: Pending = {
        resolve: (result) => {
          settled();
          resolve(result);
        },
        reject: (failure) => {
          settled();
          reject(failure);
        },
      };
      const patience = this.#options.clock.after(timeoutMs, () =>
        pending.reject(new MediaWorkersError("timeout", `${command.kind} was not answered within ${timeoutMs} ms`)),
      );
      this.#pending.set(requestId, pending);
      const request: MediaRequest = { requestId, command };
      this.#child.send(request, (cause) => {
        if (cause !== null) pending.reject(new MediaWorkersError("worker-lost", "the media worker is gone", { cause }));
      });
    });
  }

  kill(why: string): void {
    this.#why = why;
    this.#child.kill("SIGKILL");
  }

  /** Lets it close its recordings, for at most `patienceMs`. */
  async stop(patienceMs: number): Promise<void> {
    this.#why = "stopped";
    this.request({ kind: "stop" }, patienceMs).catch(() => {});
    const patience = this.#options.clock.after(patienceMs, () => this.kill("did not stop"));
    if (this.#child.exitCode === null && this.#child.signalCode === null && this.#child.pid !== undefined) {
      await this.#exited;
    }
    patience.cancel();
  }

  #hear(message: unknown): void {
    const parsed = MediaReport.safeParse(message);
    if (!parsed.success) {
      this.#options.log.error({ issues: parsed.error.issues.length }, "media said something that is no report");
      return;
    }
    const report = parsed.data;
    switch (report.kind) {
      case "ready":
        this.#ready();
        break;
      case "done":
        this.#pending.get(report.requestId)?.resolve(report.result);
        break;
      case "failed":
        this.#pending.get(report.requestId)?.reject(new MediaWorkersError(report.code, report.why));
        break;
      case "event":
        this.#options.onEvent(report.event);
        break;
    }
  }

  #ready(): void {
    if (this.#state !== "starting") return;
    this.#state = "ready";
    this.#watch.cancel();
    this.#beat();
    this.#options.onReady();
  }

  #beat(): void {
    const { clock, heartbeatMs, hungAfterMs } = this.#options;
    this.#watch = clock.after(heartbeatMs, () => {
      this.request({ kind: "ping" }, hungAfterMs).then(
        () => {
          if (this.#state === "ready") this.#beat();
        },
        (failure: MediaWorkersError) => {
          if (failure.code === "timeout") this.kill("hung");
        },
      );
    });
  }

  #gone(why: string): void {
    if (this.#state === "gone") return;
    this.#state = "gone";
    this.#watch.cancel();
    for (const pending of [...this.#pending.values()]) {
      pending.reject(new MediaWorkersError("worker-lost", "the media worker died"));
    }
    this.#options.onLost(why);
  }
}
