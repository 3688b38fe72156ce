import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { levelDbfs } from "@jikimi/audio";
import { ResourceScope, SystemClock } from "@jikimi/kernel";
import { Keyring } from "@jikimi/recording";
import { afterAll, beforeAll, expect, test } from "vitest";
import { loopback } from "../demo/instance.ts";
import { readLines } from "../demo/lines.ts";
import { PhoneProcess } from "../demo/phone-process.ts";
import { poll } from "./support/call-watch.ts";
import { present, root, writeOwnSounds } from "./support/centre.ts";
import { exportedFile } from "./support/exported-sound.ts";
import { openSocket } from "./support/raw-caller.ts";
import {
  childrenOf,
  chooseSettings,
  isAlive,
  jikimi,
  ServerProcess,
  type ServerSettings,
} from "./support/server-process.ts";

const clock = new SystemClock();
const number = "07000000120";

let dataFolder: string;
let settings: ServerSettings;
let agentPassword: string;
let server: ServerProcess | undefined;

beforeAll(async () => {
  dataFolder = mkdtempSync(join(tmpdir(), "jikimi-killed-"));
  await writeOwnSounds(dataFolder);
  settings = await chooseSettings(dataFolder);
});

afterAll(async () => {
  await server?.[Symbol.asyncDispose]();
  rmSync(dataFolder, { recursive: true, force: true });
});

/** An agent signed in and a citizen on the line with them, at the server that runs now. */
async function callInProgress(scope: ResourceScope): Promise<{ agent: PhoneProcess; caller: PhoneProcess }> {
  const open = (user: string) => {
    const line = { host: loopback, port: server?.run.sipPort ?? 0 };
    const config = {
      name: user,
      user,
      displayName: null,
      bindHost: loopback,
      server: line,
      answerAfterMs: 0,
      heardPath: null,
    };
    return scope.use(new PhoneProcess({ root, clock, config }));
  };
  const [agent, caller] = [open("agent1"), open("01077778888")];
  await present(agent.until("ready", { withinMs: 30_000 }), "the agent's telephone did not start");
  agent.send({ kind: "register", username: "agent1", password: agentPassword });
  await present(agent.until("registered", { withinMs: 20_000 }), "the agent's telephone did not register");
  await present(caller.until("ready", { withinMs: 30_000 }), "the citizen's telephone did not start");
  caller.send({ kind: "call", number });
  await present(caller.until("answered", { withinMs: 20_000 }), "the citizen was not answered");
  await present(agent.until("answered", { withinMs: 20_000 }), "the agent was not connected");
  await caller.say((await readLines(root, "polite")).caller[0] ?? "");
  return { agent, caller };
}

type Shown = {
  call: { callId: string; state: string; endReason: string | null; endedAtMs: number };
  events: { kind: string; atMs: number; path?: string; sha256?: string; by?: string; reason?: string }[];
  verification: { kind: string };
};

/** The latest call, as the command line lists it. */
async function latestCall(): Promise<string> {
  const list = await jikimi(["calls", "list", "--limit", "1", "--json"], settings);
  expect(list.code, list.stderr).toBe(0);
  const [{ callId = "" } = {}] = JSON.parse(list.stdout) as { callId?: string }[];
  return callId;
}

async function show(callId: string): Promise<Shown> {
  const shown = await jikimi(["calls", "show", callId, "--json"], settings);
  expect(shown.code, shown.stderr).toBe(0);
  return JSON.parse(shown.stdout) as Shown;
}

test("taken ports are named and the next free ones used", async () => {
  const taken = createServer();
  await new Promise<void>((resolve) => taken.listen(settings.httpPort, loopback, resolve));
  const sip = await openSocket(settings.sipPort);
  server = await ServerProcess.start(settings, clock);
  await new Promise<void>((resolve) => taken.close(() => resolve()));
  await new Promise<void>((resolve) => sip.close(() => resolve()));
  for (const port of [settings.httpPort, settings.sipPort]) {
    expect(server.said).toContain(`Port ${port} is taken; the next free one is used.`);
  }
  const { sipPort, httpUrl } = server.run;
  expect(sipPort).toBeGreaterThan(settings.sipPort);
  expect(Number(new URL(httpUrl).port)).toBeGreaterThan(settings.httpPort);
  expect((await fetch(`${httpUrl}/health`)).status).toBe(200);
  agentPassword = server.password("agent1");
  expect(agentPassword).not.toBe("");
});

