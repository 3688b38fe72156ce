import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { readWav, tone, toneLevelDbfs } from "@jikimi/audio";
import { SeededRandom } from "@jikimi/kernel";
import { exportWav, Keyring, openRecording, type RecordingManifest } from "@jikimi/recording";
import type { MediaResult } from "@jikimi/worker-messages";
import { expect, test } from "vitest";
import { AGENT, CALL, CALLER, Stage } from "./test-support/stage.ts";

const RATE = 8000;
const keyring = new Keyring(randomBytes(32), new SeededRandom(3));
type Summary = NonNullable<Extract<MediaResult, { kind: "recording" }>["summary"]>;

async function startRecording(stage: Stage, channels: { caller: typeof CALLER | null; agent: typeof AGENT | null }) {
  const { key, wrapped } = keyring.newCallKey();
  const path = join(stage.folder, "call.jkr");
  const report = await stage.ask({
    kind: "start-recording",
    callId: CALL,
    path,
    startedAtMs: stage.clock.nowMs(),
    channels,
    callKey: Buffer.from(key).toString("base64"),
    wrappedKey: Buffer.from(wrapped).toString("base64"),
  });
  return report;
}

async function stopRecording(
  stage: Stage,
): Promise<{ summary: Summary; manifest: RecordingManifest; left: Int16Array; right: Int16Array }> {
  const result = await stage.ok({ kind: "stop-recording", callId: CALL });
  if (result.kind !== "recording" || result.summary === null) throw new Error("no summary");
  const opened = await openRecording(result.summary.path, keyring);
  if (opened.kind === "refused") throw new Error(JSON.stringify(opened.finding));
  await using recording = opened.recording;
  const { manifest, wavPath } = await exportWav(recording, { wavPath: join(stage.folder, "call.wav") });
  const wav = readWav(await readFile(wavPath));
  const [left, right] = wav.kind === "ok" ? wav.wav.channels : [];
  if (left === undefined || right === undefined) throw new Error("not stereo");
  return { summary: result.summary, manifest, left, right };
}

test("caller left, agent right, each on its own and nothing missing while both speak", async () => {
  await using stage = await Stage.bridged();
  const { caller, agent } = stage;
  caller.say(tone({ frequencyHz: 1004, durationMs: 4000 }));
  agent.say(tone({ frequencyHz: 633, durationMs: 4000 }));
  await stage.run(200);
  await startRecording(stage, { caller: CALLER, agent: AGENT });
  await stage.run(2000);
  const { left, right, summary, manifest } = await stopRecording(stage);
  expect(toneLevelDbfs(left, 1004, RATE)).toBeCloseTo(-15, 0);
  expect(toneLevelDbfs(left, 633, RATE)).toBeLessThan(-50);
  expect(toneLevelDbfs(right, 633, RATE)).toBeCloseTo(-15, 0);
  expect(toneLevelDbfs(right, 1004, RATE)).toBeLessThan(-50);
  expect(summary.complete).toBe(true);
  expect(summary.durationMs).toBe(1980);
  expect(manifest.gaps).toEqual([]);
});

test("lost packets are a gap of their own length, in their place", async () => {
  await using stage = await Stage.bridged();
  const { caller, agent } = stage;
  caller.say(tone({ frequencyHz: 1004, durationMs: 9000 }));
  agent.say(tone({ frequencyHz: 633, durationMs: 9000 }));
  await stage.run(200);
  await startRecording(stage, { caller: CALLER, agent: AGENT });
  await stage.run(1000);
  caller.lose(15);
  await stage.run(1000);
  const { manifest, left } = await stopRecording(stage);
  expect(manifest.gaps).toEqual([{ channel: "caller", startMs: 980, endMs: 1280, reason: "packet-loss" }]);
  expect(left.subarray(7840, 10_240).every((sample) => sample === 0)).toBe(true);
  expect(toneLevelDbfs(left.subarray(10_240), 1004, RATE)).toBeCloseTo(-15, 0);
});

test("who sends nothing, holds or is not there yet leaves a gap that says why", async () => {
  await using stage = await Stage.bridged();
  const { caller, agent } = stage;
  await startRecording(stage, { caller: CALLER, agent: null });
  caller.say(tone({ frequencyHz: 1004, durationMs: 3000 }));
  agent.say(tone({ frequencyHz: 633, durationMs: 9000 }));
  await stage.run(1000);
  await stage.ok({ kind: "assign-channel", callId: CALL, channel: "agent", legId: AGENT });
  await stage.run(2000);
  // The caller's phone holds, 1 s; then its line is silent.
  const hold = (direction: string) => {
    const offerSdp = caller.negotiation.offer().replace("a=sendrecv", direction);
    return stage.ok({ kind: "answer", callId: CALL, legId: CALLER, offerSdp, hold: false, memory: null });
  };
  await hold("a=sendonly");
  await hold("a=inactive");
  await stage.run(1000);
  await hold("a=sendrecv");
  await stage.run(1000);
  const { manifest } = await stopRecording(stage);
  // A packet belongs 20 ms before it came: that is when it was said.
  expect(manifest.gaps).toEqual([
    { channel: "caller", startMs: 2980, endMs: 4000, reason: "hold" },
    { channel: "caller", startMs: 4000, endMs: 4980, reason: "no-rtp" },
    { channel: "agent", startMs: 0, endMs: 980, reason: "not-connected" },
  ]);
});

