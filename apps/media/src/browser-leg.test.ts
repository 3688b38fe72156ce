import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { dominantFrequencyHz, levelDbfs, tone, toneLevelDbfs } from "@jikimi/audio";
import { SeededRandom } from "@jikimi/kernel";
import { Keyring } from "@jikimi/recording";
import { expect, test } from "vitest";
import { AGENT, CALL, CALLER, Stage } from "./test-support/stage.ts";
import { TestBrowserPhone } from "./test-support/test-browser-phone.ts";
import type { HeardPacket } from "./test-support/test-phone.ts";

const RATE = 8000;
const OPUS = 111;

type Talking = Stage & { caller: Awaited<ReturnType<Stage["phone"]>>; agent: TestBrowserPhone };

/** A telephone that rang and a browser that answered our offer, bridged; the handshake is done. */
async function connected({ caller: callerCodec = "pcmu" as "pcmu" | "pcma", opus = true } = {}): Promise<Talking> {
  const stage = await Stage.open();
  const caller = await stage.phone();
  await stage.callIn(caller, CALLER, callerCodec);
  const agent = await browserOn(stage);
  await offerTo(stage, agent, { opus });
  await stage.ok({ kind: "bridge", callId: CALL, legIds: [CALLER, AGENT] });
  await untilOpen(stage, agent);
  return Object.assign(stage, { caller, agent });
}

async function browserOn(stage: Stage): Promise<TestBrowserPhone> {
  const browser = stage.scope.use(await TestBrowserPhone.open(stage));
  stage.phones.push(browser);
  return browser;
}

async function offerTo(stage: Stage, browser: TestBrowserPhone, { opus = true } = {}): Promise<void> {
  const offer = { kind: "offer", callId: CALL, legId: AGENT, hold: false, memory: null, transport: "webrtc" } as const;
  const result = await stage.ok(offer);
  if (result.kind !== "sdp") throw new Error("not offered");
  const sdp = opus ? result.sdp : result.sdp.replace(/^(m=audio \d+ \S+) 111/m, "$1");
  const answer = browser.negotiation.answer(sdp);
  if (answer.kind !== "ok") throw new Error(answer.why);
  const answerSdp = TestBrowserPhone.asBrowser(answer.sdp);
  expect(await stage.ok({ kind: "accept-answer", callId: CALL, legId: AGENT, answerSdp })).toEqual({ kind: "nothing" });
  browser.use(answer.audio, "controlled");
}

/** The browser's own offer: a call of its own, or a change of one. */
async function offerFrom(stage: Stage, browser: TestBrowserPhone, change: (sdp: string) => string = (sdp) => sdp) {
  const offerSdp = change(browser.negotiation.offer());
  const result = await stage.ok({ kind: "answer", callId: CALL, legId: AGENT, offerSdp, hold: false, memory: null });
  if (result.kind !== "sdp") throw new Error(JSON.stringify(result));
  const accepted = browser.negotiation.acceptAnswer(TestBrowserPhone.asBrowser(result.sdp));
  if (accepted.kind !== "ok") throw new Error(accepted.why);
  browser.use(accepted.audio, "controlling");
  return result;
}

