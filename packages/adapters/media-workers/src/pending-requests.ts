import type { Clock } from "@jikimi/kernel";
import type { MediaCommand, MediaReport, MediaRequest, MediaResult } from "@jikimi/worker-messages";
import type { ForkedWorker } from "@jikimi/worker-pool";
import { MediaWorkersError } from "./errors.ts";

export type MediaWorker = ForkedWorker<MediaRequest, MediaReport>;

type Pending = {
  readonly worker: MediaWorker;
  readonly resolve: (result: MediaResult) => void;
  readonly reject: (failure: MediaWorkersError) => void;
};

/** Numbers requests and settles each exactly once: with its worker's answer, its worker's death, or the end of patience. */
export class PendingRequests {
  readonly #clock: Clock;
  readonly #pending = new Map<number, Pending>();
  #requestId = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** A request whose answer nobody waits for. */
  unawaited(command: MediaCommand): MediaRequest {
    return { requestId: this.#requestId++, command };
  }

  /** Settles within `timeoutMs`: with the worker's answer, or a `MediaWorkersError`. */
  request(worker: MediaWorker, command: MediaCommand, timeoutMs: number): Promise<MediaResult> {
    const request = this.unawaited(command);
    const { requestId } = request;
    return new Promise((resolve, reject) => {
      const settled = () => {
        patience.cancel();
        this.#pending.delete(requestId);
      };
      const pending: Pending = {
        worker,
        resolve: (result) => {
          settled();
          resolve(result);
        },
        reject: (failure) => {
          settled();
          reject(failure);
        },
      };
      const patience = this.#clock.after(timeoutMs, () =>
        pending.reject(new MediaWorkersError("timeout", `${command.kind} was not answered within ${timeoutMs} ms`)),
      );
      this.#pending.set(requestId, pending);
      worker.send(request, (cause) => {
        pending.reject(new MediaWorkersError("worker-lost", "the media worker is gone", { cause }));
      });
    });
  }

  settle(report: Extract<MediaReport, { kind: "done" | "failed" }>): void {
    const pending = this.#pending.get(report.requestId);
    if (report.kind === "done") pending?.resolve(report.result);
    else pending?.reject(new MediaWorkersError(report.code, report.why));
  }

  workerLost(worker: MediaWorker): void {
    for (const pending of [...this.#pending.values()]) {
      if (pending.worker === worker) {
        pending.reject(new MediaWorkersError("worker-lost", "the media worker died"));
      }
    }
  }
}
