import { fileURLToPath } from "node:url";
import type { MediaEvent } from "@jikimi/calls";
import {
  type CallId,
  type Clock,
  type LegId,
  type LogFields,
  ManualClock,
  SystemClock,
  silentLog,
} from "@jikimi/kernel";
import { expect, test } from "vitest";
import { MediaWorkers } from "./media-workers.ts";

const entry = { path: fileURLToPath(new URL("../testing/moody-worker.mjs", import.meta.url)), execArgv: [] };
const legId = "leg" as LegId;
const call = (name: string) => name as CallId;

function openWorkers(mood: string, { clock, workers = 1 }: { clock: Clock; workers?: number }) {
  const events: MediaEvent[] = [];
  const sentences: string[] = [];
  let notify: () => void = () => {};
  const note = (_: LogFields, sentence: string) => {
    sentences.push(sentence);
    notify();
  };
  const media = new MediaWorkers({
    entry,
    config: {
      bindAddress: mood,
      advertisedAddress: "127.0.0.1",
      rtpPorts: { first: 40_000, last: 40_999 },
      logLevel: "error",
    },
    clock,
    log: { ...silentLog, warn: note, error: note, info: note },
    workers,
    requestTimeoutMs: 2_000,
    heartbeatMs: 1_000,
    hungAfterMs: 3_000,
  });
  media.onEvent((event) => {
    events.push(event);
    notify();
  });
  /** Waits for real processes; time itself stands still. */
  const until = async (met: () => boolean) => {
    while (!met()) {
      await new Promise<void>((resolve) => {
        notify = resolve;
      });
    }
  };
  return { media, events, sentences, until };
}

test("calls go to the worker with the fewest, and come off it when they are released", async () => {
  const { media } = openWorkers("obliging", { clock: new SystemClock(), workers: 2 });
  await using _ = media;
  expect(await media.start()).toEqual({ ready: 2 });
  const where: string[] = [];
  for (const name of ["a", "b", "c"]) {
    const result = await media.offer({ callId: call(name), legId });
    where.push(result.kind === "ok" ? result.sdp : result.why);
  }
  expect(where).toEqual(["media-1 offer anew", "media-2 offer anew", "media-1 offer anew"]);
  expect(await media.list()).toEqual(["a", "b", "c"]);
  await media.release({ callId: call("a") });
  await media.release({ callId: call("c") });
  await media.release({ callId: call("c") });
  expect(media.health().map(({ calls }) => calls)).toEqual([0, 1]);
  expect(await media.list()).toEqual(["b"]);
});

test("what a worker refuses is told with its code", async () => {
  const { media } = openWorkers("obliging", { clock: new SystemClock() });
  await using _ = media;
  await media.start();
  await media.offer({ callId: call("a"), legId });
  await expect(media.mute({ callId: call("a"), legId, muted: true })).rejects.toMatchObject({ code: "unknown-leg" });
  await expect(media.mute({ callId: call("b"), legId, muted: true })).rejects.toMatchObject({ code: "no-worker" });
});

test("a request that is never answered settles all the same", async () => {
  const clock = new ManualClock();
  const { media } = openWorkers("deaf", { clock });
  await using _ = media;
  await media.start();
  const offered = media.offer({ callId: call("a"), legId });
  await clock.advance(2_000);
  expect(await offered).toMatchObject({ kind: "unavailable", why: expect.stringContaining("2000 ms") });
  expect(await media.list()).toEqual([]);
});

test("a worker's death is told with its calls; each leg goes on in another worker with what it remembers", async () => {
  const clock = new ManualClock();
  const { media, events, until } = openWorkers("dies", { clock, workers: 2 });
  await using _ = media;
  await media.start();
  await media.offer({ callId: call("a"), legId });
  const bridged = media.bridge({ callId: call("a"), legIds: [legId, legId] });
  await expect(bridged).rejects.toMatchObject({ code: "worker-lost" });
  await until(() => events.length === 1);
  expect(events).toEqual([{ kind: "worker-lost", workerId: "media-1", callIds: ["a"], atMs: clock.nowMs() }]);
  await expect(media.unbridge({ callId: call("a") })).rejects.toMatchObject({ code: "no-worker" });
  expect(await media.stopRecording({ callId: call("a") })).toBeNull();
  expect(await media.offer({ callId: call("a"), legId })).toEqual({
    kind: "ok",
    sdp: "media-2 offer after media-1 1",
  });
});

test("without a living worker a leg is unavailable, and a restart brings one back", async () => {
  const clock = new ManualClock();
  const { media, events, sentences, until } = openWorkers("dies", { clock });
  await using _ = media;
  await media.start();
  await media.offer({ callId: call("a"), legId });
  await expect(media.bridge({ callId: call("a"), legIds: [legId, legId] })).rejects.toMatchObject({
    code: "worker-lost",
  });
  await until(() => events.length === 1);
  expect(await media.offer({ callId: call("a"), legId })).toMatchObject({ kind: "unavailable" });
  expect(media.health()).toMatchObject([{ alive: false }]);
  await clock.advance(200);
  await until(() => sentences.filter((sentence) => sentence === "worker ready").length === 2);
  expect(await media.offer({ callId: call("a"), legId })).toMatchObject({ kind: "ok" });
});

test("a worker that hangs is killed, and its calls are told", async () => {
  const clock = new ManualClock();
  const { media, events, until } = openWorkers("hung", { clock });
  await using _ = media;
  await media.start();
  await media.offer({ callId: call("a"), legId });
  await clock.advance(1_000);
  expect(events).toEqual([]);
  await clock.advance(3_000);
  await until(() => events.length === 1);
  expect(events).toMatchObject([{ kind: "worker-lost", callIds: ["a"] }]);
});

test("a worker that dies at birth is tried again with growing pauses", async () => {
  const clock = new ManualClock();
  const { media, sentences, until } = openWorkers("stillborn", { clock });
  await using _ = media;
  const losses = () => sentences.filter((sentence) => sentence === "worker lost").length;
  expect(await media.start()).toEqual({ ready: 0 });
  expect(losses()).toBe(1);
  await clock.advance(199);
  expect(clock.pendingTimers).toBe(1);
  await clock.advance(1);
  await until(() => losses() === 2);
  await clock.advance(400);
  await until(() => losses() === 3);
});

test("a worker that never becomes ready is killed", async () => {
  const clock = new ManualClock();
  const { media } = openWorkers("never-ready", { clock });
  await using _ = media;
  const started = media.start();
  await clock.advance(20_000);
  expect(await started).toEqual({ ready: 0 });
});

test("what is no report is passed over", async () => {
  const { media, sentences } = openWorkers("babbling", { clock: new SystemClock() });
  await using _ = media;
  await media.start();
  expect(await media.offer({ callId: call("a"), legId })).toMatchObject({ kind: "ok" });
  expect(sentences).toContain("a worker said something that is no report");
});