test("the server is killed in the middle of a call: the next start closes the call truthfully, its recording is readable", async () => {
  await using scope = new ResourceScope();
  if (server === undefined) throw new Error("no server");
  const phones = Object.values(await callInProgress(scope));
  const workers = childrenOf(server.run.pid);
  expect(workers.length).toBeGreaterThanOrEqual(2);
  const killedAtMs = clock.nowMs();
  server.kill("SIGKILL");
  expect(await server.exited({ withinMs: 10_000 })).toBeNull();
  const gone = () => workers.every((pid) => !isAlive(pid));
  await poll(gone, { clock, withinMs: 10_000, what: "its workers leave by themselves" });
  await Promise.all(phones.map((phone) => phone[Symbol.asyncDispose]()));

  server = await ServerProcess.start(settings, clock);
  expect(server.run.sipPort).toBe(settings.sipPort);
  const cutOff = /Call (\S+), cut off in an earlier run, was closed \(its recording is readable/.exec(server.said);
  expect(cutOff, server.said).not.toBeNull();
  const { call, events, verification } = await show(cutOff?.[1] ?? "");
  expect(call).toMatchObject({ state: "ended", endReason: "server-restarted" });
  expect(call.endedAtMs).toBeLessThanOrEqual(killedAtMs);
  expect(verification.kind).toBe("intact");
  expect(events.map(({ kind }) => kind)).toContain("bridged");

  const path = events.find(({ kind }) => kind === "recording-started")?.path ?? "";
  const sound = await exportedFile(path, Keyring.open(join(dataFolder, "keys", "site.key")));
  const { content, findings } = sound.verification;
  expect(findings.filter(({ kind }) => kind !== "not-closed")).toEqual([]);
  const lostMs = killedAtMs - ((content?.startedAtMs ?? 0) + (content?.durationMs ?? 0));
  expect(lostMs, "ms of sound lost").toBeLessThan(1500);
  expect(levelDbfs(sound.left.subarray(-16_000)), "the last seconds hold the caller's voice").toBeGreaterThan(-40);
});

test("SIGTERM in the middle of a call: both telephones are told, all is closed and nothing half written", async () => {
  await using scope = new ResourceScope();
  if (server === undefined) throw new Error("no server");
  const { agent, caller } = await callInProgress(scope);
  const workers = childrenOf(server.run.pid);
  server.kill("SIGTERM");
  const [agentEnd, callerEnd] = await Promise.all(
    [agent, caller].map((one) => one.until("ended", { withinMs: 15_000 })),
  );
  expect(agentEnd).toMatchObject({ by: "remote" });
  expect(callerEnd).toMatchObject({ by: "remote" });
  expect(await server.exited({ withinMs: 20_000 })).toBe(0);
  expect(server.said).toContain("Everything is saved; stopped.");
  expect(workers.filter(isAlive)).toEqual([]);
  const files = readdirSync(dataFolder, { recursive: true, encoding: "utf8" });
  expect(files.filter((file) => /server\.json$|\.tmp$|\.part$|postmaster\.pid$|journal$/.test(file))).toEqual([]);

  const { call, events, verification } = await show(await latestCall());
  expect(call).toMatchObject({ state: "ended", endReason: "shutting-down" });
  expect(verification.kind).toBe("intact");
  expect(events.map(({ kind }) => kind).slice(-3)).toEqual(["bye", "recording-closed", "ended"]);
  const { path = "", sha256 } = events.find(({ kind }) => kind === "recording-closed") ?? {};
  const expected = sha256 === undefined ? {} : { expectedSha256: sha256 };
  const sound = await exportedFile(path, Keyring.open(join(dataFolder, "keys", "site.key")), expected);
  expect(sound.verification.intact).toBe(true);
});
