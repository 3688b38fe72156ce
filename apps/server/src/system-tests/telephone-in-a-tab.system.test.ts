import { writeFile } from "node:fs/promises";
import { request } from "node:http";
import { join } from "node:path";
import { levelDbfs, tone, toneLevelDbfs, writeWav } from "@jikimi/audio";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { PhoneProcess } from "../demo/phone-process.ts";
import { BrowserAgent, requireChromium } from "./support/browser-agent.ts";
import { poll, type WatchedCall } from "./support/call-watch.ts";
import { askAs, Centre, present } from "./support/centre.ts";
import { exportedSound } from "./support/exported-sound.ts";

const rateHz = 8000;
/** What each of them says, without a pause. */
const agentHz = 440;
const callerHz = 1000;

let centre: Centre;
let callerSays: string;

/** One agent at a browser with a session, one with a headless telephone; people are heard by `whisper-base-ko`. */
beforeAll(async () => {
  requireChromium();
  centre = await Centre.open({ agents: 0, settings: { recognizer: "whisper-base-ko" } });
  callerSays = join(centre.dataFolder, "caller-says.wav");
  const channels = [tone({ frequencyHz: callerHz, durationMs: 60_000, levelDbfs: -20 })];
  await writeFile(callerSays, writeWav({ sampleRateHz: rateHz, channels }));
}, 60_000);

afterAll(() => centre?.[Symbol.asyncDispose]());

async function signedIn(username: string): Promise<BrowserAgent> {
  const agent = await BrowserAgent.open(centre, tone({ frequencyHz: agentHz, durationMs: 10_000, levelDbfs: -20 }));
  await agent.signIn(username);
  return agent;
}

/** Opens the desk in a tab, which takes the telephone from whatever tab had it before. */
async function atDesk(username: string): Promise<BrowserAgent> {
  const agent = await signedIn(username);
  await askAs(centre, username, "desk.takePhone", { tab: "a" });
  expect(await agent.registerTab("a", username)).toBe("registered");
  return agent;
}

async function connect(agent: BrowserAgent, caller: PhoneProcess, user: string): Promise<WatchedCall> {
  const after = centre.calls.calls.length;
  await centre.ring(caller);
  await agent.answer();
  const call = await centre.calls.from(user, { after });
  await call.until("bridged");
  void caller.say(callerSays);
  return call;
}

/** The page hears this tone and hardly anything else. */
function hears(agent: BrowserAgent, frequencyHz: number, what: string): Promise<unknown> {
  return poll(
    async () => {
      const heard = await agent.hear();
      const level = toneLevelDbfs(heard, frequencyHz, rateHz);
      return level > -30 && levelDbfs(heard) - level < 1;
    },
    { clock: centre.clock, withinMs: 45_000, what },
  );
}

async function packetsFromAgent(call: WatchedCall): Promise<number> {
  const legs = await centre.jikimi.media.stats(call.callId);
  return Math.max(
    0,
    ...legs.filter(({ legId }) => legId.includes("agent")).map(({ packetsReceived }) => packetsReceived),
  );
}

/** Of the tone in the quarter second that has most of it: a busy machine leaves gaps in what a browser says. */
function loudestTone(pcm: Int16Array, frequencyHz: number): number {
  const samples = rateHz / 4;
  const levels = Array.from({ length: Math.floor(pcm.length / samples) }, (_, i) =>
    toneLevelDbfs(pcm.subarray(i * samples, (i + 1) * samples), frequencyHz, rateHz),
  );
  return Math.max(...levels);
}

test("the page is reloaded in a call: the caller waits, the page is asked back in, and they talk on", async () => {
  const user = "0108880001";
  await using agent = await signedIn("agent1");
  expect(await agent.registerTab("a", "agent1")).toBe("registered");
  const caller = centre.phone(user);
  const call = await connect(agent, caller, user);
  await hears(agent, callerHz, "the page hears the caller");

  await agent.reload();
  expect(await call.until("agent-lost")).toMatchObject({ why: "connection-closed" });
  expect(await agent.registerTab("a", "agent1")).toBe("registered");
  await call.until("agent-returned");
  await hears(agent, callerHz, "the page that came back hears the caller");
  const before = await packetsFromAgent(call);
  await poll(async () => (await packetsFromAgent(call)) > before + 25, {
    clock: centre.clock,
    withinMs: 10_000,
    what: "the page that came back is heard",
  });
  expect(call.all("recording-started"), "one recording").toHaveLength(1);

  await agent.hangUp();
  expect(await call.until("ended")).toMatchObject({ by: "agent", reason: "hung-up" });
  const { right, verification } = await exportedSound(centre, call);
  expect(verification.intact).toBe(true);
  const afterReturn = right.subarray(right.length - 2 * rateHz);
  expect(loudestTone(afterReturn, agentHz), "the agent who came back is recorded").toBeGreaterThan(-25);
});

