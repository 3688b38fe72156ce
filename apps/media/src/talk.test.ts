import { dominantFrequencyHz, levelDbfs, tone, toneLevelDbfs } from "@jikimi/audio";
import { expect, test } from "vitest";
import { AGENT, CALL, CALLER, Stage } from "./test-support/stage.ts";
import type { HeardPacket, TestPhone } from "./test-support/test-phone.ts";

const RATE = 8000;
const callerTone = tone({ frequencyHz: 1004, durationMs: 3000 });
const agentTone = tone({ frequencyHz: 633, durationMs: 3000 });

/** The middle of what was heard: the first packets before the lock, and the last ones on their way, are no matter. */
function middle(pcm: Int16Array): Int16Array {
  return pcm.subarray(800, pcm.length - 800);
}

function expectContinuous(packets: readonly HeardPacket[]) {
  expect(new Set(packets.map(({ ssrc }) => ssrc)).size).toBe(1);
  for (const [index, packet] of packets.entries()) {
    const before = packets[index - 1];
    if (before === undefined) continue;
    expect((packet.sequence - before.sequence) & 0xffff).toBe(1);
    const ticks = (packet.timestamp - before.timestamp) >>> 0;
    expect(ticks).toBeGreaterThan(0);
    expect(ticks).toBeLessThanOrEqual(RATE / 2);
  }
}

test.for([
  { caller: "pcmu", agent: "pcmu", what: "relayed" },
  { caller: "pcma", agent: "pcmu", what: "transcoded" },
] as const)("each party hears the other's tone at its level, $what", async ({ caller: callerCodec }) => {
  await using stage = await Stage.bridged({ callerCodec });
  const { caller, agent } = stage;
  caller.say(callerTone);
  agent.say(agentTone);
  await stage.run(1500);
  const heardByAgent = middle(agent.takeHeard());
  const heardByCaller = middle(caller.takeHeard());
  expect(heardByAgent.length).toBeGreaterThan(RATE);
  expect(dominantFrequencyHz(heardByAgent, RATE)).toBeCloseTo(1004, -0.5);
  expect(dominantFrequencyHz(heardByCaller, RATE)).toBeCloseTo(633, -0.5);
  expect(toneLevelDbfs(heardByAgent, 1004, RATE)).toBeCloseTo(-15, 0);
  expect(toneLevelDbfs(heardByCaller, 633, RATE)).toBeCloseTo(-15, 0);
  expectContinuous(agent.packets);
  expectContinuous(caller.packets);
});

test("a prompt replaces the talk for its leg, and one source runs on through talk, prompt and talk", async () => {
  await using stage = await Stage.bridged();
  const { caller, agent } = stage;
  const path = await stage.sound("prompt.wav", tone({ frequencyHz: 440, durationMs: 600 }));
  caller.say(tone({ frequencyHz: 1004, durationMs: 5000 }));
  agent.say(tone({ frequencyHz: 633, durationMs: 5000 }));
  await stage.run(1000);
  caller.takeHeard();
  agent.takeHeard();
  await stage.ok({ kind: "play", callId: CALL, playId: "p1", legIds: [CALLER], path, loop: false });
  await stage.until(() => stage.worker.isPlaying(CALL));
  await stage.run(600);
  const during = caller.takeHeard();
  expect(toneLevelDbfs(during, 440, RATE)).toBeCloseTo(-15, -0.5);
  expect(toneLevelDbfs(during, 633, RATE)).toBeLessThan(-30);
  expect(toneLevelDbfs(middle(agent.takeHeard()), 1004, RATE)).toBeCloseTo(-15, 0);
  await stage.run(1000);
  expect(toneLevelDbfs(middle(caller.takeHeard()), 633, RATE)).toBeCloseTo(-15, 0);
  expectContinuous(caller.packets);

  const [started] = stage.of("play-started");
  const [completed] = stage.of("play-completed");
  expect(started).toMatchObject({ legId: CALLER, playId: "p1" });
  expect(completed).toMatchObject({ legId: CALLER, playId: "p1", outcome: "completed", playedMs: 600 });
  expect((completed?.atMs ?? 0) - (started?.atMs ?? 0)).toBe(580);
});

test("both parties hear an announcement that is played to both", async () => {
  await using stage = await Stage.bridged();
  const { caller, agent } = stage;
  const path = await stage.sound("warning.wav", tone({ frequencyHz: 440, durationMs: 800 }));
  await stage.ok({ kind: "play", callId: CALL, playId: "w", legIds: [CALLER, AGENT], path, loop: false });
  await stage.until(() => stage.worker.isPlaying(CALL));
  caller.takeHeard();
  agent.takeHeard();
  await stage.run(800);
  expect(toneLevelDbfs(caller.takeHeard(), 440, RATE)).toBeCloseTo(-15, -0.5);
  expect(toneLevelDbfs(agent.takeHeard(), 440, RATE)).toBeCloseTo(-15, -0.5);
  expect(stage.of("play-completed")).toHaveLength(1);
});

test("a sound that loops goes on until it is stopped, and a newer one takes its place", async () => {
  await using stage = await Stage.bridged();
  const ringback = await stage.sound("ringback.wav", tone({ frequencyHz: 440, durationMs: 100 }));
  const notice = await stage.sound("notice.wav", tone({ frequencyHz: 880, durationMs: 5000 }));
  await stage.ok({ kind: "play", callId: CALL, playId: "loop", legIds: [CALLER], path: ringback, loop: true });
  await stage.until(() => stage.worker.isPlaying(CALL));
  await stage.run(500);
  expect(stage.of("play-completed")).toEqual([]);
  await stage.ok({ kind: "play", callId: CALL, playId: "notice", legIds: [CALLER], path: notice, loop: false });
  await stage.until(() => stage.of("play-completed").length === 1);
  expect(stage.of("play-completed")[0]).toMatchObject({ playId: "loop", outcome: "stopped" });
  await stage.run(200);
  await stage.ok({ kind: "stop-play", callId: CALL, playId: "notice" });
  expect(stage.of("play-completed")[1]).toMatchObject({ playId: "notice", outcome: "stopped", playedMs: 200 });
});

