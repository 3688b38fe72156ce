import { createServer, type Server } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { type Clock, SystemClock, SystemRandom, silentLog } from "@jikimi/kernel";
import { afterEach, describe, expect, test } from "vitest";
import { WebSocket } from "ws";
import { ANSWER, OFFER } from "../../testing/two-agents.ts";
import { SipUserAgent } from "../agent/user-agent.ts";
import type { AnswerResult, Flow, IncomingInvite, Transport } from "../api.ts";
import { bindingDestination, Registrar } from "../registrar/registrar.ts";
import { TrunkRegistration } from "../registrar/trunk-registration.ts";
import { DnsResolver } from "./resolver.ts";
import { TcpTransport } from "./tcp.ts";
import { UdpTransport } from "./udp.ts";
import { WebSocketTransport } from "./websocket.ts";
import { WebSocketClientTransport } from "./websocket-client.ts";

const HOST = "127.0.0.1";
const clock: Clock = new SystemClock();
const random = new SystemRandom();
const closers: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

async function agent(...transports: Transport[]) {
  const made = new SipUserAgent({ clock, random, log: silentLog });
  closers.push(() => made.close({ graceMs: 200 }));
  const ports: number[] = [];
  for (const transport of transports) {
    const result = await made.listen(transport);
    if (result.kind !== "bound") throw new Error(JSON.stringify(result));
    ports.push(result.address.port);
  }
  return { agent: made, port: ports[0] ?? 0 };
}

async function webServer(more: { allowedOrigins?: string[]; maxConnections?: number } = {}) {
  const http: Server = createServer();
  await new Promise<void>((resolve) => http.listen(0, HOST, resolve));
  const { port } = http.address() as AddressInfo;
  const transport = new WebSocketTransport({ clock, advertised: { host: HOST, port }, ...more });
  const opened: Flow[] = [];
  http.on("upgrade", (request, socket, head) =>
    transport.handleUpgrade(request, socket, head, (flow) => opened.push(flow)),
  );
  closers.push(() => new Promise((resolve) => http.close(resolve)));
  return { transport, url: `ws://${HOST}:${port}/sip`, http, opened };
}

/** Calls `target` and hangs up from the called side; gives what each side saw. */
async function callThrough(caller: SipUserAgent, called: SipUserAgent, target: string, flow?: Flow) {
  const invites: IncomingInvite[] = [];
  const answered = new Promise<AnswerResult>((resolve) => {
    called.onInvite((invite) => {
      invites.push(invite);
      invite.ringing();
      void invite.answer(ANSWER).then(resolve);
    });
  });
  const call = caller.invite({
    target,
    from: { uri: "sip:alice@example.invalid" },
    offerSdp: OFFER,
    destination: flow === undefined ? null : { kind: "flow", flow },
  });
  const outcome = await call.outcome;
  if (outcome.kind !== "answered") throw new Error(JSON.stringify(outcome));
  const answer = await answered;
  if (answer.kind !== "answered") throw new Error(answer.kind);
  const ended = new Promise((resolve) => outcome.dialog.ended.addEventListener("abort", resolve));
  await answer.dialog.bye();
  await ended;
  return { answerSdp: outcome.answerSdp, ending: outcome.dialog.endedBy?.kind, source: invites[0]?.source };
}

