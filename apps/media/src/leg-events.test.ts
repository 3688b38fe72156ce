import { createSocket } from "node:dgram";
import { tone, toneLevelDbfs } from "@jikimi/audio";
import type { LegId } from "@jikimi/kernel";
import { serializeRtp } from "@jikimi/rtp";
import { expect, test } from "vitest";
import { AGENT, CALL, CALLER, Stage } from "./test-support/stage.ts";
import { heardMs, TestListener } from "./test-support/test-listener.ts";

const RATE = 8000;

/** A listen worker, and a tap of the caller that has reached it. */
async function tapped(stage: Stage, token: string) {
  const listener = stage.scope.use(await TestListener.open());
  await tapTo(stage, listener, CALLER, token);
  return { listener, tap: listener.tap(token) };
}

async function tapTo(stage: Stage, listener: TestListener, legId: LegId, token: string): Promise<void> {
  const speaker = legId === CALLER ? "caller" : "agent";
  await stage.ok({ kind: "tap", callId: CALL, legId, speaker, sink: listener.sink(token) });
  await stage.until(() => listener.taps.some((tap) => tap.token === token));
}

test("a tap carries what its party says without a seam, dated by the wall clock", async () => {
  await using stage = await Stage.bridged();
  const { tap } = await tapped(stage, "a token");
  stage.caller.say(tone({ frequencyHz: 1004, durationMs: 9000 }));
  await stage.run(2000);
  await stage.until(() => heardMs(tap) >= 1800);
  for (const [index, frame] of tap.frames.entries()) {
    const before = tap.frames[index - 1];
    if (before !== undefined) expect(frame.atMs).toBeCloseTo(before.atMs + before.pcm.length / 8, 3);
  }
  const pcm = Int16Array.from(tap.frames.flatMap((frame) => [...frame.pcm]));
  expect(toneLevelDbfs(pcm, 1004, RATE)).toBeCloseTo(-15, 0);
  expect(Math.abs((tap.frames[0]?.atMs ?? 0) - (stage.clock.nowMs() - 2000))).toBeLessThanOrEqual(60);
  await stage.ok({ kind: "untap", callId: CALL, legId: CALLER });
  await stage.until(() => tap.closed);
});

test("both parties' taps share a connection, and neither carries the other's voice", async () => {
  await using stage = await Stage.bridged();
  const { listener } = await tapped(stage, "caller's");
  await tapTo(stage, listener, AGENT, "agent's");
  stage.caller.say(tone({ frequencyHz: 1004, durationMs: 9000 }));
  stage.agent.say(tone({ frequencyHz: 633, durationMs: 9000 }));
  await stage.run(1000);
  await stage.until(() => listener.taps.every((tap) => heardMs(tap) >= 800));
  expect(listener.connections).toHaveLength(1);
  const levels = listener.taps.map(({ frames }) => {
    const pcm = Int16Array.from(frames.flatMap((frame) => [...frame.pcm]));
    return [1004, 633].map((frequencyHz) => toneLevelDbfs(pcm, frequencyHz, RATE));
  });
  expect(levels).toEqual([
    [expect.closeTo(-15, 0), expect.toSatisfy((level) => level < -40)],
    [expect.toSatisfy((level) => level < -40), expect.closeTo(-15, 0)],
  ]);
});

test("a lost packet is a jump in the tap's time, and what follows is in its place", async () => {
  await using stage = await Stage.bridged();
  const { tap } = await tapped(stage, "a token");
  stage.caller.say(tone({ frequencyHz: 1004, durationMs: 9000 }));
  await stage.run(600);
  stage.caller.lose(3);
  await stage.run(600);
  await stage.until(() => heardMs(tap) >= 1000);
  const jumps = tap.frames.flatMap((frame, index) => {
    const before = tap.frames[index - 1];
    const jump = before === undefined ? 0 : frame.atMs - before.atMs - before.pcm.length / 8;
    return Math.abs(jump) > 0.001 ? [jump] : [];
  });
  expect(jumps).toEqual([expect.closeTo(60, 3)]);
});

test("a tap that dies hurts nobody, and another takes its place", async () => {
  await using stage = await Stage.bridged();
  const { listener } = await tapped(stage, "the first");
  stage.caller.say(tone({ frequencyHz: 1004, durationMs: 9000 }));
  await stage.run(300);
  listener.drop();
  stage.agent.takeHeard();
  await stage.run(1000);
  expect(toneLevelDbfs(stage.agent.takeHeard().subarray(800, 7200), 1004, RATE)).toBeCloseTo(-15, 0);
  const nowhere = { host: "127.0.0.1", port: 9, token: "the second" };
  await stage.ok({ kind: "tap", callId: CALL, legId: AGENT, speaker: "agent", sink: nowhere });
  await stage.run(200);
  await tapTo(stage, listener, CALLER, "the third");
  await stage.run(1000);
  await stage.until(() => heardMs(listener.tap("the third")) >= 800);
  expect(await stage.ok({ kind: "stats", callId: CALL })).toMatchObject({ kind: "stats" });
});