test("what the caller hears is on the record, when it was heard; what only the agent hears is not", async () => {
  await using stage = await Stage.bridged();
  const { caller, agent } = stage;
  caller.say(tone({ frequencyHz: 1004, durationMs: 9000 }));
  agent.say(tone({ frequencyHz: 633, durationMs: 9000 }));
  await stage.run(200);
  await startRecording(stage, { caller: CALLER, agent: AGENT });
  const warning = await stage.sound("warning.wav", tone({ frequencyHz: 440, durationMs: 500 }));
  const whisper = await stage.sound("whisper.wav", tone({ frequencyHz: 880, durationMs: 500 }));
  await stage.run(1000);
  await stage.ok({ kind: "play", callId: CALL, playId: "w", legIds: [CALLER], path: warning, loop: false });
  await stage.until(() => stage.worker.isPlaying(CALL));
  await stage.run(1000);
  await stage.ok({ kind: "play", callId: CALL, playId: "a", legIds: [AGENT], path: whisper, loop: false });
  await stage.until(() => stage.worker.isPlaying(CALL));
  await stage.run(1000);
  const { manifest, right } = await stopRecording(stage);
  const heard = stage.of("play-started")[0]?.atMs ?? 0;
  expect(manifest.announcements).toHaveLength(1);
  const [announced] = manifest.announcements;
  expect(announced?.startMs).toBe(heard - manifest.startedAtMs);
  expect((announced?.endMs ?? 0) - (announced?.startMs ?? 0)).toBe(500);
  expect(toneLevelDbfs(right.subarray(8400, 11_600), 440, RATE)).toBeGreaterThan(-18);
  expect(toneLevelDbfs(right.subarray(17_000, 20_000), 880, RATE)).toBeLessThan(-50);
});

test("the channel passes to another agent's leg without a seam", async () => {
  await using stage = await Stage.bridged();
  const { caller, agent } = stage;
  const second = await stage.phone();
  const SECOND = "leg-second" as typeof AGENT;
  await stage.callOut(second, SECOND);
  caller.say(tone({ frequencyHz: 1004, durationMs: 9000 }));
  agent.say(tone({ frequencyHz: 633, durationMs: 9000 }));
  second.say(tone({ frequencyHz: 700, durationMs: 9000 }));
  await stage.run(200);
  await startRecording(stage, { caller: CALLER, agent: AGENT });
  await stage.run(1000);
  await stage.ok({ kind: "bridge", callId: CALL, legIds: [CALLER, SECOND] });
  await stage.ok({ kind: "assign-channel", callId: CALL, channel: "agent", legId: SECOND });
  await stage.ok({ kind: "release", callId: CALL, legId: AGENT });
  await stage.run(1000);
  const { manifest, right } = await stopRecording(stage);
  expect(manifest.gaps).toEqual([]);
  expect(toneLevelDbfs(right.subarray(0, 7800), 633, RATE)).toBeCloseTo(-15, 0);
  expect(toneLevelDbfs(right.subarray(8200), 700, RATE)).toBeCloseTo(-15, 0);
});

test("a second recording of the same call is refused, and the first goes on", async () => {
  await using stage = await Stage.bridged();
  expect(await startRecording(stage, { caller: CALLER, agent: AGENT })).toMatchObject({ kind: "done" });
  expect(await startRecording(stage, { caller: CALLER, agent: AGENT })).toMatchObject({
    kind: "failed",
    code: "recording-exists",
  });
  stage.caller.say(tone({ frequencyHz: 1004, durationMs: 1000 }));
  await stage.run(500);
  expect((await stopRecording(stage)).summary.complete).toBe(true);
});

test("releasing the call closes its recording", async () => {
  await using stage = await Stage.bridged();
  await startRecording(stage, { caller: CALLER, agent: AGENT });
  stage.caller.say(tone({ frequencyHz: 1004, durationMs: 1000 }));
  await stage.run(500);
  await stage.ok({ kind: "release", callId: CALL, legId: null });
  const opened = await openRecording(join(stage.folder, "call.jkr"), keyring);
  if (opened.kind === "refused") throw new Error("refused");
  await using recording = opened.recording;
  const { manifest } = await exportWav(recording, { wavPath: join(stage.folder, "call.wav") });
  expect(manifest.closed).toBe(true);
});
