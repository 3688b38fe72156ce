import { readFile } from "node:fs/promises";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { type OperationName, type OperationOutput, type OperationRequest, operations } from "@jikimi/http-api";
import type { CallView, DeskState, ServerMessage } from "@jikimi/live-events";
import { type WebSocket, WebSocketServer } from "ws";
import * as data from "./mock-data.ts";
import { MockSignIn, type Ways } from "./mock-sign-in.ts";
import { Refusal } from "./refusal.ts";
import { type Scene, type SceneName, scene } from "./scenes.ts";

const folder = fileURLToPath(new URL("..", import.meta.url));

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".js": "text/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".woff2": "font/woff2",
  ".webmanifest": "application/manifest+json",
};

/** As strict as the product's own: nothing inline, nothing from elsewhere. */
const policy = "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'";

export type MockOptions = {
  /** `dist` is the page itself, `dist-testing` the one with a telephone that needs no SIP. */
  readonly build: "dist" | "dist-testing";
  readonly nowMs: () => number;
  readonly port?: number;
};

type Done = OperationOutput<"desk.hold">;
type Answers = {
  readonly [Name in OperationName]?: (input: OperationRequest<Name>) => OperationOutput<Name>;
};

/** Speaks the contract from scenes, so that screens can be looked at without a server, a telephone or a caller. */
export class MockServer {
  readonly #options: MockOptions;
  readonly #http: Server;
  readonly #live = new Set<WebSocket>();
  readonly #phones = new Set<WebSocket>();
  /** Where this server itself was wrong: an answer that the contract does not know. */
  readonly mistakes: string[] = [];
  #scene: Scene;
  readonly #signedIn: MockSignIn;
  #calls = 12;
  #empty = false;
  #failing: OperationName | null = null;
  #revision = 1;
  #audio: Uint8Array | null = null;

