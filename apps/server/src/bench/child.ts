import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Clock } from "@jikimi/kernel";
import type { z } from "zod";
import { sourceExecArgv } from "../worker-entries.ts";

const stopPatienceMs = 15_000;

/**
 * A process of the bench's own: every message to it is answered by exactly one, in order. It leaves when its pipe to us
 * closes. What it is not asked for it does not say.
 */
export class BenchChild<Request, Report> implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  readonly #waiting: { resolve: (report: Report) => void; reject: (failure: Error) => void }[] = [];
  readonly #exited: Promise<void>;
  #why: Error | null = null;

  constructor(options: {
    /** The child's program, seen from the caller's `import.meta.url`. */
    readonly entry: URL;
    readonly config?: unknown;
    readonly execArgv?: readonly string[];
    readonly report: z.ZodType<Report>;
    readonly clock: Clock;
  }) {
    const { entry, config = null, execArgv = [], report, clock } = options;
    this.#clock = clock;
    this.#child = fork(fileURLToPath(entry), [JSON.stringify(config)], {
      execArgv: [...sourceExecArgv, ...execArgv],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.#child.on("message", (message) => {
      const told = report.safeParse(message);
      const waiting = this.#waiting.shift();
      if (told.success) waiting?.resolve(told.data);
      else waiting?.reject(new Error(`a bench process answered what it should not: ${JSON.stringify(message)}`));
    });
    this.#exited = new Promise((resolve) => {
      this.#child.once("exit", (code, signal) => {
        this.#why = new Error(`a bench process ended with ${signal ?? code}`);
        for (const { reject } of this.#waiting.splice(0)) reject(this.#why);
        resolve();
      });
    });
  }

  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error("the bench process did not start");
    return pid;
  }

  /** Rejects when the process is gone, or does not answer within `withinMs`. */
  ask(request: Request, { withinMs = 30_000 }: { withinMs?: number } = {}): Promise<Report> {
    return new Promise((resolve, reject) => {
      if (this.#why !== null) return reject(this.#why);
      const patience = this.#clock.after(withinMs, () => reject(new Error("a bench process does not answer")));
      this.#waiting.push({
        resolve: (report) => {
          patience.cancel();
          resolve(report);
        },
        reject: (failure) => {
          patience.cancel();
          reject(failure);
        },
      });
      this.#child.send(request as object);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#why !== null) return;
    if (this.#child.connected) this.#child.disconnect();
    const patience = this.#clock.after(stopPatienceMs, () => this.#child.kill("SIGKILL"));
    await this.#exited;
    patience.cancel();
  }
}

/** The other end: answers each request in turn, and leaves (cleaned up) when whoever asked is gone. */
export function answerRequests<Request>(
  schema: z.ZodType<Request>,
  answer: (request: Request) => unknown,
  cleanUp: () => Promise<void> | void = () => {},
): void {
  let last: Promise<unknown> = Promise.resolve();
  process.on("message", (message) => {
    last = last.then(async () => {
      const reply = await answer(schema.parse(message));
      if (process.connected) process.send?.(reply);
    });
    last.catch((failure: unknown) => {
      process.stderr.write(`${failure instanceof Error ? failure.stack : String(failure)}\n`);
      process.exit(1);
    });
  });
  process.on("disconnect", () => {
    void Promise.resolve(cleanUp()).then(() => process.exit(0));
  });
  // A terminal's Ctrl+C reaches every process of the group; the bench itself decides when to leave.
  process.on("SIGINT", () => {});
}

/** Of the process that asks. */
export function heapMiB(): number {
  return Math.round(process.memoryUsage().heapUsed / 2 ** 20);
}
