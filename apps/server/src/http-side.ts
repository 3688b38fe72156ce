import { timingSafeEqual } from "node:crypto";
import type { Log } from "@jikimi/kernel";
import Fastify, { type FastifyInstance } from "fastify";
import { CommandFailure } from "./cli/command.ts";
import type { Text } from "./cli/text.ts";
import { findFreePort } from "./free-port.ts";
import { renderStatusPage, type ServerStatus } from "./status-page.ts";

/** One thing that can be asked of a running server; the command line and the HTTP API share them. */
export type OperationHandler = (name: string, input: unknown) => Promise<unknown>;

/** What an operation says when it will not: told in both languages, with its way out. */
type Refusal = { readonly code: string; readonly problem: Text; readonly wayOut: Text };

/**
 * The HTTP side of the server: health for machines, a status page for people, operations for the command line. Only
 * who holds the run file's token may ask for operations; everything else is denied.
 */
export class HttpSide implements AsyncDisposable {
  readonly #app: FastifyInstance;
  readonly #bindHost: string;

  constructor(options: {
    bindHost: string;
    log: Log;
    token: string;
    status: () => ServerStatus;
    operate: OperationHandler;
  }) {
    const { log, token, status, operate } = options;
    this.#bindHost = options.bindHost;
    this.#app = Fastify({ bodyLimit: 1024 * 1024, logger: false, forceCloseConnections: true });
    this.#app.addHook("onSend", async (_request, reply) => {
      reply.headers({
        "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'",
        "x-content-type-options": "nosniff",
        "referrer-policy": "no-referrer",
        "cache-control": "no-store",
      });
    });
    this.#app.get("/health", async (_request, reply) => {
      const { healthy } = status();
      return reply.code(healthy ? 200 : 503).send({ healthy });
    });
    this.#app.get("/", async (request, reply) => {
      const wanted = request.headers["accept-language"] ?? "ko";
      const language = /^\s*en/i.test(wanted) ? "en" : "ko";
      return reply.type("text/html; charset=utf-8").send(renderStatusPage(status(), language));
    });
    this.#app.post<{ Params: { name: string } }>("/api/operations/:name", async (request, reply) => {
      if (!isToken(request.headers.authorization, token)) {
        return reply.code(401).send({ error: { code: "not-authorised" } });
      }
      try {
        return await reply.send({ result: await operate(request.params.name, request.body ?? {}) });
      } catch (failure) {
        if (failure instanceof CommandFailure) {
          const { code, problem, wayOut } = failure;
          const error: Refusal = { code, problem, wayOut };
          return reply.code(422).send({ error });
        }
        log.error({ failure: String(failure), operation: request.params.name }, "an operation failed");
        return reply.code(500).send({ error: { code: "unexpected" } });
      }
    });
  }

  /** Listens on the asked port or the next that is free. */
  async listen(asked: number): Promise<{ port: number; taken: readonly number[] }> {
    const found = await findFreePort(this.#bindHost, asked, { udp: false });
    if (found === null) throw new Error(`no free HTTP port from ${asked} on`);
    await this.#app.listen({ host: this.#bindHost, port: found.port });
    const address = this.#app.server.address();
    const port = typeof address === "object" && address !== null ? address.port : found.port;
    return { port, taken: found.taken };
  }

  /** SIP over WebSocket comes in here (RFC 7118). */
  onUpgrade(path: string, handle: Parameters<FastifyInstance["server"]["on"]>[1]): void {
    this.#app.server.on("upgrade", (request, socket, head) => {
      if (request.url?.split("?")[0] === path) handle(request, socket, head);
      else socket.destroy();
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#app.close();
  }
}

function isToken(header: string | undefined, token: string): boolean {
  const given = Buffer.from(header?.replace(/^Bearer /, "") ?? "");
  const wanted = Buffer.from(token);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}
