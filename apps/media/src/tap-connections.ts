import type { Clock, Log } from "@jikimi/kernel";
import { TapConnection } from "./tap-connection.ts";
import type { TapStream } from "./tap-stream.ts";

export type TapSink = { readonly host: string; readonly port: number; readonly token: string };

/** One connection to each listen worker: opened with the first tap to it, and closed a little after the last. */
export class TapConnections implements Disposable {
  readonly #clock: Clock;
  readonly #log: Log;
  readonly #connections = new Map<string, TapConnection>();

  constructor({ clock, log }: { clock: Clock; log: Log }) {
    this.#clock = clock;
    this.#log = log;
  }

  /** A stream to that listen worker. `epochOffsetMs` is the wall clock at the monotonic clock's zero. */
  open({ host, port, token }: TapSink, { epochOffsetMs, log }: { epochOffsetMs: number; log: Log }): TapStream {
    return this.#connectionTo(host, port).start({ token, epochOffsetMs, log });
  }

  /** At the end of each beat: what the streams said in it leaves in one write a connection. */
  send(): void {
    for (const connection of this.#connections.values()) connection.send();
  }

  [Symbol.dispose](): void {
    for (const connection of [...this.#connections.values()]) connection.close();
  }

  #connectionTo(host: string, port: number): TapConnection {
    const place = `${host} ${port}`;
    const known = this.#connections.get(place);
    if (known !== undefined) return known;
    const [clock, log] = [this.#clock, this.#log];
    const onOver = () => this.#connections.delete(place);
    const connection = new TapConnection({ host, port, clock, log, onOver });
    this.#connections.set(place, connection);
    return connection;
  }
}