test("two tabs: the second is no telephone until it asks, and the call that is on moves with it", async () => {
  const user = "0108880002";
  const taken: string[] = [];
  const stopListening = centre.jikimi.pages.onTaken(({ tab }) => taken.push(tab));
  await using agent = await signedIn("agent1");
  expect(await agent.registerTab("a", "agent1")).toBe("registered");
  const phone = await askAs(centre, "agent1", "desk.phone", { tab: "a" });
  expect(phone).toMatchObject({ webSocketPath: "/sip?tab=a", numberShown: "070-0000-0120" });
  const caller = centre.phone(user);
  const call = await connect(agent, caller, user);

  await agent.openTab();
  expect(await agent.registerTab("b", "agent1")).toBe("403");
  expect(call.kinds).not.toContain("agent-moved");
  await askAs(centre, "agent1", "desk.takePhone", { tab: "b" });
  expect(taken).toEqual(["a"]);
  expect(await agent.registerTab("b", "agent1")).toBe("registered");
  await call.until("agent-moved");
  await hears(agent, callerHz, "the second tab hears the caller");
  expect(call.kinds).not.toContain("agent-lost");
  caller.hangUp();
  await agent.until("Terminated");
  expect(await call.until("ended")).toMatchObject({ by: "caller" });
  stopListening();
});

test("held, asked about, and handed to a colleague from the desk; then nobody else's any more", async () => {
  const user = "0108880003";
  await using agent = await atDesk("agent1");
  const caller = centre.phone(user);
  const call = await connect(agent, caller, user);
  const { callId } = call;
  await askAs(centre, "agent1", "desk.hold", { callId, on: true });
  await call.until("hold");
  await poll(async () => levelDbfs(await agent.hear()) < -50, {
    clock: centre.clock,
    withinMs: 10_000,
    what: "the page hears nothing while it holds",
  });
  await expect(askAs(centre, "agent2", "desk.hold", { callId, on: false })).rejects.toThrow("not-your-call");
  await expect(askAs(centre, "agent1", "desk.record", { callId, on: false })).rejects.toThrow("action-refused");

  const colleague = centre.phone("agent2", { answerAfterMs: 300 });
  await centre.signIn(colleague, "agent2");
  await askAs(centre, "agent1", "desk.transfer", { callId, to: "agent2", kind: "attended" });
  await call.until("consultation-answered");
  await askAs(centre, "agent1", "desk.finishTransfer", { callId, how: "complete" });
  await call.until("transferred");
  await agent.until("Terminated");
  await expect(askAs(centre, "agent1", "desk.hold", { callId, on: true })).rejects.toThrow("not-your-call");
  await present(colleague.until("answered", { withinMs: 5000 }), "the colleague was not rung");
  const legs = await centre.jikimi.media.stats(callId);
  expect(legs).toHaveLength(2);
  colleague.hangUp();
  expect(await call.until("ended")).toMatchObject({ by: "agent" });
  await expect(askAs(centre, "agent2", "desk.hold", { callId, on: true })).rejects.toThrow("call-over");
});

test("a simulated caller rings who asked, is heard by the recogniser for synthetic voices, and is ended", async () => {
  await using agent = await atDesk("agent1");
  const { scenarios } = await askAs(centre, "agent1", "trial.scenarios", {});
  expect(scenarios.map(({ id }) => id)).toContain("abusive-ended");
  const after = centre.calls.calls.length;
  const { callNumber, dial } = await askAs(centre, "agent1", "trial.start", { scenario: "abusive-ended" });
  expect(dial).toBeNull();
  await agent.answer();
  const call = await centre.calls.from(callNumber, { after });
  await expect(askAs(centre, "agent1", "trial.start", { scenario: "polite" })).rejects.toThrow("on-a-call");
  expect(
    await call.until("utterance", { withinMs: 60_000, where: ({ speaker }) => speaker === "caller" }),
  ).toMatchObject({
    recognizer: "demo",
  });
  expect(await call.until("warning-completed", { withinMs: 60_000 })).toMatchObject({ outcome: "completed" });
  expect(await call.until("ended", { withinMs: 90_000 })).toMatchObject({ by: "jikimi", reason: "protection" });
  await agent.until("Terminated");
  await centre.jikimi.journal.settled();
  expect(await centre.jikimi.records.findCall(call.callId)).toMatchObject({
    simulated: true,
    trialKind: "simulated",
    recognizer: "demo",
  });
  await expect(askAs(centre, "agent1", "trial.start", { scenario: "polite" })).rejects.toThrow("resting");
});