  constructor(options: MockOptions) {
    this.#options = options;
    this.#signedIn = new MockSignIn(options.nowMs);
    this.#scene = scene("waiting", options.nowMs());
    this.#http = createServer((request, response) => void this.#answer(request, response));
    const sockets = new WebSocketServer({ noServer: true });
    this.#http.on("upgrade", (request, socket, head) => {
      sockets.handleUpgrade(request, socket, head, (client) => {
        if (request.url?.startsWith("/live")) this.#welcome(client);
        else this.#ring(client);
      });
    });
  }

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#http.listen(this.#options.port ?? 0, "127.0.0.1", resolve));
    return `http://127.0.0.1:${(this.#http.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    for (const socket of [...this.#live, ...this.#phones]) socket.terminate();
    this.#http.closeAllConnections();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  /** Shows a scene to every page that looks. */
  show(name: SceneName): void {
    this.#scene = scene(name, this.#options.nowMs());
    this.#tellAll();
  }

  /** Changes what the desk is, as the server would. */
  change(change: (desk: DeskState) => DeskState): void {
    this.#scene = { ...this.#scene, desk: change(this.#scene.desk) };
    this.#tellAll();
  }

  signIn(role: data.Role | null, setup: OperationOutput<"session">["setup"] = []): void {
    this.#signedIn.begin(role, setup);
  }

  /** What the person has beside the password; whoever `signIn` is about begins without. */
  secure(ways: Ways): void {
    this.#signedIn.secure(ways);
  }

  /** How many calls the lists hold; none: every list of the server is empty. */
  keep(calls: number): void {
    this.#calls = calls;
    this.#empty = calls === 0;
  }

  /** This operation does not work until it is null again. */
  fail(name: OperationName | null): void {
    this.#failing = name;
  }

  /** The server goes away for live events, and refuses new ones until `show`. */
  dropLive(): void {
    for (const socket of this.#live) socket.terminate();
  }

  say(message: ServerMessage): void {
    for (const socket of this.#live) socket.send(JSON.stringify(message));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? "/", `http://${request.headers.host ?? "mock"}`);
    if (url.pathname.startsWith("/api/")) {
      await this.#api(request, response, url);
      return;
    }
    await this.#file(response, url.pathname);
  }

  async #file(response: ServerResponse, pathname: string): Promise<void> {
    const asked = normalize(pathname).replace(/^(?:\.\.\/)+/, "");
    const path = extname(asked) === "" ? "/index.html" : asked;
    try {
      const content = await readFile(join(folder, this.#options.build, path));
      response.writeHead(200, {
        "content-type": types[extname(path)] ?? "application/octet-stream",
        "content-security-policy": policy,
        "cache-control": path.startsWith("/assets/") ? "public, max-age=31536000, immutable" : "no-cache",
      });
      response.end(content);
    } catch {
      response.writeHead(404).end();
    }
  }

  async #api(request: IncomingMessage, response: ServerResponse, url: URL): Promise<void> {
    if (/^\/api\/desk\/calls\/[^/]+\/audio$/.test(url.pathname)) {
      this.#sound(request, response);
      return;
    }
    try {
      const { name, input } = await route(request, url);
      if (name === this.#failing) throw failed;
      const parsed = operations[name].input.safeParse(input);
      if (!parsed.success)
        throw new Refusal(400, { code: "invalid-input", ko: "입력값을 확인해 주세요.", en: "Check what was entered." });
      const answer = this.#answers(url.hostname)[name] as ((input: unknown) => unknown) | undefined;
      const output = answer === undefined ? {} : answer(parsed.data);
      reply(response, 200, operations[name].output.parse(output));
    } catch (failure) {
      if (failure instanceof Refusal) reply(response, failure.status, failure.body);
      else {
        this.mistakes.push(`${request.method} ${url.pathname}: ${String(failure)}`);
        reply(response, 500, { code: "internal", ko: String(failure), en: String(failure) });
      }
    }
  }

  #answers(hostname: string): Answers {
    const nowMs = this.#options.nowMs();
    const list = <List extends object>(all: List): List =>
      this.#empty ? (Object.fromEntries(Object.keys(all).map((key) => [key, []])) as unknown as List) : all;
    return {
      ...this.#signedIn.answers(hostname),
      "setup.organisation": () => this.#signedIn.step("organisation"),
      "setup.policy": () => this.#signedIn.step("policy"),
      "setup.presets": () => data.presets,
      "setup.sample": () => ({
        agents: [
          { username: "agent1", displayName: "김상담", password: "k4wq8xj2mvt7zr3hpd6n" },
          { username: "agent2", displayName: "이응대", password: "p9dfa6ct2yx5wgm8ehkb" },
        ],
        number: "070-0000-0120",
      }),
      "setup.skipPeople": () => this.#signedIn.step("people"),
      "policy.list": () => data.policies,
      "users.list": () => list(data.people),
      "users.add": ({ displayName, sipUsername, role, departmentId }) => ({
        person: { id: "new", displayName, sipUsername, role, departmentId, active: true, createdAtMs: nowMs },
        madePassword: "u7ehs3nb9kq4zfw2xtrm",
      }),
      "departments.list": () => list(data.departments),
      "departments.add": () => ({ department: data.passports }),
      "departments.set": () => ({ department: data.passports }),
      "numbers.list": () => list(data.numbers),
      "numbers.add": (input) => ({ number: input }),
      "numbers.set": ({ number, recognizer = null }) => ({ number: { number, departmentId: "passports", recognizer } }),
      "recognizers.list": () => data.recognizers,
      "trunks.list": () => list(data.trunks),
      "trunks.add": () => ({ trunk: data.carrier }),
      "desk.phone": () => ({
        webSocketPath: "/sip",
        addressOfRecord: "sip:agent1@127.0.0.1",
        displayName: "김서연",
        numberShown: "070-0000-0120",
        codecs: ["opus", "PCMU", "PCMA"],
        echoAddress: "echo",
        resumeHeader: "X-Jikimi-Resume",
      }),
      "desk.takePhone": () => this.#change((desk) => ({ ...desk, phone: { ...desk.phone, holder: "this-tab" } })),
      "desk.presence": (input) => this.#presence(input),
      "desk.act": ({ action }) => this.#act(action.kind),
      "desk.hold": ({ on }) => this.#changeCall((call) => ({ ...call, heldBy: on ? "agent" : null })),
      "desk.record": ({ on }) => this.#changeCall((call) => ({ ...call, recording: { ...call.recording, on } })),
      "desk.transfer": ({ to }) =>
        this.#changeCall((call) => ({ ...call, heldBy: "agent", consultation: { to, state: "ringing" } })),
      "desk.finishTransfer": ({ how }) =>
        how === "complete"
          ? this.#hangUp()
          : this.#changeCall((call) => ({ ...call, heldBy: null, consultation: null })),
      "desk.requestHelp": () =>
        this.#changeCall((call) => ({ ...call, help: { requestedAtMs: nowMs, takenBy: null } })),
      "desk.colleagues": () => list(data.colleagues),
      "desk.completeWrapUp": () => this.#show("waiting"),
      "desk.dispositions": () => data.dispositions,
      "desk.calls": ({ only, before }) => this.#list(only, before ?? null),
      "desk.seenMissed": () => this.#change((desk) => ({ ...desk, missedCalls: 0 })),
      "desk.callBack": () => ({ target: "callback-call-1" }),
      "desk.call": ({ callId }) => data.wholeCall(nowMs, callId),
      "trial.scenarios": () => list(data.scenarios),
      "trial.start": () => ({ callNumber: "010-1234-5678", dial: null }),
      "trial.speakYourself": () => ({ webSocketPath: "/sip?trial=1", from: "sip:trial@127.0.0.1", target: "agent1" }),
    };
  }

  #list(only: string, before: number | null): OperationOutput<"desk.calls"> {
    const calls = data
      .myCalls(this.#options.nowMs(), this.#calls)
      .filter(({ missed, incidentIds }) =>
        only === "missed" ? missed : only === "incidents" ? incidentIds.length > 0 : true,
      )
      .filter(({ startedAtMs }) => before === null || startedAtMs < before);
    return { calls: calls.slice(0, 50) };
  }

  #presence(input: OperationRequest<"desk.presence">): Done {
    const sinceMs = this.#options.nowMs();
    if (input.kind === "away") {
      const { reason } = input;
      return this.#change((desk) => ({ ...desk, presence: { kind: "away", reason, sinceMs } }));
    }
    return this.#change((desk) => ({ ...desk, wrapUp: null, presence: { kind: "ready", sinceMs } }));
  }

  #act(kind: string): Done {
    if (kind === "end-now") return this.#show("ended-rest");
    if (kind === "warn-now" || kind === "confirm") return this.#show("warning");
    return this.#changeCall((call) => ({ ...call, protection: { ...call.protection, band: null, next: null } }));
  }

  #hangUp(): Done {
    return this.#show("wrap-up");
  }

  #show(name: SceneName): Done {
    this.show(name);
    return {};
  }

  #change(change: (desk: DeskState) => DeskState): Done {
    this.change(change);
    return {};
  }

  #changeCall(change: (call: CallView) => CallView): Done {
    this.change((desk) => (desk.call === null ? desk : { ...desk, call: change(desk.call) }));
    return {};
  }

  #welcome(socket: WebSocket): void {
    this.#live.add(socket);
    socket.on("close", () => this.#live.delete(socket));
    socket.on("message", () => socket.send(JSON.stringify({ kind: "pong", serverTimeMs: this.#options.nowMs() })));
    const { role } = this.#signedIn;
    const { me } = data.sessionOf(role, [], 0);
    const hello = {
      kind: "hello",
      protocol: 1,
      serverTimeMs: this.#options.nowMs(),
      me: { personId: "person-1", displayName: me?.displayName ?? "", role },
    };
    socket.send(JSON.stringify(hello));
    this.#tell(socket);
  }

  #ring(socket: WebSocket): void {
    this.#phones.add(socket);
    socket.on("close", () => this.#phones.delete(socket));
    socket.on("message", (text) => {
      const { what } = JSON.parse((text as Buffer).toString()) as { what: string };
      if (what === "answer") this.#show("talking");
      else if (what === "dial") this.#show("dialling");
      else this.#hangUp();
    });
    socket.send(JSON.stringify({ call: this.#scene.telephone }));
  }

  #tell(socket: WebSocket): void {
    const { desk, lines, help } = this.#scene;
    this.#revision += 1;
    socket.send(JSON.stringify({ kind: "desk", state: { ...desk, revision: this.#revision } }));
    socket.send(JSON.stringify({ kind: "help", requests: help }));
    if (desk.call !== null) {
      socket.send(JSON.stringify({ kind: "transcript", callId: desk.call.callId, extent: "all", lines }));
    }
  }

  #tellAll(): void {
    for (const socket of this.#live) this.#tell(socket);
    for (const socket of this.#phones) socket.send(JSON.stringify({ call: this.#scene.telephone }));
  }

  #sound(request: IncomingMessage, response: ServerResponse): void {
    this.#audio ??= data.wav();
    const all = this.#audio;
    const range = /^bytes=(\d+)-(\d*)$/.exec(request.headers.range ?? "");
    const from = Number(range?.[1] ?? 0);
    const to = range?.[2] ? Number(range[2]) : all.length - 1;
    response.writeHead(range === null ? 200 : 206, {
      "content-type": "audio/wav",
      "accept-ranges": "bytes",
      "content-length": to - from + 1,
      ...(range === null ? {} : { "content-range": `bytes ${from}-${to}/${all.length}` }),
    });
    response.end(all.subarray(from, to + 1));
  }
}

const failed = new Refusal(503, {
  code: "store-unavailable",
  ko: "데이터베이스가 응답하지 않습니다. 통화는 계속되며, 기록은 복구되면 저장됩니다.",
  en: "The database does not answer. Calls go on; what happens is kept and stored when it returns.",
});

async function route(
  request: IncomingMessage,
  url: URL,
): Promise<{ name: OperationName; input: Record<string, unknown> }> {
  for (const [name, { method, path }] of Object.entries(operations)) {
    if (method !== request.method) continue;
    const pattern = new RegExp(`^${path.replaceAll(/:(\w+)/g, "(?<$1>[^/]+)")}$`);
    const match = pattern.exec(url.pathname);
    if (match === null) continue;
    const fields = Object.fromEntries(
      Object.entries(match.groups ?? {}).map(([key, value]) => [key, decodeURIComponent(value)]),
    );
    const rest = method === "GET" ? Object.fromEntries(url.searchParams) : await body(request);
    return { name: name as OperationName, input: { ...rest, ...fields } };
  }
  throw new Refusal(404, { code: "not-found", ko: "찾을 수 없습니다.", en: "There is no such thing here." });
}

async function body(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString() || "{}") as Record<string, unknown>;
}

function reply(response: ServerResponse, status: number, content: unknown): void {
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(content));
}
