import { type CallId, ManualClock, ResourceScope, SeededRandom, type Speaker, silentLog } from "@jikimi/kernel";
import type { Transcription, VoiceActivityModel } from "@jikimi/listening";
import type { OwnedRecognizer } from "@jikimi/recognizers";
import type { ListenReport } from "@jikimi/worker-messages";
import { expect, test } from "vitest";
import { ListenWorker } from "./listen-worker.ts";
import { Recognizers } from "./recognizers.ts";
import { TapServer } from "./tap-server.ts";

const nothing: Transcription = {
  text: "",
  words: [],
  hints: [],
  confidence: 0,
  accepted: false,
  noSpeech: null,
  cpuMs: 1,
};

const recognizer: OwnedRecognizer = {
  name: "demo",
  sampleRateHz: 16_000,
  waiting: 0,
  transcribe: async () => nothing,
  [Symbol.asyncDispose]: async () => {},
};

const voices: VoiceActivityModel = {
  open: () => ({ sampleRateHz: 8000, windowSamples: 256, probability: () => 0, reset: () => {} }),
};

/** A worker whose recogniser has room for one caller, or for one agent and no caller. */
async function openWorker(scope: ResourceScope) {
  const clock = new ManualClock();
  const reports: ListenReport[] = [];
  const taps = scope.use(await TapServer.listen({ host: "127.0.0.1", clock, log: silentLog }));
  const worker = new ListenWorker({
    taps,
    tapHost: "127.0.0.1",
    recognizers: new Recognizers(async () => recognizer),
    voices,
    resample: (pcm) => pcm,
    clock,
    random: new SeededRandom(1),
    log: silentLog,
    report: (report) => reports.push(report),
  });
  scope.defer(() => worker.stop());
  worker.setCost("demo", { fullPerSecond: 2, leanPerSecond: 1.5 });
  let requestId = 0;
  const open = async (call: string, speaker: Speaker) => {
    await clock.advance(10);
    requestId += 1;
    const callId = call as CallId;
    await worker.handle({ kind: "open-stream", requestId, callId, speaker, recognizer: "demo", callStartedAtMs: 0 });
  };
  const told = () =>
    reports.flatMap((one) => (one.kind === "attention" ? [`${one.callId} ${one.speaker} ${one.heard}`] : []));
  return { worker, open, told };
}

test("who cannot be heard as well is told, a call at risk takes the place, and who ends makes room", async () => {
  await using scope = new ResourceScope();
  const { worker, open, told } = await openWorker(scope);
  await open("a", "agent");
  expect(told()).toEqual([]);
  await open("a", "caller");
  expect(told()).toEqual(["a agent false"]);
  await open("b", "caller");
  expect(told().slice(1)).toEqual(["b caller false"]);
  await worker.handle({ kind: "attend", callId: "b" as CallId, atRisk: true });
  expect(told().slice(2)).toEqual(["a caller false", "b caller true"]);
  await worker.handle({ kind: "close-call", callId: "b" as CallId });
  await Promise.resolve();
  await expect.poll(told).toHaveLength(5);
  expect(told().slice(4)).toEqual(["a caller true"]);
});

test("a side that joins a call at risk is at risk", async () => {
  await using scope = new ResourceScope();
  const { worker, open, told } = await openWorker(scope);
  await open("a", "agent");
  await open("b", "agent");
  expect(told()).toEqual(["b agent false"]);
  await worker.handle({ kind: "attend", callId: "b" as CallId, atRisk: true });
  expect(told().slice(1)).toEqual(["a agent false", "b agent true"]);
});
