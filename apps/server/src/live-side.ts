import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { DeskConnection, DeskVisitor } from "@jikimi/desk";
import type { WhyOver } from "@jikimi/identity";
import type { Clock, Log, Timer } from "@jikimi/kernel";
import { clientMessage, type ServerMessage } from "@jikimi/live-events";
import { type WebSocket, WebSocketServer } from "ws";
import type { SessionWatch, WhoAsks } from "./who-asks.ts";

/** A page is asked whether it is there every 5 s, and is gone when it has not answered three times. */
const pingEveryMs = 5000;
const silentForMs = 15_000;
/** Tabs of one person; one more closes the oldest. */
const maxPagesOfPerson = 8;
const maxPages = 2000;
/** A page says `ping` and nothing else. */
const maxMessageBytes = 1024;
const maxMessagesASecond = 20;
/** What is on its way to a page that is signed out may still arrive. */
const goodbyeMs = 1000;

/** Of RFC 6455 §7.4: ours are from 4000 on. */
const closeCodes = { goingAway: 1001, unexpected: 1008, signedOut: 4001, tooManyPages: 4008 } as const;

export type LiveSideOptions = {
  readonly clock: Clock;
  readonly log: Log;
  readonly feed: { connect(visitor: DeskVisitor, wire: Wire): DeskConnection };
  readonly authenticate: WhoAsks;
  readonly watchSession: SessionWatch;
  nameOf(personId: DeskVisitor["agentId"]): string | null;
};

type Wire = { send(message: ServerMessage, sent: () => void): void };

type Page = {
  readonly socket: WebSocket;
  readonly personId: string;
  readonly unwatch: () => void;
  readonly connection: DeskConnection;
  heardAtMs: number;
  beat: Timer | null;
  messages: { fromMs: number; count: number };
};

/** The live side of the browser's desk: a WebSocket a page, on the HTTP server's own port (`/live`). */
export class LiveSide implements AsyncDisposable {
  readonly #options: LiveSideOptions;
  readonly #server = new WebSocketServer({ noServer: true, maxPayload: maxMessageBytes, perMessageDeflate: false });
  /** In the order they came. */
  readonly #pages = new Set<Page>();
  #closed = false;

  constructor(options: LiveSideOptions) {
    this.#options = options;
  }

  get pages(): number {
    return this.#pages.size;
  }

  /** Takes an HTTP upgrade request; refuses people without a session, and one too many. */
  handleUpgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    // Whoever hangs up while their session is looked at is nobody's failure.
    socket.on("error", () => {});
    void this.#admit(request, socket, head).catch((cause: unknown) => {
      this.#options.log.error({ cause }, "a page could not be connected");
      refuse(socket, "500 Internal Server Error");
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#closed = true;
    for (const page of [...this.#pages]) this.#leave(page, closeCodes.goingAway);
    this.#server.close();
  }

  async #admit(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    if (this.#closed || this.#pages.size >= maxPages) return refuse(socket, "503 Service Unavailable");
    const who = await this.#options.authenticate(request);
    if (who === null) return refuse(socket, "401 Unauthorized");
    const displayName = who.kind === "person" ? this.#options.nameOf(who.personId) : null;
    if (who.kind !== "person" || displayName === null) return refuse(socket, "403 Forbidden");
    if (this.#closed || socket.destroyed) return refuse(socket, "503 Service Unavailable");
    const { personId: agentId, role, sessionId } = who;
    this.#server.handleUpgrade(request, socket, head, (webSocket) => {
      this.#open(webSocket, { agentId, displayName, role, tab: tabOf(request) }, sessionId);
    });
  }

  #open(socket: WebSocket, visitor: DeskVisitor, sessionId: string): void {
    const { clock, feed, watchSession } = this.#options;
    socket.on("error", () => socket.terminate());
    const theirs = [...this.#pages].filter(({ personId }) => personId === visitor.agentId);
    for (const page of theirs.slice(0, Math.max(0, theirs.length + 1 - maxPagesOfPerson))) {
      this.#leave(page, closeCodes.tooManyPages);
    }
    const wire: Wire = {
      send: (message, sent) => {
        // A socket that is closing takes nothing more, and its page is about to go.
        if (socket.readyState === socket.OPEN) socket.send(JSON.stringify(message), () => sent());
      },
    };
    const page: Page = {
      socket,
      personId: visitor.agentId,
      unwatch: watchSession(sessionId, (why) => this.#sessionOver(page, why)),
      connection: feed.connect(visitor, wire),
      heardAtMs: clock.monotonicMs(),
      beat: null,
      messages: { fromMs: clock.monotonicMs(), count: 0 },
    };
    this.#pages.add(page);
    socket.on("message", (data, isBinary) =>
      this.#hear(page, isBinary || !Buffer.isBuffer(data) ? null : data.toString()),
    );
    socket.on("pong", () => {
      page.heardAtMs = clock.monotonicMs();
    });
    socket.on("close", () => this.#forget(page));
    this.#beat(page);
  }

  #beat(page: Page): void {
    const { clock } = this.#options;
    page.beat = clock.after(pingEveryMs, () => {
      if (clock.monotonicMs() - page.heardAtMs >= silentForMs) return page.socket.terminate();
      if (page.socket.readyState === page.socket.OPEN) page.socket.ping();
      this.#beat(page);
    });
  }

  #hear(page: Page, text: string | null): void {
    const nowMs = this.#options.clock.monotonicMs();
    page.heardAtMs = nowMs;
    if (nowMs - page.messages.fromMs >= 1000) page.messages = { fromMs: nowMs, count: 0 };
    page.messages.count += 1;
    if (page.messages.count > maxMessagesASecond || !isClientMessage(text)) {
      return this.#leave(page, closeCodes.unexpected);
    }
    page.connection.pong();
  }

  #sessionOver(page: Page, why: WhyOver): void {
    page.connection.signedOut(why);
    this.#options.clock.after(goodbyeMs, () => this.#leave(page, closeCodes.signedOut));
  }

  #leave(page: Page, code: number): void {
    this.#forget(page);
    page.socket.close(code);
    // A peer that does not close its side is not waited for.
    this.#options.clock.after(goodbyeMs, () => page.socket.terminate());
  }

  #forget(page: Page): void {
    if (!this.#pages.delete(page)) return;
    page.beat?.cancel();
    page.unwatch();
    page.connection[Symbol.dispose]();
  }
}

function tabOf({ url }: IncomingMessage): string | null {
  const tab = new URLSearchParams(url?.split("?")[1] ?? "").get("tab");
  return tab !== null && /^[\w-]{1,64}$/.test(tab) ? tab : null;
}

function isClientMessage(text: string | null): boolean {
  if (text === null) return false;
  try {
    return clientMessage.safeParse(JSON.parse(text)).success;
  } catch {
    return false;
  }
}

function refuse(socket: Duplex, status: string): void {
  if (!socket.destroyed) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
}