describe("a whole call over", () => {
  test("UDP", async () => {
    const alice = await agent(new UdpTransport({ host: HOST, port: 0 }));
    const bob = await agent(new UdpTransport({ host: HOST, port: 0 }));
    const seen = await callThrough(alice.agent, bob.agent, `sip:bob@${HOST}:${bob.port}`);
    expect(seen).toMatchObject({ answerSdp: ANSWER, ending: "remote-bye", source: { transport: "UDP" } });
  });

  test("TCP, both ways over the connection that the caller opened", async () => {
    const alice = await agent(new TcpTransport({ clock, host: HOST, port: 0 }));
    const bob = await agent(new TcpTransport({ clock, host: HOST, port: 0 }));
    const seen = await callThrough(alice.agent, bob.agent, `sip:bob@${HOST}:${bob.port};transport=tcp`);
    expect(seen).toMatchObject({ answerSdp: ANSWER, ending: "remote-bye" });
    expect(seen.source?.remotePort).not.toBe(alice.port);
  });

  test("WebSocket, the server calling the browser over the flow it registered with", async () => {
    const { transport, url } = await webServer();
    const server = await agent(transport);
    const registrar = new Registrar({
      clock,
      log: silentLog,
      authority: { verify: async () => ({ kind: "ok", username: "kim" }) },
    });
    closers.push(async () => registrar.close());
    server.agent.useRegistrar(registrar);
    const browser = await agent(new WebSocketClientTransport({ clock, random, url }));
    const registration = new TrunkRegistration({
      clock,
      random,
      log: silentLog,
      userAgent: browser.agent,
      registrar: "sip:jikimi.example;transport=ws",
      addressOfRecord: "sip:kim@jikimi.example",
      destination: { kind: "address", transport: "WS", host: HOST, port: null },
    });
    const registered = new Promise<void>((resolve) => {
      registration.onStatus((status) => {
        if (status.kind === "registered") resolve();
      });
    });
    registration.start();
    await registered;
    const [binding] = registrar.lookup("kim");
    if (binding === undefined) throw new Error("not registered");
    expect(binding.contact).toMatch(/\.invalid:5060;transport=ws;line=/);
    const destination = bindingDestination(binding);
    const flow = destination.kind === "flow" ? destination.flow : undefined;
    const seen = await callThrough(server.agent, browser.agent, binding.contact, flow);
    expect(seen).toMatchObject({ answerSdp: ANSWER, ending: "remote-bye" });

    const forgotten = new Promise((resolve) => registrar.onEvent(resolve));
    await browser.agent.close({ graceMs: 100 });
    expect(await forgotten).toMatchObject({ kind: "unregistered", why: "connection-closed" });
    const late = server.agent.invite({
      target: binding.contact,
      from: { uri: "sip:a@b.example" },
      offerSdp: OFFER,
      destination,
    });
    expect(await late.outcome).toMatchObject({ kind: "transport-failed" });
  });
});

test.for(["UDP", "TCP"] as const)("a taken %s port is a value, and the next one may be tried", async (name) => {
  const make = (port: number) =>
    name === "UDP" ? new UdpTransport({ host: HOST, port }) : new TcpTransport({ clock, host: HOST, port });
  const first = await agent(make(0));
  const other = new SipUserAgent({ clock, random, log: silentLog });
  closers.push(() => other.close());
  expect(await other.listen(make(first.port))).toEqual({
    kind: "port-taken",
    transport: name,
    host: HOST,
    port: first.port,
  });
  expect((await other.listen(make(0))).kind).toBe("bound");
});

test.for(["UDP", "TCP"] as const)("an address that is not ours is a failure with its reason (%s)", async (name) => {
  const host = "192.0.2.1";
  const transport = name === "UDP" ? new UdpTransport({ host, port: 0 }) : new TcpTransport({ clock, host, port: 0 });
  const result = await new SipUserAgent({ clock, random, log: silentLog }).listen(transport);
  expect(result).toMatchObject({ kind: "failed", transport: name });
});

test("nobody listening on a TCP port is a failed transport at once", async () => {
  const alice = await agent(new TcpTransport({ clock, host: HOST, port: 0 }));
  const silent = await agent(new TcpTransport({ clock, host: HOST, port: 0 }));
  await silent.agent.close();
  const call = alice.agent.invite({
    target: `sip:bob@${HOST}:${silent.port};transport=tcp`,
    from: { uri: "sip:a@b.example" },
    offerSdp: OFFER,
  });
  expect(await call.outcome).toMatchObject({ kind: "transport-failed" });
});

