import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import type { DeskVisitor } from "@jikimi/desk";
import type { Principal, WhyOver } from "@jikimi/identity";
import { type AgentId, Listeners, ManualClock, silentLog } from "@jikimi/kernel";
import type { ServerMessage } from "@jikimi/live-events";
import { afterEach, expect, test } from "vitest";
import WebSocket from "ws";
import { LiveSide } from "./live-side.ts";
import type { SessionWatch } from "./who-asks.ts";

type SessionOver = { readonly sessionId: string; readonly why: WhyOver };

const kim = "kim" as AgentId;
const open: AsyncDisposable[] = [];
afterEach(async () => {
  for (const one of open.splice(0).reverse()) await one[Symbol.asyncDispose]();
});

/** A server of nothing but the live side; the session is a header `x-person`. */
async function liveServer() {
  const clock = new ManualClock();
  const ended = new Listeners<SessionOver>();
  const visitors: DeskVisitor[] = [];
  const gone: string[] = [];
  const authenticate = async ({ headers }: IncomingMessage): Promise<Principal | null> => {
    const person = headers["x-person"];
    if (person === "machine") return { kind: "command-line" };
    if (typeof person !== "string") return null;
    return { kind: "person", personId: person as AgentId, role: "agent", sessionId: `s-${person}` };
  };
  const watchSession: SessionWatch = (sessionId, onOver) =>
    ended.add((over) => {
      if (over.sessionId === sessionId) onOver(over.why);
    });
  const feed = {
    connect: (visitor: DeskVisitor, wire: { send(message: ServerMessage, sent: () => void): void }) => {
      visitors.push(visitor);
      const say = (message: ServerMessage) => wire.send(message, () => {});
      const me = { personId: visitor.agentId, displayName: visitor.displayName, role: "agent" } as const;
      say({ kind: "hello", protocol: 1, serverTimeMs: clock.nowMs(), me });
      return {
        pong: () => say({ kind: "pong", serverTimeMs: clock.nowMs() }),
        signedOut: (why: WhyOver) => say({ kind: "signed-out", why }),
        [Symbol.dispose]: () => gone.push(visitor.tab ?? "?"),
      };
    },
  };
  const nameOf = (id: AgentId) => (id === kim ? "김상담" : null);
  const live = new LiveSide({ clock, log: silentLog, feed, authenticate, watchSession, nameOf });
  const http: Server = createServer();
  http.on("upgrade", (request, socket, head) => live.handleUpgrade(request, socket, head));
  await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
  const { port } = http.address() as AddressInfo;
  open.push({
    [Symbol.asyncDispose]: async () => {
      await live[Symbol.asyncDispose]();
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
    },
  });
  return { clock, live, port, visitors, gone, end: (one: SessionOver) => ended.emit(one) };
}

type Wishes = { person?: string; tab?: string };

/** Resolves when open, or with the status it was refused with. */
function connect(port: number, { person = "kim", tab = "t1" }: Wishes = {}) {
  const headers = person === "" ? {} : { "x-person": person };
  const socket = new WebSocket(`ws://127.0.0.1:${port}/live?tab=${tab}`, { headers });
  const messages: { kind: string; why?: string }[] = [];
  const closed = new Promise<number>((resolve) => socket.on("close", resolve));
  socket.on("message", (data) => messages.push(JSON.parse((data as Buffer).toString())));
  socket.on("error", () => {});
  const outcome = new Promise<number | "open">((resolve) => {
    socket.on("unexpected-response", (_request, response) => resolve(response.statusCode ?? 0));
    socket.on("open", () => resolve("open"));
  });
  open.push({ [Symbol.asyncDispose]: async () => socket.terminate() });
  const next = (kind: string) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (messages.some((message) => message.kind === kind)) resolve();
      };
      socket.on("message", () => queueMicrotask(look));
      look();
    });
  return { socket, messages, outcome, closed, next };
}

test.for<{ name: string; wishes: Wishes; expected: number | "open" }>([
  { name: "a session", wishes: {}, expected: "open" },
  { name: "no session", wishes: { person: "" }, expected: 401 },
  { name: "the command line", wishes: { person: "machine" }, expected: 403 },
  { name: "a session of somebody who is gone", wishes: { person: "lee" }, expected: 403 },
])("$name: $expected", async ({ wishes, expected }) => {
  const { port } = await liveServer();
  expect(await connect(port, wishes).outcome).toBe(expected);
});

