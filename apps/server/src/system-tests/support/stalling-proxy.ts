import { connect, createServer, type Server, type Socket } from "node:net";

const host = "127.0.0.1";

/** A TCP connection in between that can hold everything back, or break, as a network or a database does. */
export class StallingProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #targetPort: number;
  readonly #pairs = new Set<readonly [Socket, Socket]>();
  #state: "open" | "stalled" | "cut" = "open";

  private constructor(server: Server, targetPort: number) {
    this.#server = server;
    this.#targetPort = targetPort;
    server.on("connection", (near) => this.#join(near));
  }

  static open(targetPort: number): Promise<StallingProxy> {
    const server = createServer();
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(0, host, () => resolve(new StallingProxy(server, targetPort)));
    });
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === "object" && address !== null ? address.port : 0;
  }

  /** Nothing passes any more, and nothing breaks. */
  stall(): void {
    this.#state = "stalled";
    for (const pair of this.#pairs) for (const socket of pair) socket.pause();
  }

  /** Every connection breaks, and so does every new one. */
  cut(): void {
    this.#state = "cut";
    for (const pair of this.#pairs) for (const socket of pair) socket.destroy();
  }

  /** What was held back goes on; new connections pass. */
  open(): void {
    this.#state = "open";
    for (const pair of this.#pairs) for (const socket of pair) socket.resume();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise<void>((resolve) => this.#server.close(() => resolve()));
  }

  #join(near: Socket): void {
    if (this.#state === "cut") {
      near.destroy();
      return;
    }
    const far = connect(this.#targetPort, host);
    const pair = [near, far] as const;
    this.#pairs.add(pair);
    for (const [from, to] of [pair, [far, near] as const]) {
      from.on("data", (bytes) => to.write(bytes));
      from.on("error", () => {});
      from.on("close", () => {
        this.#pairs.delete(pair);
        to.destroy();
      });
      if (this.#state === "stalled") from.pause();
    }
  }
}