test("a stream of garbage is counted and its connection closed; a keep-alive is answered", async () => {
  const bob = await agent(new TcpTransport({ clock, host: HOST, port: 0 }));
  const socket = connect(bob.port, HOST);
  const pong = new Promise<string>((resolve) => socket.once("data", (data) => resolve(data.toString())));
  socket.write("\r\n\r\n");
  expect(await pong).toBe("\r\n");
  const closed = new Promise((resolve) => socket.once("close", resolve));
  socket.on("error", () => {});
  socket.write(`INVITE sip:a SIP/2.0\r\nContent-Length: many\r\n\r\n`);
  await closed;
  expect(bob.agent.stats.malformedMessages).toBe(1);
});

test("more TCP connections than allowed are closed", async () => {
  const bob = await agent(new TcpTransport({ clock, host: HOST, port: 0, maxConnections: 1 }));
  const first = connect(bob.port, HOST);
  const pong = new Promise((resolve) => first.once("data", resolve));
  first.write("\r\n\r\n");
  await pong;
  const second = connect(bob.port, HOST);
  second.on("error", () => {});
  await new Promise((resolve) => second.once("close", resolve));
  expect(first.readyState).toBe("open");
  first.destroy();
});

test.for([
  { what: "without the sip protocol", protocols: [], options: {}, status: 400 },
  { what: "from another origin", protocols: ["sip"], options: { origin: "http://evil.example" }, status: 403 },
])("a WebSocket $what is refused with $status", async ({ protocols, options, status }) => {
  const { transport, url } = await webServer({ allowedOrigins: ["http://desk.example"] });
  await agent(transport);
  const socket = new WebSocket(url, protocols, options);
  const refused = new Promise((resolve) => {
    socket.on("unexpected-response", (_request, response) => resolve(response.statusCode));
    socket.on("error", () => {});
  });
  expect(await refused).toBe(status);
});

test("bad frames over a WebSocket are counted, keep-alives answered, and too many connections refused", async () => {
  const { transport, url } = await webServer({ maxConnections: 1 });
  const server = await agent(transport);
  const socket = new WebSocket(url, "sip");
  await new Promise((resolve) => socket.once("open", resolve));
  expect(socket.protocol).toBe("sip");
  const pong = new Promise((resolve) => socket.once("message", (data) => resolve(String(data as Buffer))));
  socket.send("hello");
  socket.send("\r\n\r\n");
  expect(await pong).toBe("\r\n");
  expect(server.agent.stats.malformedMessages).toBe(1);
  const second = new WebSocket(url, "sip");
  second.on("error", () => {});
  const status = await new Promise((resolve) =>
    second.on("unexpected-response", (_request, response) => resolve(response.statusCode)),
  );
  expect(status).toBe(503);
  socket.close();
});

test("a WebSocket is made known when it opens, and when it has closed", async () => {
  const { transport, url, opened } = await webServer();
  const server = await agent(transport);
  const closed = new Promise<Flow>((resolve) => server.agent.onFlowClosed(resolve));
  const socket = new WebSocket(url, "sip");
  await new Promise((resolve) => socket.once("open", resolve));
  const [flow] = opened;
  if (flow === undefined) throw new Error("not made known");
  expect(flow.connectionId).not.toBeNull();
  expect(server.agent.isFlowOpen(flow)).toBe(true);
  socket.terminate();
  expect(await closed).toEqual(flow);
  expect(server.agent.isFlowOpen(flow)).toBe(false);
});

test("address literals need no name server; what does not resolve is an empty list", async () => {
  const resolver = new DnsResolver();
  const name = { port: null, transport: null, secure: false };
  expect(await resolver.resolve({ ...name, host: "[2001:db8::1]" })).toEqual([
    { transport: "UDP", host: "2001:db8::1", port: 5060 },
  ]);
  expect(await resolver.resolve({ ...name, host: "192.0.2.1", secure: true })).toEqual([
    { transport: "TLS", host: "192.0.2.1", port: 5061 },
  ]);
  expect(await resolver.resolve({ ...name, host: "nowhere.invalid", port: 5060 })).toEqual([]);
});
