import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { fileURLToPath } from "node:url";
import { readWav } from "@jikimi/audio";
import type { HearingEvent, TapSink } from "@jikimi/calls";
import { type CallId, type EpochMs, SystemClock, silentLog } from "@jikimi/kernel";
import { ListenWorkers } from "@jikimi/listen-workers";
import { defaultModelsDir } from "@jikimi/recognizers";
import { TapEncoder } from "@jikimi/worker-messages";
import { afterAll, beforeAll, expect, test } from "vitest";

/** The real process, forked from its source, with the real models. */
const entry = { path: fileURLToPath(new URL("./main.ts", import.meta.url)), execArgv: ["--import", "tsx"] };
const LINE = readFileSync(new URL("../../../packages/adapters/recognizers/testdata/demo-line-8k.wav", import.meta.url));
const clock = new SystemClock();
const CALL = "call-1" as CallId;

let workers: ListenWorkers;
const events: HearingEvent[] = [];
let notify: () => void = () => {};

beforeAll(async () => {
  workers = new ListenWorkers({
    entry,
    config: { modelsDir: defaultModelsDir(), recognizers: ["demo"], tapHost: "127.0.0.1", logLevel: "error" },
    clock,
    log: silentLog,
  });
  workers.onEvent((event) => {
    events.push(event);
    notify();
  });
  expect(await workers.start()).toEqual({ ready: 1 });
});
afterAll(() => workers[Symbol.asyncDispose]());

/** Resolves when an event of that kind has come, now or later. */
async function eventOf<Kind extends HearingEvent["kind"]>(
  kind: Kind,
  from = 0,
): Promise<Extract<HearingEvent, { kind: Kind }>> {
  for (;;) {
    const found = events
      .slice(from)
      .find((event): event is Extract<HearingEvent, { kind: Kind }> => event.kind === kind);
    if (found !== undefined) return found;
    await new Promise<void>((resolve) => {
      notify = resolve;
    });
  }
}

async function openStream(speaker: "caller" | "agent", callStartedAtMs: EpochMs): Promise<TapSink> {
  const sink = await workers.openStream({ callId: CALL, speaker, recognizer: "demo", callStartedAtMs });
  if (sink === null) throw new Error("no listen worker is alive");
  return sink;
}

/** Sends the line as a media worker would, only faster. */
async function say(sink: TapSink, startMs: number): Promise<void> {
  const read = readWav(LINE);
  if (read.kind !== "ok") throw new Error(read.why);
  const [pcm = new Int16Array(0)] = read.wav.channels;
  const socket = connect(sink.port, sink.host);
  await once(socket, "connect");
  const encoder = new TapEncoder(2 * pcm.byteLength);
  encoder.open(1, sink.token);
  for (let at = 0; at < pcm.length; at += 160) {
    encoder.frame(1, { atMs: startMs + at / 8, pcm: pcm.subarray(at, at + 160) });
  }
  encoder.close(1);
  socket.end(encoder.take());
  await once(socket, "close");
}

test("what a tap carries is heard, as the speaker it belongs to and in the call's time", async () => {
  const startedAtMs = clock.nowMs();
  const sink = await openStream("caller", startedAtMs);
  await say(sink, startedAtMs + 10_000);
  const { utterance, callId, recognizer } = await eventOf("utterance");
  expect({ callId, recognizer, speaker: utterance.speaker }).toEqual({
    callId: CALL,
    recognizer: "demo",
    speaker: "caller",
  });
  expect(utterance.text).toMatch(/^책임자 .*주세요/);
  expect(utterance.startMs).toBeGreaterThan(10_500);
  expect(utterance.endMs).toBeLessThan(16_600);
  expect((await eventOf("speech-started")).atMs).toBe(startedAtMs + utterance.startMs);
});

test("a killed worker names its calls, comes back, and hears again", async () => {
  await openStream("agent", clock.nowMs());
  const [health] = workers.health();
  expect(health).toMatchObject({ alive: true, calls: 1 });
  const from = events.length;
  process.kill(health?.pid ?? 0, "SIGKILL");
  expect((await eventOf("listen-lost", from)).callIds).toEqual([CALL]);
  expect(
    await workers.openStream({ callId: CALL, speaker: "agent", recognizer: "demo", callStartedAtMs: clock.nowMs() }),
  ).toBeNull();
  await eventOf("listen-ready", from);
  const startedAtMs = clock.nowMs();
  await say(await openStream("agent", startedAtMs), startedAtMs);
  const { utterance } = await eventOf("utterance", from);
  expect(utterance).toMatchObject({ speaker: "agent", text: expect.stringContaining("상품이") });
});

test("a worker hears by the server that its settings name", async () => {
  const server = createServer((request, response) => {
    const answer = { text: "책임자 바꿔 주세요", segments: [{ start: 0, end: 2, avg_logprob: -0.1 }] };
    request.resume().once("end", () => response.end(JSON.stringify(answer)));
  });
  await once(server.listen(0, "127.0.0.1"), "listening");
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const config = {
    modelsDir: defaultModelsDir(),
    recognizers: ["openai-compatible" as const],
    recognizerServer: { url, model: "whisper-1", keyFile: null },
    tapHost: "127.0.0.1",
    logLevel: "error" as const,
  };
  await using elsewhere = new ListenWorkers({ entry, config, clock, log: silentLog });
  const heard = new Promise<HearingEvent>((resolve) => {
    elsewhere.onEvent((event) => event.kind === "utterance" && resolve(event));
  });
  expect(await elsewhere.start()).toEqual({ ready: 1 });
  const request = { callId: CALL, speaker: "caller", recognizer: "openai-compatible" } as const;
  const sink = await elsewhere.openStream({ ...request, callStartedAtMs: clock.nowMs() });
  if (sink === null) throw new Error("no listen worker is alive");
  await say(sink, clock.nowMs());
  expect(await heard).toMatchObject({ recognizer: "openai-compatible", utterance: { text: "책임자 바꿔 주세요" } });
  server.close();
  server.closeAllConnections();
});