test("a sound that cannot be read is said, and the talk goes on", async () => {
  await using stage = await Stage.bridged();
  const { caller, agent } = stage;
  agent.say(agentTone);
  await stage.ok({ kind: "play", callId: CALL, playId: "x", legIds: [CALLER], path: "/nowhere.wav", loop: false });
  await stage.until(() => stage.of("play-completed").length === 1);
  expect(stage.of("play-completed")[0]).toMatchObject({ outcome: "sound-unreadable", playedMs: 0 });
  await stage.run(500);
  expect(levelDbfs(middle(caller.takeHeard()))).toBeCloseTo(-15, 0);
});

test("a play whose leg is released says so", async () => {
  await using stage = await Stage.bridged();
  const path = await stage.sound("long.wav", tone({ frequencyHz: 440, durationMs: 5000 }));
  await stage.ok({ kind: "play", callId: CALL, playId: "p", legIds: [CALLER], path, loop: false });
  await stage.until(() => stage.worker.isPlaying(CALL));
  await stage.run(100);
  await stage.ok({ kind: "release", callId: CALL, legId: CALLER });
  expect(stage.of("play-completed")[0]).toMatchObject({ outcome: "leg-released", playedMs: 100 });
});

test("who is muted is not heard, and the other still is", async () => {
  await using stage = await Stage.bridged();
  const { caller, agent } = stage;
  caller.say(callerTone);
  agent.say(agentTone);
  await stage.run(200);
  await stage.ok({ kind: "mute", callId: CALL, legId: AGENT, muted: true });
  caller.takeHeard();
  agent.takeHeard();
  await stage.run(500);
  expect(levelDbfs(caller.takeHeard())).toBeLessThan(-70);
  expect(toneLevelDbfs(middle(agent.takeHeard()), 1004, RATE)).toBeCloseTo(-15, 0);
  await stage.ok({ kind: "mute", callId: CALL, legId: AGENT, muted: false });
  await stage.run(500);
  expect(toneLevelDbfs(middle(caller.takeHeard()), 633, RATE)).toBeCloseTo(-15, 0);
  expectContinuous(caller.packets);
});

test("while nobody speaks to it, a party hears silence and never nothing", async () => {
  await using stage = await Stage.bridged();
  const { caller } = stage;
  await stage.ok({ kind: "unbridge", callId: CALL });
  await stage.run(1000);
  expect(caller.packets.length).toBeGreaterThan(40);
  expect(levelDbfs(caller.takeHeard())).toBeLessThan(-70);
  expectContinuous(caller.packets);
});

/** The caller's telephone asks for another direction; what it is answered. */
async function renegotiate({
  stage,
  direction,
}: {
  stage: Stage & { caller: TestPhone };
  direction: "inactive" | "sendrecv";
}) {
  const offerSdp = stage.caller.negotiation.offer().replace("a=sendrecv", `a=${direction}`);
  const result = await stage.ok({ kind: "answer", callId: CALL, legId: CALLER, offerSdp, hold: false, memory: null });
  return result.kind === "sdp" ? result.sdp : "";
}

test("a party on hold gets nothing and is not heard; resumed, both flow again", async () => {
  await using stage = await Stage.bridged();
  const { caller, agent } = stage;
  caller.say(tone({ frequencyHz: 1004, durationMs: 9000 }));
  agent.say(tone({ frequencyHz: 633, durationMs: 9000 }));
  await stage.run(300);
  expect(await renegotiate({ stage, direction: "inactive" })).toContain("a=inactive");
  caller.packets.length = 0;
  agent.takeHeard();
  await stage.run(1000);
  expect(caller.packets).toEqual([]);
  expect(levelDbfs(agent.takeHeard().subarray(RATE / 2))).toBeLessThan(-70);
  caller.takeHeard();
  expect(await renegotiate({ stage, direction: "sendrecv" })).toContain("a=sendrecv");
  await stage.run(1000);
  expect(toneLevelDbfs(middle(caller.takeHeard()), 633, RATE)).toBeCloseTo(-15, -0.5);
  expect(toneLevelDbfs(middle(agent.takeHeard()), 1004, RATE)).toBeCloseTo(-15, -0.5);
});

test("what is said while two parties are apart, on hold, is not missing in the sequence of either", async () => {
  await using stage = await Stage.bridged();
  const { caller, agent } = stage;
  caller.say(tone({ frequencyHz: 1004, durationMs: 9000 }));
  agent.say(tone({ frequencyHz: 633, durationMs: 9000 }));
  await stage.run(300);
  await renegotiate({ stage, direction: "inactive" });
  await stage.ok({ kind: "unbridge", callId: CALL });
  await stage.run(1000);
  await stage.ok({ kind: "bridge", callId: CALL, legIds: [CALLER, AGENT] });
  await renegotiate({ stage, direction: "sendrecv" });
  await stage.run(1000);
  const gaps = caller.packets.flatMap(({ sequence }, index) => {
    const before = caller.packets[index - 1];
    return before === undefined ? [] : [(sequence - before.sequence) & 0xffff];
  });
  expect(gaps.filter((gap) => gap !== 1)).toEqual([]);
  expect(gaps.length).toBeGreaterThan(50);
});
