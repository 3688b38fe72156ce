import { createSocket } from "node:dgram";
import { createServer, type Socket } from "node:net";
import { tone, toneLevelDbfs } from "@jikimi/audio";
import { serializeRtp } from "@jikimi/rtp";
import { TapDecoder } from "@jikimi/worker-messages";
import { expect, test } from "vitest";
import { AGENT, CALL, CALLER, Stage } from "./test-support/stage.ts";

const RATE = 8000;

/** A listen worker as the tap sees it. */
async function tapServer(stage: Stage) {
  const decoder = new TapDecoder();
  const tap = { port: 0, tokens: [] as string[], frames: [] as { atMs: number; pcm: Int16Array }[], ended: false };
  const sockets: Socket[] = [];
  const server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    socket.on("data", (bytes) => {
      for (const event of decoder.push(bytes)) {
        if (event.kind === "token") tap.tokens.push(event.token);
        else if (event.kind === "frame") tap.frames.push(event.frame);
        else throw new Error(event.why);
      }
    });
    socket.on("end", () => {
      tap.ended = true;
      socket.end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  tap.port = typeof address === "object" && address !== null ? address.port : 0;
  stage.scope.defer(
    () =>
      new Promise<void>((resolve) => {
        for (const socket of sockets) socket.destroy();
        server.close(() => resolve());
      }),
  );
  return { tap, dropConnections: () => sockets.map((socket) => socket.destroy()) };
}

function heardMs(tap: { frames: { pcm: Int16Array }[] }): number {
  return tap.frames.reduce((sum, { pcm }) => sum + pcm.length / 8, 0);
}

test("a tap carries what its party says without a seam, dated by the wall clock", async () => {
  await using stage = await Stage.bridged();
  const { tap } = await tapServer(stage);
  const sink = { host: "127.0.0.1", port: tap.port, token: "a".repeat(32) };
  await stage.ok({ kind: "tap", callId: CALL, legId: CALLER, speaker: "caller", sink });
  stage.caller.say(tone({ frequencyHz: 1004, durationMs: 9000 }));
  await stage.until(() => tap.tokens.length === 1);
  await stage.run(2000);
  await stage.until(() => heardMs(tap) >= 1800);
  expect(tap.tokens).toEqual([sink.token]);
  for (const [index, frame] of tap.frames.entries()) {
    const before = tap.frames[index - 1];
    if (before !== undefined) expect(frame.atMs).toBeCloseTo(before.atMs + before.pcm.length / 8, 3);
  }
  const pcm = Int16Array.from(tap.frames.flatMap((frame) => [...frame.pcm]));
  expect(toneLevelDbfs(pcm, 1004, RATE)).toBeCloseTo(-15, 0);
  expect(Math.abs((tap.frames[0]?.atMs ?? 0) - (stage.clock.nowMs() - 2000))).toBeLessThanOrEqual(60);
  await stage.ok({ kind: "untap", callId: CALL, legId: CALLER });
  await stage.until(() => tap.ended);
});

test("a lost packet is a jump in the tap's time, and what follows is in its place", async () => {
  await using stage = await Stage.bridged();
  const { tap } = await tapServer(stage);
  const sink = { host: "127.0.0.1", port: tap.port, token: "b".repeat(32) };
  await stage.ok({ kind: "tap", callId: CALL, legId: CALLER, speaker: "caller", sink });
  stage.caller.say(tone({ frequencyHz: 1004, durationMs: 9000 }));
  await stage.until(() => tap.tokens.length === 1);
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

test("a tap that dies hurts nobody", async () => {
  await using stage = await Stage.bridged();
  const { tap, dropConnections } = await tapServer(stage);
  const sink = { host: "127.0.0.1", port: tap.port, token: "c".repeat(32) };
  await stage.ok({ kind: "tap", callId: CALL, legId: CALLER, speaker: "caller", sink });
  stage.caller.say(tone({ frequencyHz: 1004, durationMs: 9000 }));
  await stage.until(() => tap.tokens.length === 1);
  await stage.run(300);
  dropConnections();
  stage.agent.takeHeard();
  await stage.run(1000);
  expect(toneLevelDbfs(stage.agent.takeHeard().subarray(800, 7200), 1004, RATE)).toBeCloseTo(-15, 0);
  const nowhere = { host: "127.0.0.1", port: 9, token: "d".repeat(32) };
  await stage.ok({ kind: "tap", callId: CALL, legId: AGENT, speaker: "agent", sink: nowhere });
  await stage.run(200);
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
