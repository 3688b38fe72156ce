import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodeG711, tone } from "@jikimi/audio";
import {
  type CallId,
  type EpochMs,
  type LegId,
  ResourceScope,
  SystemClock,
  SystemRandom,
  silentLog,
} from "@jikimi/kernel";
import { MediaWorkers } from "@jikimi/media-workers";
import { Keyring, verifyRecording } from "@jikimi/recording";
import { Pacer } from "@jikimi/rtp";
import { parseSdp } from "@jikimi/sdp";
import { expect, test } from "vitest";
import { TestPhone } from "./test-support/test-phone.ts";

const entry = { path: fileURLToPath(new URL("main.ts", import.meta.url)), execArgv: ["--import", "tsx"] };
const callId = "call-1" as CallId;
const legId = "leg-1" as LegId;
type Event = Parameters<Parameters<MediaWorkers["onEvent"]>[0]>[0];

/** Real processes, real time: only what happens is awaited. */
async function start({ workers = 1 }: { workers?: number } = {}) {
  const scope = new ResourceScope();
  const clock = new SystemClock();
  const random = new SystemRandom();
  const folder = await mkdtemp(join(tmpdir(), "jikimi-media-"));
  scope.defer(() => rm(folder, { recursive: true, force: true }));
  const media = scope.use(
    new MediaWorkers({
      entry,
      config: {
        bindAddress: "127.0.0.1",
        advertisedAddress: "127.0.0.1",
        rtpPorts: { first: 30_000, last: 35_999 },
        logLevel: "error",
      },
      clock,
      log: silentLog,
      workers,
    }),
  );
  const events: Event[] = [];
  const waiting = new Set<() => void>();
  media.onEvent((event) => {
    events.push(event);
    for (const wake of waiting) wake();
  });
  const next = <Kind extends Event["kind"]>(kind: Kind): Promise<Extract<Event, { kind: Kind }>> =>
    new Promise((resolve) => {
      const look = () => {
        const found = events.find((event): event is Extract<Event, { kind: Kind }> => event.kind === kind);
        if (found === undefined) return;
        waiting.delete(look);
        resolve(found);
      };
      waiting.add(look);
      look();
    });
  expect(await media.start()).toEqual({ ready: workers });
  const phone = scope.use(await TestPhone.open({ clock, random }));
  const speech = encodeG711("pcmu", tone({ frequencyHz: 1004, durationMs: 20 }));
  const pacer = new Pacer({ clock, onTick: (dueMs) => phone.endpoint.sendFrame(speech, dueMs) });
  scope.defer(() => pacer.stop());
  const call = async () => {
    const answered = await media.answer({ callId, legId, offerSdp: phone.negotiation.offer() });
    if (answered.kind !== "ok") throw new Error(answered.why);
    const accepted = phone.negotiation.acceptAnswer(answered.sdp);
    if (accepted.kind !== "ok") throw new Error(accepted.why);
    phone.use(accepted.audio);
    pacer.start();
    return answered.sdp;
  };
  return { media, next, events, phone, call, folder, clock, [Symbol.asyncDispose]: () => scope[Symbol.asyncDispose]() };
}

function originOf(sdp: string) {
  const parsed = parseSdp(sdp);
  if (parsed.kind === "malformed") throw new Error(parsed.why);
  return parsed.description.origin;
}

test("a killed worker's call goes on in another, with the same session one version on", async () => {
  await using stage = await start({ workers: 2 });
  const { media, next, call, phone } = stage;
  const before = originOf(await call());
  await next("rtp-started");
  const [worker] = media.health().filter(({ calls }) => calls === 1);
  process.kill(worker?.pid ?? 0, "SIGKILL");
  expect(await next("worker-lost")).toMatchObject({ callIds: [callId], workerId: worker?.workerId });
  stage.events.length = 0;
  const offered = await media.offer({ callId, legId });
  if (offered.kind !== "ok") throw new Error(offered.why);
  const answer = phone.negotiation.answer(offered.sdp);
  if (answer.kind !== "ok") throw new Error(answer.why);
  expect(await media.acceptAnswer({ callId, legId, answerSdp: answer.sdp })).toEqual({ kind: "ok" });
  phone.use(answer.audio);
  expect(await next("rtp-started")).toMatchObject({ callId, legId });
  const after = originOf(offered.sdp);
  expect(after.sessionId).toBe(before.sessionId);
  expect(Number(after.version)).toBe(Number(before.version) + 1);
});

test("a recording that runs is closed whole when the worker is asked to leave", async () => {
  await using stage = await start();
  const { media, next, call, folder, clock } = stage;
  const keyring = new Keyring(randomBytes(32));
  const { key, wrapped } = keyring.newCallKey();
  const path = join(folder, "call.jkr");
  await call();
  await next("rtp-started");
  await media.startRecording({
    callId,
    path,
    startedAtMs: clock.nowMs() as EpochMs,
    channels: { caller: legId, agent: null },
    callKey: Buffer.from(key).toString("base64"),
    wrappedKey: Buffer.from(wrapped).toString("base64"),
  });
  const [worker] = media.health();
  process.kill(worker?.pid ?? 0, "SIGTERM");
  await next("worker-lost");
  expect(await verifyRecording(path, keyring)).toMatchObject({ intact: true, findings: [] });
});

test("a worker whose server is gone leaves by itself", async () => {
  const config = {
    workerId: "media-1",
    bindAddress: "127.0.0.1",
    advertisedAddress: "127.0.0.1",
    rtpPorts: { first: 30_000, last: 35_999 },
    logLevel: "error",
  };
  const child = fork(entry.path, [JSON.stringify(config)], { execArgv: entry.execArgv });
  const exited = new Promise((resolve) => child.once("exit", resolve));
  const ready = new Promise((resolve) => child.once("message", resolve));
  await Promise.race([ready, exited]);
  if (child.connected) child.disconnect();
  expect(await exited).toBe(0);
});
