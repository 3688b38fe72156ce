import { timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type ApiError, desks, operations } from "@jikimi/http-api";
import { type Access, mayDo, type Principal, type Visit } from "@jikimi/identity";
import type { CallId, Clock, Log } from "@jikimi/kernel";
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from "fastify";
import type { CallAudio } from "./call-audio.ts";
import { findFreePort } from "./free-port.ts";
import type { Address, Addresses } from "./http/address.ts";
import { RequestLimits } from "./http/request-limits.ts";
import { isFromElsewhere } from "./http/same-origin.ts";
import { securityHeaders, statusPolicy } from "./http/security-headers.ts";
import { sendSound } from "./http/send-sound.ts";
import type { WebApp } from "./http/web-app.ts";
import { failure, OperationFailure } from "./operations/operation-failure.ts";
import { isHealthy, renderStatusPage, type ServerStatus, statusStyleSha256 } from "./status-page.ts";
import type { WhoAsks } from "./who-asks.ts";

/** One thing that can be asked of a running server; the command line and the HTTP API share them. */
export type OperationHandler = (
  name: string,
  input: unknown,
  who: Principal | null,
  visit: Visit | null,
) => Promise<unknown>;

/** `head` is what the client has already sent beyond its request. */
export type UpgradeHandler = (request: IncomingMessage, socket: Duplex, head: Buffer) => void;

declare module "fastify" {
  interface FastifyContextConfig {
    /** Who may ask: a route without it is not taken. */
    access?: Access;
  }
}

type Asked = { readonly address: Address; readonly who: Principal | null };

/** Nobody has to be signed in to send so much; a passkey's answer is the largest. */
const anyonesBodyLimit = 32 * 1024;
const bodyLimit = 256 * 1024;

export type HttpSideOptions = {
  readonly bindHost: string;
  readonly clock: Clock;
  readonly log: Log;
  readonly token: string;
  readonly addresses: Addresses;
  /** Null: nobody has built the page. */
  readonly webApp: WebApp | null;
  readonly status: () => Promise<ServerStatus>;
  readonly operate: OperationHandler;
  readonly authenticate: WhoAsks;
  readonly audio: CallAudio;
};

/**
 * The HTTP side of the server: the web app, its operations and WebSockets, health for machines. Whatever comes in is
 * held against where it came from, who asks and what they may, before a byte of its body is read.
 */
export class HttpSide implements AsyncDisposable {
  readonly #app: FastifyInstance;
  readonly #options: HttpSideOptions;
  readonly #limits: RequestLimits;
  readonly #upgrades = new Map<string, UpgradeHandler>();
  readonly #asked = new WeakMap<FastifyRequest, Asked>();

