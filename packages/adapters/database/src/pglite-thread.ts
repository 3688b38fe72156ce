import { Duplex } from "node:stream";
import { Worker } from "node:worker_threads";
import type { Clock, Log, Timer } from "@jikimi/kernel";
import { DatabaseError } from "./errors.ts";

type FromWorker =
  | { readonly ready: true }
  | { readonly failed: string }
  | { readonly connection: number; readonly bytes: Uint8Array };

/**
 * The thread that PGlite runs in. `pg` speaks to it through `connect()`'s streams in the wire protocol, as it would
 * to a server, so that there is one way to a database. A thread that dies, or does not answer for `answerWithinMs`
 * (PGlite 0.5 spins for ever once PostgreSQL has panicked, as on a full disk), is ended and fails its connections; the
 * next one starts it again, and PostgreSQL recovers from its log.
 */
export class PGliteThread {
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #connections = new Map<number, PGliteConnection>();
  #starting: Promise<Worker> | null = null;
  #connectionCount = 0;
  #closing = false;
  /** Messages sent that have no answer yet. */
  #unanswered = 0;
  #watchdog: Timer | undefined;

  constructor({ folder, clock, log }: { folder: string; clock: Clock; log: Log }) {
    this.#folder = folder;
    this.#clock = clock;
    this.#log = log;
  }

  /** What `pg`'s `stream` option asks for: a socket that is not connected yet. */
  connection(): PGliteConnection {
    this.#connectionCount += 1;
    const number = this.#connectionCount;
    const connection = new PGliteConnection({
      connect: async () => {
        const worker = await this.#running();
        this.#connections.set(number, connection);
        return {
          send: (bytes) => {
            this.#unanswered += 1;
            if (this.#unanswered === 1) this.#watch(worker);
            worker.postMessage({ connection: number, bytes });
          },
          end: () => {
            if (this.#connections.delete(number)) worker.postMessage({ connection: number, end: true });
          },
        };
      },
    });
    return connection;
  }

  /** Starts PGlite if it is not running; rejects when the folder cannot be opened. */
  async start(): Promise<void> {
    await this.#running();
  }

  async close(): Promise<void> {
    this.#closing = true;
    const worker = await this.#starting?.catch(() => null);
    if (worker === null || worker === undefined) return;
    const gone = new Promise<void>((resolve) => worker.once("exit", () => resolve()));
    worker.postMessage({ close: true });
    this.#watch(worker);
    await gone;
  }

  #running(): Promise<Worker> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  #start(): Promise<Worker> {
    return new Promise((resolve, reject) => {
      const worker = new Worker(new URL("./pglite-worker.mjs", import.meta.url), {
        workerData: { folder: this.#folder },
        execArgv: [],
        env: {},
      });
      worker.on("message", (message: FromWorker) => {
        this.#watchdog?.cancel();
        if ("ready" in message) resolve(worker);
        else if ("failed" in message) reject(this.#unusable(message.failed));
        else {
          this.#unanswered -= 1;
          if (this.#unanswered > 0) this.#watch(worker);
          this.#connections.get(message.connection)?.receive(message.bytes);
        }
      });
      this.#watch(worker);
      worker.on("error", (failure) => this.#lost(String(failure), reject));
      worker.on("exit", (code) => this.#lost(`exit code ${code}`, reject));
    });
  }

  #watch(worker: Worker): void {
    this.#watchdog?.cancel();
    this.#watchdog = this.#clock.after(answerWithinMs, () => {
      this.#log.error({ answerWithinMs }, "the PGlite thread does not answer and is ended");
      void worker.terminate();
    });
  }

  #lost(why: string, reject: (failure: unknown) => void): void {
    if (this.#starting === null) return;
    this.#starting = null;
    this.#unanswered = 0;
    this.#watchdog?.cancel();
    if (!this.#closing) this.#log.error({ why }, "the PGlite thread ended");
    const failure = this.#unusable(why);
    for (const connection of this.#connections.values()) connection.destroy(failure);
    this.#connections.clear();
    reject(failure);
  }

  #unusable(why: string): DatabaseError {
    return new DatabaseError("worker-lost", {
      ko: `내장 데이터베이스(PGlite)가 멈추었습니다(${why}). 디스크 공간과 데이터 폴더 ${this.#folder}을(를) 확인해 주세요.`,
      en: `The built-in database (PGlite) stopped (${why}). Check disk space and the data folder ${this.#folder}.`,
    });
  }
}

/** Nothing we ask takes a second; recovering the log of a large site may take many. */
const answerWithinMs = 20_000;

type Line = { send(bytes: Uint8Array): void; end(): void };

/** As much of a socket as `pg` uses. */
export class PGliteConnection extends Duplex {
  readonly #open: () => Promise<Line>;
  #line: Line | null = null;

  constructor({ connect }: { connect: () => Promise<Line> }) {
    super();
    this.#open = connect;
  }

  connect(): this {
    this.#open().then(
      (line) => {
        this.#line = line;
        if (this.destroyed) this.#hangUp();
        else this.emit("connect");
      },
      (failure) => this.destroy(failure),
    );
    return this;
  }

  receive(bytes: Uint8Array): void {
    if (!this.destroyed && bytes.length > 0) this.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {}

  override _write(chunk: Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    this.#line?.send(Uint8Array.from(chunk));
    done();
  }

  /** `pg` corks parse, bind, describe, execute and sync together: one trip to the thread instead of five. */
  override _writev(chunks: readonly { chunk: Uint8Array }[], done: () => void): void {
    this.#line?.send(Uint8Array.from(Buffer.concat(chunks.map(({ chunk }) => chunk))));
    done();
  }

  override _final(done: () => void): void {
    done();
    this.push(null);
  }

  override _destroy(failure: Error | null, done: (failure: Error | null) => void): void {
    this.#hangUp();
    done(failure);
  }

  #hangUp(): void {
    this.#line?.end();
    this.#line = null;
  }
}