test("a page of this very server is let in, and its tab is known", async () => {
  const { port, visitors } = await liveServer();
  const page = connect(port, { tab: "a-1" });
  expect(await page.outcome).toBe("open");
  expect(visitors).toEqual([{ agentId: kim, displayName: "김상담", role: "agent", tab: "a-1" }]);
  const odd = connect(port, { tab: "%22%3E" });
  expect(await odd.outcome).toBe("open");
  expect(visitors.at(-1)?.tab).toBeNull();
});

test("a ping is answered with the server's time", async () => {
  const { port } = await liveServer();
  const page = connect(port);
  await page.outcome;
  page.socket.send(JSON.stringify({ kind: "ping" }));
  await page.next("pong");
  expect(page.messages.map(({ kind }) => kind)).toEqual(["hello", "pong"]);
});

test.for(["", "null", "{", '{"kind":"act"}', '{"kind":"ping"', "x".repeat(5000)])(
  "a page that says %j is sent away, and the server goes on",
  async (text) => {
    const { port } = await liveServer();
    const page = connect(port);
    await page.outcome;
    page.socket.send(text);
    expect([1008, 1009]).toContain(await page.closed);
    expect(await connect(port).outcome).toBe("open");
  },
);

test("a page that talks without end is sent away", async () => {
  const { port } = await liveServer();
  const page = connect(port);
  await page.outcome;
  for (let i = 0; i < 30; i++) page.socket.send(JSON.stringify({ kind: "ping" }));
  expect(await page.closed).toBe(1008);
});

test("bytes are no message", async () => {
  const { port } = await liveServer();
  const page = connect(port);
  await page.outcome;
  page.socket.send(Buffer.from([1, 2, 3]));
  expect(await page.closed).toBe(1008);
});

test("the ninth page of one person closes their first", async () => {
  const { port, live, gone } = await liveServer();
  const pages = [];
  for (let i = 1; i <= 9; i++) {
    const page = connect(port, { tab: `t${i}` });
    await page.outcome;
    await page.next("hello");
    pages.push(page);
  }
  expect(await pages[0]?.closed).toBe(4008);
  expect(gone).toEqual(["t1"]);
  expect(live.pages).toBe(8);
});

test("a page that has fallen silent is gone after 15 seconds; one that answers stays", async () => {
  const { port, clock, live, gone } = await liveServer();
  const silent = connect(port, { tab: "silent" });
  await silent.outcome;
  silent.socket.pause();
  const there = connect(port, { tab: "there" });
  await there.outcome;
  await there.next("hello");
  for (let i = 0; i < 4; i++) {
    const pinged = new Promise((resolve) => there.socket.once("ping", resolve));
    await clock.advance(5000);
    if (i < 3) await pinged;
    // The answer to the ping is on its way; a message behind it says that it has come.
    const before = there.messages.length;
    there.socket.send(JSON.stringify({ kind: "ping" }));
    while (there.messages.length === before) await new Promise((resolve) => setImmediate(resolve));
  }
  expect(gone).toEqual(["silent"]);
  expect(live.pages).toBe(1);
});

test("a session that ends is told to its pages alone, and they are closed", async () => {
  const { port, clock, end } = await liveServer();
  const page = connect(port);
  await page.outcome;
  end({ sessionId: "s-lee", why: "expired" });
  end({ sessionId: "s-kim", why: "expired" });
  await page.next("signed-out");
  await clock.advance(1000);
  expect(await page.closed).toBe(4001);
  expect(page.messages.filter(({ kind }) => kind === "signed-out")).toEqual([{ kind: "signed-out", why: "expired" }]);
});

test("a server that stops closes its pages and takes no more", async () => {
  const { port, live } = await liveServer();
  const page = connect(port);
  await page.outcome;
  await live[Symbol.asyncDispose]();
  expect(await page.closed).toBe(1001);
  expect(await connect(port).outcome).toBe(503);
});