/** The handshake takes real time; ICE takes the clock's. */
async function untilOpen(stage: Stage, browser: TestBrowserPhone): Promise<void> {
  for (let turn = 0; turn < 500 && !(browser.browser.isOpen && browser.packets.length > 0); turn++) {
    await stage.run(20);
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
  expect(browser.browser.isOpen, "the handshake is done").toBe(true);
}

function middle(pcm: Int16Array): Int16Array {
  return pcm.subarray(800, pcm.length - 800);
}

function expectOneSource(packets: readonly HeardPacket[], ticksPerFrame: number) {
  expect(new Set(packets.map(({ ssrc }) => ssrc)).size).toBe(1);
  for (const [index, packet] of packets.entries()) {
    const before = packets[index - 1];
    if (before === undefined) continue;
    expect((packet.sequence - before.sequence) & 0xffff).toBe(1);
    expect((packet.timestamp - before.timestamp) >>> 0).toBeLessThanOrEqual(ticksPerFrame * 25);
    expect((packet.timestamp - before.timestamp) >>> 0).toBeGreaterThan(0);
  }
}

test.for([
  { caller: "pcmu", opus: true, payloadType: OPUS },
  { caller: "pcma", opus: true, payloadType: OPUS },
  { caller: "pcma", opus: false, payloadType: 0 },
] as const)(
  "a telephone with $caller and a browser (Opus: $opus) hear each other",
  async ({ caller, opus, payloadType }) => {
    await using stage = await connected({ caller, opus });
    const { agent } = stage;
    stage.caller.takeHeard();
    agent.takeHeard();
    agent.packets.length = 0;
    stage.caller.say(tone({ frequencyHz: 1004, durationMs: 3000 }));
    agent.say(tone({ frequencyHz: 633, durationMs: 3000 }));
    await stage.run(1500);
    const heardByAgent = middle(agent.takeHeard());
    const heardByCaller = middle(stage.caller.takeHeard());
    expect(heardByAgent.length).toBeGreaterThan(RATE);
    expect(dominantFrequencyHz(heardByAgent, RATE)).toBeCloseTo(1004, -0.5);
    expect(dominantFrequencyHz(heardByCaller, RATE)).toBeCloseTo(633, -0.5);
    expect(Math.abs(levelDbfs(heardByAgent) + 15)).toBeLessThan(1);
    expect(Math.abs(levelDbfs(heardByCaller) + 15)).toBeLessThan(1);
    expect(new Set(agent.packets.map((packet) => packet.payloadType))).toEqual(new Set([payloadType]));
    expectOneSource(agent.packets, opus ? 960 : 160);
  },
);

test("two browsers hear each other", async () => {
  await using stage = await Stage.open();
  const citizen = await browserOn(stage);
  const offerSdp = citizen.negotiation.offer();
  const result = await stage.ok({ kind: "answer", callId: CALL, legId: CALLER, offerSdp, hold: false, memory: null });
  if (result.kind !== "sdp") throw new Error("not answered");
  const accepted = citizen.negotiation.acceptAnswer(TestBrowserPhone.asBrowser(result.sdp));
  if (accepted.kind !== "ok") throw new Error(accepted.why);
  citizen.use(accepted.audio, "controlling");
  const agent = await browserOn(stage);
  await offerTo(stage, agent);
  await stage.ok({ kind: "bridge", callId: CALL, legIds: [CALLER, AGENT] });
  await untilOpen(stage, agent);
  await untilOpen(stage, citizen);
  citizen.say(tone({ frequencyHz: 1004, durationMs: 3000 }));
  agent.say(tone({ frequencyHz: 633, durationMs: 3000 }));
  await stage.run(1500);
  expect(dominantFrequencyHz(middle(agent.takeHeard()), RATE)).toBeCloseTo(1004, -0.5);
  expect(dominantFrequencyHz(middle(citizen.takeHeard()), RATE)).toBeCloseTo(633, -0.5);
});

test("a prompt takes the talk's place for a browser, under the SSRC it knows", async () => {
  await using stage = await connected();
  const { agent } = stage;
  const path = await stage.sound("prompt.wav", tone({ frequencyHz: 440, durationMs: 600 }));
  stage.caller.say(tone({ frequencyHz: 1004, durationMs: 6000 }));
  await stage.run(1000);
  agent.takeHeard();
  await stage.ok({ kind: "play", callId: CALL, playId: "p1", legIds: [AGENT], path, loop: false });
  await stage.until(() => stage.worker.isPlaying(CALL));
  await stage.run(600);
  const during = middle(agent.takeHeard());
  expect(Math.abs(toneLevelDbfs(during, 440, RATE) + 15)).toBeLessThan(1.5);
  expect(toneLevelDbfs(during, 1004, RATE)).toBeLessThan(-30);
  await stage.run(1000);
  expect(Math.abs(toneLevelDbfs(middle(agent.takeHeard()), 1004, RATE) + 15)).toBeLessThan(1.5);
  expectOneSource(agent.packets, 960);
  expect(stage.of("play-completed")[0]).toMatchObject({ legId: AGENT, outcome: "completed", playedMs: 600 });
});

test("a sound waits until there is a way to the browser: what is proved to be heard has left", async () => {
  await using stage = await Stage.open();
  const agent = await browserOn(stage);
  const offer = { kind: "offer", callId: CALL, legId: AGENT, hold: false, memory: null, transport: "webrtc" } as const;
  const result = await stage.ok(offer);
  const path = await stage.sound("notice.wav", tone({ frequencyHz: 440, durationMs: 400 }));
  await stage.ok({ kind: "play", callId: CALL, playId: "n", legIds: [AGENT], path, loop: false });
  await stage.until(() => stage.worker.isPlaying(CALL));
  await stage.run(1000);
  if (result.kind !== "sdp") throw new Error("not offered");
  const answer = agent.negotiation.answer(result.sdp);
  if (answer.kind !== "ok") throw new Error(answer.why);
  const answerSdp = TestBrowserPhone.asBrowser(answer.sdp);
  await stage.ok({ kind: "accept-answer", callId: CALL, legId: AGENT, answerSdp });
  await stage.run(500);
  expect(stage.of("play-started"), "answered, and no way yet").toEqual([]);
  agent.use(answer.audio, "controlled");
  await untilOpen(stage, agent);
  await stage.run(600);
  expect(stage.of("play-completed")[0]).toMatchObject({ outcome: "completed", playedMs: 400 });
  expect(dominantFrequencyHz(agent.takeHeard().subarray(800, 2400), RATE)).toBeCloseTo(440, -0.5);
});

test("a browser's digits are reported with their length, and ours reach it", async () => {
  await using stage = await connected();
  const { agent } = stage;
  stage.caller.say(tone({ frequencyHz: 1004, durationMs: 9000 }));
  agent.say(tone({ frequencyHz: 633, durationMs: 9000 }));
  await stage.run(200);
  expect(agent.endpoint.queueDigits("15#")).toBe(true);
  await stage.run(1000);
  expect(stage.of("digit").map(({ legId, digit, durationMs }) => [legId, digit, durationMs])).toEqual([
    [AGENT, "1", 100],
    [AGENT, "5", 100],
    [AGENT, "#", 100],
  ]);
  await stage.ok({ kind: "send-digits", callId: CALL, legId: AGENT, digits: "42" });
  await stage.run(800);
  expect(agent.digits).toEqual(["4", "2"]);
});

test("what a browser says is recorded in its place; lost packets are a gap of their length", async () => {
  await using stage = await connected();
  const { agent } = stage;
  const { key, wrapped } = new Keyring(randomBytes(32), new SeededRandom(3)).newCallKey();
  stage.caller.say(tone({ frequencyHz: 1004, durationMs: 9000 }));
  agent.say(tone({ frequencyHz: 633, durationMs: 9000 }));
  await stage.run(200);
  const started = await stage.ask({
    kind: "start-recording",
    callId: CALL,
    path: join(stage.folder, "call.jkr"),
    startedAtMs: stage.clock.nowMs(),
    channels: { caller: CALLER, agent: AGENT },
    callKey: Buffer.from(key).toString("base64"),
    wrappedKey: Buffer.from(wrapped).toString("base64"),
  });
  expect(started.kind).toBe("done");
  await stage.run(1000);
  agent.lose(10);
  await stage.run(1000);
  const result = await stage.ok({ kind: "stop-recording", callId: CALL });
  if (result.kind !== "recording" || result.summary === null) throw new Error("no summary");
  expect(result.summary.gaps).toEqual([{ channel: "agent", startMs: 980, endMs: 1180, reason: "packet-loss" }]);
});

test("hold and resume by the browser's own offers, over the same way", async () => {
  await using stage = await connected();
  const { agent } = stage;
  agent.say(tone({ frequencyHz: 633, durationMs: 20_000 }));
  stage.caller.say(tone({ frequencyHz: 1004, durationMs: 20_000 }));
  const held = await offerFrom(stage, agent, (sdp) => sdp.replace("a=sendrecv", "a=inactive"));
  expect(held.sdp).toContain("a=inactive");
  await stage.run(300);
  agent.takeHeard();
  stage.caller.takeHeard();
  await stage.run(600);
  expect(agent.takeHeard()).toHaveLength(0);
  expect(levelDbfs(stage.caller.takeHeard())).toBeLessThan(-60);
  const resumed = await offerFrom(stage, agent);
  expect(resumed.sdp).toContain("a=sendrecv");
  await stage.run(1000);
  expect(dominantFrequencyHz(middle(agent.takeHeard()), RATE)).toBeCloseTo(1004, -0.5);
  expect(dominantFrequencyHz(middle(stage.caller.takeHeard()), RATE)).toBeCloseTo(633, -0.5);
  expectOneSource(agent.packets, 960 * 60);
});

test("a re-offer with other ICE credentials restarts ICE; the talk goes on", async () => {
  await using stage = await connected();
  const { agent } = stage;
  stage.caller.say(tone({ frequencyHz: 1004, durationMs: 20_000 }));
  const before = /a=ice-ufrag:(\S+)/.exec((await offerFrom(stage, agent)).sdp)?.[1];
  agent.browser.restart();
  const after = /a=ice-ufrag:(\S+)/.exec((await offerFrom(stage, agent)).sdp)?.[1];
  expect(after).not.toBe(before);
  await stage.run(500);
  agent.takeHeard();
  await stage.run(1000);
  expect(dominantFrequencyHz(middle(agent.takeHeard()), RATE)).toBeCloseTo(1004, -0.5);
  expectOneSource(agent.packets, 960);
});

test("the leg goes on in another worker, offered anew: other keys, the same session", async () => {
  await using first = await Stage.open();
  const agent = await browserOn(first);
  const offer = { kind: "offer", callId: CALL, legId: AGENT, hold: false, transport: "webrtc" } as const;
  const offered = await first.ok({ ...offer, memory: null });
  if (offered.kind !== "sdp") throw new Error("not offered");
  expect(agent.negotiation.answer(offered.sdp).kind).toBe("ok");
  await using second = await Stage.open();
  // What the leg is, it remembers; what it is asked for counts for a new one only.
  const again = await second.ok({ ...offer, memory: offered.memory, transport: "rtp" });
  if (again.kind !== "sdp") throw new Error("not offered again");
  const value = (sdp: string, pattern: RegExp) => pattern.exec(sdp)?.[1];
  for (const pattern of [/^o=jikimi (\d+) /m, /^(m=audio) /m, /a=mid:(\S+)/, /SAVPF (.*)$/m]) {
    expect(value(again.sdp, pattern)).toBe(value(offered.sdp, pattern));
  }
  for (const pattern of [/a=ice-ufrag:(\S+)/, /a=fingerprint:sha-256 (\S+)/, /a=ssrc:(\d+)/]) {
    expect(value(again.sdp, pattern), String(pattern)).not.toBe(value(offered.sdp, pattern));
  }
});

test("an offer that no browser's leg can use is refused, and keeps no port", async () => {
  await using stage = await Stage.open();
  const agent = await browserOn(stage);
  const offerSdp = agent.negotiation.offer().replace(/a=ice-pwd.*\r\n/, "");
  const refused = await stage.ok({ kind: "answer", callId: CALL, legId: AGENT, offerSdp, hold: false, memory: null });
  expect(refused).toMatchObject({ kind: "unacceptable", why: expect.stringContaining("no ICE credentials") });
  expect(await stage.ok({ kind: "stats", callId: CALL })).toEqual({ kind: "stats", legs: [] });
});