test("a scenario that the agent begins: the page dials what it was told, and reaches the simulated telephone", async () => {
  await using agent = await atDesk("agent2");
  const { dial } = await askAs(centre, "agent2", "trial.start", { scenario: "outbound-abusive" });
  if (dial === null) throw new Error("nothing to dial");
  await agent.dial(dial);
  const call = await centre.calls.from("agent2");
  expect(await call.until("dialled")).toMatchObject({ number: "+821012345678", trunk: "trial" });
  expect(await call.until("notice-completed")).toMatchObject({ outcome: "completed" });
  await call.until("utterance", { withinMs: 60_000, where: ({ speaker }) => speaker === "caller" });
  await agent.hangUp();
  expect(await call.until("ended")).toMatchObject({ by: "agent", reason: "hung-up" });
  await centre.jikimi.journal.settled();
  expect(await centre.jikimi.records.findCall(call.callId)).toMatchObject({
    trialKind: "simulated",
    direction: "outbound",
  });
});

test("a sound check gives back one's own voice; somebody who plays the caller rings who let them", async () => {
  await using agent = await atDesk("agent2");
  const { echoAddress } = await askAs(centre, "agent2", "desk.phone", { tab: "a" });
  const before = centre.calls.calls.length;
  await agent.dial(echoAddress);
  await agent.until("Established");
  await hears(agent, agentHz, "the page hears itself");
  await agent.hangUp();
  expect(centre.calls.calls, "an echo is no call").toHaveLength(before);

  const { webSocketPath, from, target } = await askAs(centre, "agent2", "trial.speakYourself", {});
  await using visitor = await BrowserAgent.open(
    centre,
    tone({ frequencyHz: callerHz, durationMs: 10_000, levelDbfs: -20 }),
  );
  await visitor.connect(webSocketPath, from);
  await visitor.dial(target);
  await agent.answer();
  await hears(agent, callerHz, "the page hears the visitor");
  await hears(visitor, agentHz, "the visitor hears the page");
  const call = centre.calls.calls[before];
  if (call === undefined) throw new Error("no call");
  await visitor.hangUp();
  expect(await call.until("ended")).toMatchObject({ by: "caller", reason: "hung-up" });
  await centre.jikimi.journal.settled();
  expect(await centre.jikimi.records.findCall(call.callId)).toMatchObject({ trialKind: "self", callerNumber: null });
});

/** What the server answers to an upgrade request for this path: 101 when it opens. */
function upgrade(path: string, headers: Readonly<Record<string, string>> = {}): Promise<number> {
  return new Promise((resolve, reject) => {
    const asked = request({
      host: "127.0.0.1",
      port: centre.jikimi.httpPort,
      path,
      headers: {
        connection: "Upgrade",
        upgrade: "websocket",
        "sec-websocket-version": "13",
        "sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ==",
        "sec-websocket-protocol": "sip",
        ...headers,
      },
    });
    asked.on("upgrade", (response, socket) => {
      socket.destroy();
      resolve(response.statusCode ?? 0);
    });
    asked.on("response", (response) => resolve(response.statusCode ?? 0));
    asked.on("error", reject);
    asked.end();
  });
}

test("a trial's token opens one connection; a session's cookie is of no use from another origin", async () => {
  const { webSocketPath } = await askAs(centre, "agent1", "trial.speakYourself", {});
  const session = await centre.session("agent1");
  expect(await upgrade(webSocketPath)).toBe(101);
  expect(await upgrade(webSocketPath)).toBe(403);
  expect(await upgrade("/sip?trial=")).toBe(403);
  expect(await upgrade("/sip?tab=a", session)).toBe(101);
  expect(await upgrade("/sip?tab=a", { ...session, origin: "http://elsewhere.example" })).toBe(403);
  expect(await upgrade(`/sip?tab=${"x".repeat(4000)}`, session), "a long name is cut").toBe(101);
  expect(await upgrade("/sip", { ...session, cookie: "%%%" }), "asked for a password then").toBe(101);
});
