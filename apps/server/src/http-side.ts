import { timingSafeEqual } from "node:crypto";
import { operations } from "@jikimi/http-api";
import type { Principal } from "@jikimi/identity";
import type { Log } from "@jikimi/kernel";
import Fastify, { type FastifyInstance } from "fastify";
import { findFreePort } from "./free-port.ts";
import { failure, OperationFailure } from "./operations/operation-failure.ts";
import { isHealthy, renderStatusPage, type ServerStatus } from "./status-page.ts";
import type { WhoAsks } from "./who-asks.ts";

/** One thing that can be asked of a running server; the command line and the HTTP API share them. */
export type OperationHandler = (name: string, input: unknown, who: Principal) => Promise<unknown>;

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
    status: () => Promise<ServerStatus>;
    operate: OperationHandler;
    authenticate: WhoAsks;
  }) {
    const { log, token, status, operate, authenticate } = options;
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
      const healthy = isHealthy(await status());
      return reply.code(healthy ? 200 : 503).send({ healthy });
    });
    this.#app.get("/", async (request, reply) => {
      const wanted = request.headers["accept-language"] ?? "ko";
      const language = /^\s*en/i.test(wanted) ? "en" : "ko";
      return reply.type("text/html; charset=utf-8").send(renderStatusPage(await status(), language));
    });
    for (const [name, { method, path }] of Object.entries(operations)) {
      this.#app.route({
        method,
        url: path,
        handler: async (request, reply) => {
          const who: Principal | null = isToken(request.headers.authorization, token)
            ? { kind: "command-line" }
            : await authenticate(request.raw);
          if (who === null) return reply.code(401).send(failure("not-signed-in").error);
          const parts = [request.query, request.body, request.params].filter((part) => part !== undefined);
          try {
            return await reply.send(await operate(name, Object.assign({}, ...parts), who));
          } catch (problem) {
            if (problem instanceof OperationFailure) return reply.code(statusOf(problem)).send(problem.error);
            log.error({ failure: String(problem), operation: name }, "an operation failed");
            return reply.code(500).send(failure("internal").error);
          }
        },
      });
    }
    this.#app.setErrorHandler((_failure, _request, reply) => reply.code(400).send(failure("invalid-input").error));
    this.#app.setNotFoundHandler((_request, reply) => reply.code(404).send(failure("not-found").error));
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

function statusOf({ error: { code } }: OperationFailure): number {
  if (code.endsWith("-unknown") || code === "not-found") return 404;
  if (code === "not-allowed" || code === "not-your-call") return 403;
  if (code === "call-over" || code === "action-refused" || code === "on-a-call" || code === "resting") return 409;
  if (code === "store-unavailable" || code === "server-stopping") return 503;
  return code.endsWith("-taken") || code.endsWith("-raced") ? 409 : 400;
}
