import { fileURLToPath } from "node:url";
import type { HearingEvent } from "@jikimi/calls";
import { type CallId, type Clock, type LogFields, ManualClock, SystemClock, silentLog } from "@jikimi/kernel";
import { expect, test } from "vitest";
import { ListenWorkers } from "./listen-workers.ts";

const entry = { path: fileURLToPath(new URL("../testing/moody-worker.mjs", import.meta.url)), execArgv: [] };

function startWorkers(mood: string, { clock, workers = 1 }: { clock: Clock; workers?: number }) {
  const events: HearingEvent[] = [];
  const sentences: string[] = [];
  let notify: () => void = () => {};
  const note = (_: LogFields, sentence: string) => {
    sentences.push(sentence);
    notify();
  };
  const hearing = new ListenWorkers({
    entry,
    config: { modelsDir: mood, recognizers: ["demo"], tapHost: "127.0.0.1", logLevel: "error" },
    clock,
    log: { ...silentLog, warn: note, error: note, info: note },
    workers,
    heartbeatMs: 1_000,
    hungAfterMs: 5_000,
  });
  hearing.onEvent((event) => {
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
  return { hearing, events, sentences, until };
}

const request = (callId: string, clock: Clock) => ({
  callId: callId as CallId,
  speaker: "caller" as const,
  recognizer: "demo" as const,
  callStartedAtMs: clock.nowMs(),
});

test("calls go to the worker with the fewest, and come off it when they end", async () => {
  const clock = new SystemClock();
  const { hearing } = startWorkers("obliging", { clock, workers: 2 });
  await using _ = hearing;
  expect(await hearing.start()).toEqual({ ready: 2 });
  const tokens: string[] = [];
  for (const call of ["a", "b", "c"]) tokens.push((await hearing.openStream(request(call, clock)))?.token ?? "");
  expect(tokens.map((token) => token.slice(0, 10))).toEqual(["listen-1-a", "listen-2-b", "listen-1-c"]);
  await hearing.closeCall("a" as CallId);
  await hearing.closeCall("c" as CallId);
  expect(hearing.health().map((worker) => worker.calls)).toEqual([0, 1]);
  expect((await hearing.openStream(request("d", clock)))?.token).toMatch(/^listen-1-d/);
});

test("both speakers of a call are one call", async () => {
  const clock = new SystemClock();
  const { hearing } = startWorkers("obliging", { clock });
  await using _ = hearing;
  await hearing.start();
  await hearing.openStream(request("a", clock));
  await hearing.openStream({ ...request("a", clock), speaker: "agent" });
  expect(hearing.health()).toMatchObject([{ alive: true, calls: 1 }]);
});

test("reports reach those who listen, and what is no report harms nobody", async () => {
  const clock = new SystemClock();
  const { hearing, events, sentences, until } = startWorkers("obliging", { clock });
  await using _ = hearing;
  await hearing.start();
  await hearing.openStream(request("a", clock));
  await until(() => events.some((event) => event.kind === "lagging"));
  expect(events.map((event) => event.kind)).toEqual(["listen-ready", "lagging"]);
  expect(sentences.filter((sentence) => sentence.includes("no report"))).toHaveLength(2);
});

test("without a worker that is ready, there is no stream and no waiting", async () => {
  const clock = new ManualClock();
  const { hearing } = startWorkers("obliging", { clock });
  await using _ = hearing;
  expect(await hearing.openStream(request("a", clock))).toBeNull();
});

test.for(["refuses", "dies on request"])("a worker that %s gives null", async (mood) => {
  const clock = new SystemClock();
  const { hearing } = startWorkers(mood, { clock });
  await using _ = hearing;
  await hearing.start();
  expect(await hearing.openStream(request("a", clock))).toBeNull();
});

test("a worker that does not answer is not waited for beyond its time", async () => {
  const clock = new ManualClock();
  const { hearing, sentences } = startWorkers("says nothing", { clock });
  await hearing.start();
  const opening = hearing.openStream(request("a", clock));
  await clock.advance(3_000);
  expect(await opening).toBeNull();
  expect(sentences).toContain("listen did not answer in time");
  await hearing[Symbol.asyncDispose]();
  expect(clock.pendingTimers).toBe(0);
});

test("a worker that hangs is killed, its calls are named, and another comes", async () => {
  const clock = new ManualClock();
  const { hearing, events, until } = startWorkers("hangs", { clock });
  await using _ = hearing;
  await hearing.start();
  const opening = hearing.openStream(request("a", clock));
  await clock.advance(7_000);
  expect(await opening).toBeNull();
  await until(() => events.some((event) => event.kind === "listen-lost"));
  expect(events.find((event) => event.kind === "listen-lost")).toMatchObject({ callIds: ["a"] });
  await clock.advance(200);
  await until(() => events.filter((event) => event.kind === "listen-ready").length === 2);
  expect(hearing.health()).toMatchObject([{ alive: true, calls: 0 }]);
});

test("a worker that cannot start is tried again, each time later", async () => {
  const clock = new ManualClock();
  const { hearing, events, until } = startWorkers("never starts", { clock });
  expect(await hearing.start()).toEqual({ ready: 0 });
  const losses = () => events.filter((event) => event.kind === "listen-lost").length;
  const waits: number[] = [];
  for (let loss = 1; loss <= 4; loss++) {
    await until(() => losses() === loss);
    let waitedMs = 0;
    while (hearing.health()[0]?.pid === null) {
      await clock.advance(100);
      waitedMs += 100;
    }
    waits.push(waitedMs);
  }
  expect(waits).toEqual([200, 400, 800, 1600]);
  await hearing[Symbol.asyncDispose]();
  expect(clock.pendingTimers).toBe(0);
});

test("a worker that does not leave when asked is made to", async () => {
  const clock = new ManualClock();
  const { hearing, events } = startWorkers("stays", { clock });
  await hearing.start();
  const closing = hearing[Symbol.asyncDispose]();
  await clock.advance(5_000);
  await closing;
  expect(clock.pendingTimers).toBe(0);
  expect(events.map((event) => event.kind)).toEqual(["listen-ready"]);
});