test("a digit is reported once with its length, never relayed, and what follows is not torn", async () => {
  await using stage = await Stage.bridged();
  const { caller, agent } = stage;
  caller.say(tone({ frequencyHz: 1004, durationMs: 9000 }));
  await stage.run(400);
  caller.endpoint.queueDigits("5#");
  await stage.run(1000);
  expect(stage.of("digit")).toEqual([
    expect.objectContaining({ legId: CALLER, digit: "5", durationMs: 100 }),
    expect.objectContaining({ legId: CALLER, digit: "#", durationMs: 100 }),
  ]);
  expect(agent.digits).toEqual([]);
  expect(agent.packets.every(({ payloadType }) => payloadType === 0)).toBe(true);
  for (const [index, packet] of agent.packets.entries()) {
    const before = agent.packets[index - 1];
    if (before !== undefined) expect((packet.sequence - before.sequence) & 0xffff).toBe(1);
  }
});

test("digits that the server sends are heard by the party, one by one", async () => {
  await using stage = await Stage.bridged();
  stage.agent.say(tone({ frequencyHz: 633, durationMs: 9000 }));
  await stage.run(300);
  await stage.ok({ kind: "send-digits", callId: CALL, legId: CALLER, digits: "1*0" });
  await stage.run(1000);
  expect(stage.caller.digits).toEqual(["1", "*", "0"]);
  expect(stage.caller.packets.some(({ payloadType }) => payloadType === 101)).toBe(true);
  expect(new Set(stage.caller.packets.map(({ ssrc }) => ssrc)).size).toBe(1);
});

test("a party without telephone events is told apart", async () => {
  await using stage = await Stage.open();
  const caller = await stage.phone();
  const offerSdp = caller.negotiation
    .offer()
    .replace(/ 101\r\n/, "\r\n")
    .replace(/a=(?:rtpmap|fmtp):101.*\r\n/g, "");
  await stage.ok({ kind: "answer", callId: CALL, legId: CALLER, offerSdp, hold: false, memory: null });
  expect(await stage.ask({ kind: "send-digits", callId: CALL, legId: CALLER, digits: "1" })).toMatchObject({
    code: "digits-not-negotiated",
  });
});

test("a stranger's packets reach nobody and are counted", async () => {
  await using stage = await Stage.bridged();
  const { caller, agent } = stage;
  caller.say(tone({ frequencyHz: 1004, durationMs: 9000 }));
  await stage.run(300);
  agent.takeHeard();
  const stranger = createSocket("udp4");
  stage.scope.defer(() => stranger.close());
  const port = caller.audio?.remote?.rtpPort ?? 0;
  const payload = new Uint8Array(160).fill(0x80);
  for (let sequence = 0; sequence < 50; sequence++) {
    const header = { marker: false, payloadType: 0, sequence, timestamp: sequence * 160, ssrc: 77 };
    stranger.send(serializeRtp(header, payload), port, "127.0.0.1");
    await stage.run(20);
  }
  expect(toneLevelDbfs(agent.takeHeard().subarray(800, 7000), 1004, RATE)).toBeCloseTo(-15, 0);
  const stats = await stage.ok({ kind: "stats", callId: CALL });
  if (stats.kind !== "stats") throw new Error("no stats");
  expect(stats.legs.find(({ legId }) => legId === CALLER)).toMatchObject({ packetsRejected: 50, packetsLost: 0 });
});

test("a party that falls silent is reported once, and again when it is back", async () => {
  await using stage = await Stage.bridged();
  const { caller, agent } = stage;
  agent.say(tone({ frequencyHz: 633, durationMs: 60_000 }));
  caller.say(tone({ frequencyHz: 1004, durationMs: 1000 }));
  await stage.run(1000);
  expect(stage.of("rtp-started")).toHaveLength(2);
  await stage.run(14_000);
  expect(stage.of("rtp-timeout")).toEqual([expect.objectContaining({ legId: CALLER })]);
  expect(stage.of("rtp-timeout")[0]?.silentMs).toBeGreaterThanOrEqual(10_000);
  caller.say(tone({ frequencyHz: 1004, durationMs: 1000 }));
  await stage.run(200);
  expect(stage.of("rtp-resumed")).toEqual([expect.objectContaining({ legId: CALLER })]);
});

test("a party on hold is never reported silent", async () => {
  await using stage = await Stage.bridged();
  const offerSdp = stage.caller.negotiation.offer().replace("a=sendrecv", "a=inactive");
  await stage.ok({ kind: "answer", callId: CALL, legId: CALLER, offerSdp, hold: false, memory: null });
  stage.agent.say(tone({ frequencyHz: 633, durationMs: 60_000 }));
  await stage.run(20_000);
  expect(stage.of("rtp-timeout")).toEqual([]);
});

test("an offer that cannot be met leaves no leg and no port behind", async () => {
  await using stage = await Stage.open();
  const offerSdp =
    "v=0\r\no=- 1 1 IN IP4 127.0.0.1\r\ns=-\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=audio 4000 RTP/AVP 9\r\n";
  expect(
    await stage.ok({ kind: "answer", callId: CALL, legId: CALLER, offerSdp, hold: false, memory: null }),
  ).toMatchObject({ kind: "unacceptable" });
  expect(await stage.ask({ kind: "mute", callId: CALL, legId: CALLER, muted: true })).toMatchObject({
    kind: "failed",
    code: "unknown-leg",
  });
  expect(stage.clock.pendingTimers).toBe(0);
});

test("a released call leaves no timer behind", async () => {
  await using stage = await Stage.bridged();
  await stage.run(100);
  await stage.ok({ kind: "release", callId: CALL, legId: null });
  for (const phone of stage.phones) await phone[Symbol.asyncDispose]();
  expect(stage.clock.pendingTimers).toBe(0);
});
