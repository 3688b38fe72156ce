import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { type Duplex, Readable } from "node:stream";
import { operations } from "@jikimi/http-api";
import type { Principal } from "@jikimi/identity";
import type { CallId, Log } from "@jikimi/kernel";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import { type CallAudio, type HeardSound, rangeOf } from "./call-audio.ts";
import { findFreePort } from "./free-port.ts";
import { failure, OperationFailure } from "./operations/operation-failure.ts";
import { isHealthy, renderStatusPage, type ServerStatus } from "./status-page.ts";
import type { WhoAsks } from "./who-asks.ts";

type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

/** One thing that can be asked of a running server; the command line and the HTTP API share them. */
export type OperationHandler = (name: string, input: unknown, who: Principal) => Promise<unknown>;

/**
 * The HTTP side of the server: health for machines, a status page for people, operations for the command line (by the
 * run file's token) and, of the desk, for people by their session; everything else is denied.
 */
export class HttpSide implements AsyncDisposable {
  readonly #app: FastifyInstance;
  readonly #bindHost: string;
  readonly #upgrades = new Map<string, UpgradeHandler>();

  constructor(options: {
    bindHost: string;
    log: Log;
    token: string;
    status: () => Promise<ServerStatus>;
    operate: OperationHandler;
    authenticate: WhoAsks;
    audio: CallAudio;
  }) {
    const { log, token, status, operate, authenticate, audio } = options;
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
    const whoAsks = async (request: FastifyRequest): Promise<Principal> => {
      if (isToken(request.headers.authorization, token)) return { kind: "command-line" };
      const person = await authenticate(request.raw);
      if (person === null) throw failure("not-signed-in");
      return person;
    };
    const refuse = (problem: unknown, reply: FastifyReply, operation: string) => {
      if (problem instanceof OperationFailure) return reply.code(statusOf(problem)).send(problem.error);
      log.error({ failure: String(problem), operation }, "an operation failed");
      return reply.code(500).send(failure("internal").error);
    };
    for (const [name, { method, path }] of Object.entries(operations)) {
      this.#app.route({
        method,
        url: path,
        handler: async (request, reply) => {
          const parts = [request.query, request.body, request.params].filter((part) => part !== undefined);
          try {
            const who = await whoAsks(request);
            if (who.kind === "person" && !isOfTheDesk(name)) throw failure("not-allowed");
            return await reply.send(await operate(name, Object.assign({}, ...parts), who));
          } catch (problem) {
            return refuse(problem, reply, name);
          }
        },
      });
    }
    this.#app.get("/api/desk/calls/:callId/audio", { exposeHeadRoute: false }, async (request, reply) => {
      try {
        const who = await whoAsks(request);
        if (who.kind !== "person") throw failure("not-allowed");
        const { callId } = request.params as { callId: string };
        return await sendSound(await audio.listen(who.personId, callId as CallId), request, reply);
      } catch (problem) {
        return refuse(problem, reply, "audio");
      }
    });
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

  /** WebSockets come in here: SIP (RFC 7118) and the desk's live side. A path that nobody takes is closed. */
  onUpgrade(path: string, handle: UpgradeHandler): void {
    if (this.#upgrades.size === 0) {
      this.#app.server.on("upgrade", (request, socket, head) => {
        const taken = this.#upgrades.get(request.url?.split("?")[0] ?? "");
        if (taken === undefined) socket.destroy();
        else taken(request, socket, head);
      });
    }
    this.#upgrades.set(path, handle);
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

/** What people ask for by their session; the rest is for whoever runs the machine. */
function isOfTheDesk(operation: string): boolean {
  return operation.startsWith("desk.") || operation.startsWith("help.");
}

/** The whole WAV or the asked part of it (RFC 9110 §14), made while it is sent. */
async function sendSound(sound: HeardSound, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { byteLength } = sound.call;
  const range = rangeOf(request.headers.range, byteLength);
  void reply.type("audio/wav").header("accept-ranges", "bytes");
  if (range === "unsatisfiable") {
    await sound[Symbol.asyncDispose]();
    return reply.code(416).header("content-range", `bytes */${byteLength}`).send();
  }
  const { from, to } = range === "whole" ? { from: 0, to: byteLength } : range;
  if (range !== "whole") void reply.code(206).header("content-range", `bytes ${from}-${to - 1}/${byteLength}`);
  return reply.header("content-length", to - from).send(Readable.from(readAndClose(sound, from, to)));
}

async function* readAndClose(sound: HeardSound, from: number, to: number): AsyncGenerator<Uint8Array> {
  try {
    yield* sound.call.read(from, to);
  } finally {
    await sound[Symbol.asyncDispose]();
  }
}

function statusOf({ error: { code } }: OperationFailure): number {
  if (code === "not-signed-in") return 401;
  if (code.endsWith("-unknown") || code === "not-found") return 404;
  if (code === "not-allowed" || code === "not-your-call") return 403;
  if (code === "call-over" || code === "action-refused" || code === "on-a-call" || code === "resting") return 409;
  if (code === "store-unavailable" || code === "server-stopping") return 503;
  return code.endsWith("-taken") || code.endsWith("-raced") ? 409 : 400;
}