  constructor(options: HttpSideOptions) {
    this.#options = options;
    this.#limits = new RequestLimits(options.clock);
    this.#app = Fastify({ bodyLimit, logger: false, forceCloseConnections: true });
    this.#app.removeContentTypeParser("text/plain");
    this.#app.addHook("onRoute", ({ url, config }) => {
      if (config?.access === undefined) throw new Error(`the route ${url} does not say who may ask it`);
    });
    this.#app.addHook("onRequest", async (request, reply) => {
      const refusal = await this.#admit(request, reply);
      return refusal === null ? undefined : sendFailure(reply, refusal);
    });
    this.#addPages();
    for (const name of Object.keys(operations)) this.#addOperation(name as keyof typeof operations);
    this.#addAudio();
    this.#app.setErrorHandler((problem, _request, reply) => {
      const status =
        typeof problem === "object" && problem !== null && "statusCode" in problem ? problem.statusCode : 0;
      if (typeof status === "number" && status >= 400 && status < 500) {
        return reply.code(status).send(failure("invalid-input").error);
      }
      options.log.error({ failure: String(problem) }, "a request failed");
      return reply.code(500).send(failure("internal").error);
    });
    this.#app.setNotFoundHandler((_request, reply) => reply.code(404).send(failure("not-found").error));
    this.#app.server.on("upgrade", (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** Listens on the asked port or the next that is free. */
  async listen(asked: number): Promise<{ port: number; taken: readonly number[] }> {
    const { bindHost } = this.#options;
    const found = await findFreePort(bindHost, asked, { udp: false });
    if (found === null) throw new Error(`no free HTTP port from ${asked} on`);
    await this.#app.listen({ host: bindHost, port: found.port });
    const address = this.#app.server.address();
    const port = typeof address === "object" && address !== null ? address.port : found.port;
    return { port, taken: found.taken };
  }

  /** WebSockets to `path` go to `handle`, which asks whose session they carry. Pages of other sites never get so far. */
  onUpgrade(path: string, handle: UpgradeHandler): void {
    this.#upgrades.set(path, handle);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#app.close();
  }

  /** What speaks against a request, from what its head says. */
  async #admit(request: FastifyRequest, reply: FastifyReply): Promise<OperationFailure | null> {
    const { addresses, token, authenticate } = this.#options;
    const address = addresses.read(request.raw);
    reply.headers(securityHeaders("data", { https: address?.origin.startsWith("https:") === true }));
    reply.header("cache-control", "no-store");
    if (address === null) return failure("wrong-origin");
    const isCommand = isToken(request.headers.authorization, token);
    if (!isCommand) {
      const waitMs = this.#limits.take(address.source);
      if (waitMs > 0) return failure("too-many-requests", { retryAfterMs: waitMs });
      if (isFromElsewhere(request.raw, address.origin)) return failure("wrong-origin");
    }
    const access = request.routeOptions.config.access ?? "anyone";
    const needed = access !== "anyone" || request.url.startsWith("/api/");
    const who = isCommand ? { kind: "command-line" as const } : needed ? await authenticate(request.raw) : null;
    this.#asked.set(request, { address, who });
    const verdict = mayDo(access, who);
    return verdict === "allowed" ? null : failure(verdict);
  }

  #addPages(): void {
    const { status, webApp } = this.#options;
    const config = { access: "anyone" } as const;
    this.#app.get("/health", { config }, async (_request, reply) => {
      const healthy = isHealthy(await status());
      return reply.code(healthy ? 200 : 503).send({ healthy });
    });
    const showStatus = async (request: FastifyRequest, reply: FastifyReply) => {
      const wanted = request.headers["accept-language"] ?? "ko";
      const language = /^\s*en/i.test(wanted) ? "en" : "ko";
      reply.header("content-security-policy", statusPolicy(statusStyleSha256));
      return reply.type("text/html; charset=utf-8").send(renderStatusPage(await status(), language));
    };
    this.#app.get("/status", { config }, showStatus);
    if (webApp === null) {
      this.#app.get("/", { config }, showStatus);
      return;
    }
    this.#app.get("/*", { config }, async (request, reply) => {
      const path = request.url.split("?")[0] ?? "/";
      const isPage = !/^\/(?:api|live|sip)(?:\/|$)/.test(path);
      const file = isPage ? webApp.find(path, String(request.headers["accept-encoding"] ?? "")) : null;
      if (file === null) return reply.code(404).send(failure("not-found").error);
      const https = this.#asked.get(request)?.address.origin.startsWith("https:") === true;
      reply.headers({ ...securityHeaders("page", { https }), ...file.headers, etag: file.etag });
      if (request.headers["if-none-match"] === file.etag) return reply.code(304).send();
      return reply.send(file.body);
    });
  }

  #addOperation(name: keyof typeof operations): void {
    const { operate } = this.#options;
    const { method, path, access } = operations[name];
    this.#app.route({
      method,
      url: path,
      config: { access },
      bodyLimit: access === "anyone" ? anyonesBodyLimit : bodyLimit,
      handler: async (request, reply) => {
        const { who, address } = this.#asked.get(request) ?? { who: null, address: null };
        const visit =
          address === null ? null : visitOf(request.raw, address, (one) => void reply.header("set-cookie", one));
        const parts = [request.query, request.body, request.params].filter((part) => part !== undefined);
        try {
          return await reply.send(await operate(name, Object.assign({}, ...parts), who, visit));
        } catch (problem) {
          return this.#fail(reply, problem, name);
        }
      },
    });
  }

  /** What was recorded of one's own call: no operation, because a sound is no JSON. */
  #addAudio(): void {
    const { audio } = this.#options;
    const config = { access: desks };
    this.#app.get("/api/desk/calls/:callId/audio", { config, exposeHeadRoute: false }, async (request, reply) => {
      const who = this.#asked.get(request)?.who;
      const { callId } = request.params as { callId: string };
      try {
        if (who?.kind !== "person") throw failure("not-allowed");
        return await sendSound(await audio.listen(who.personId, callId as CallId), request, reply);
      } catch (problem) {
        return this.#fail(reply, problem, "audio");
      }
    });
  }

  #fail(reply: FastifyReply, problem: unknown, operation: string): FastifyReply {
    if (problem instanceof OperationFailure) return sendFailure(reply, problem);
    this.#options.log.error({ failure: String(problem), operation }, "an operation failed");
    return reply.code(500).send(failure("internal").error);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    const handle = this.#upgrades.get(request.url?.split("?")[0] ?? "");
    const address = this.#options.addresses.read(request);
    if (handle === undefined || address === null) return refuseUpgrade(socket, "404 Not Found");
    const { origin } = request.headers;
    if (origin !== undefined && origin !== address.origin) return refuseUpgrade(socket, "403 Forbidden");
    if (this.#limits.take(address.source) > 0) return refuseUpgrade(socket, "429 Too Many Requests");
    // Every browser names its origin. What does not is a program, which has no session: it will be asked for a password.
    if (origin === undefined) delete request.headers.cookie;
    handle(request, socket, head);
  }
}

/** What the identity service needs to know of a request. */
export function visitOf(request: IncomingMessage, address: Address, setCookie: (header: string) => void): Visit {
  return { ...address, cookies: request.headers.cookie ?? "", setCookie };
}

function refuseUpgrade(socket: Duplex, status: string): void {
  socket.on("error", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}

function sendFailure(reply: FastifyReply, { error }: OperationFailure): FastifyReply {
  if (error.retryAfterS !== undefined) reply.header("retry-after", error.retryAfterS);
  return reply.code(statusOf(error)).send(error);
}

function isToken(header: string | undefined, token: string): boolean {
  const given = Buffer.from(header?.replace(/^Bearer /, "") ?? "");
  const wanted = Buffer.from(token);
  return given.length === wanted.length && timingSafeEqual(given, wanted);
}

const statuses: Readonly<Partial<Record<ApiError["code"], number>>> = {
  "not-signed-in": 401,
  "wrong-credentials": 401,
  "second-factor-required": 401,
  "second-factor-wrong": 401,
  "passkey-refused": 401,
  "sign-in-again": 403,
  "not-allowed": 403,
  "not-your-call": 403,
  "setup-code-required": 403,
  "wrong-origin": 403,
  "not-found": 404,
  "already-set-up": 409,
  "second-factor-already-set": 409,
  "call-over": 409,
  "action-refused": 409,
  "on-a-call": 409,
  resting: 409,
  "too-many-attempts": 429,
  "too-many-requests": 429,
  "store-unavailable": 503,
  "server-stopping": 503,
};

function statusOf({ code }: ApiError): number {
  if (code.endsWith("-unknown")) return 404;
  return statuses[code] ?? (code.endsWith("-taken") || code.endsWith("-raced") ? 409 : 400);
}
