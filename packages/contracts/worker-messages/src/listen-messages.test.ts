import { expect, test } from "vitest";
import { ListenReport, ListenRequest, ListenWorkerConfig } from "./listen-messages.ts";

const utterance = {
  speaker: "caller",
  text: "책임자 바꿔 주세요",
  words: [{ text: "책임자", startMs: 100, endMs: 420, confidence: 0.9 }],
  hints: [{ stem: "씨발", label: "profanity", confidence: 0.4, startMs: 600, endMs: 1000 }],
  confidence: 0.9,
  startMs: 100,
  endMs: 1200,
  levelDbfs: -21.5,
  steps: { endpointMs: 608, queueMs: 12, decodeMs: 0 },
  voice: {
    noiseDbfs: -61.2,
    pitchHz: 182.4,
    syllablesPerS: 5.1,
    aboveOwnDb: null,
    aboveOwnSemitones: null,
    overlapMs: 0,
    signals: ["interrupting"],
  },
};

test.for([
  { kind: "open-stream", requestId: 1, callId: "c-1", speaker: "agent", recognizer: "demo", callStartedAtMs: 1.5e12 },
  { kind: "close-call", callId: "c-1" },
  { kind: "attend", callId: "c-1", atRisk: true },
  { kind: "ping", pingId: 0 },
  { kind: "stop" },
])("a request to $kind passes unchanged", (request) => {
  expect(ListenRequest.parse(structuredClone(request))).toEqual(request);
});

test.for([
  { kind: "ready", recognizers: ["demo", "whisper-base-ko"] },
  { kind: "stream-opened", requestId: 1, sink: { host: "127.0.0.1", port: 4000, token: "0123456789abcdef" } },
  { kind: "stream-refused", requestId: 1, why: "no model" },
  { kind: "utterance", callId: "c-1", recognizer: "demo", utterance },
  { kind: "speech-started", callId: "c-1", speaker: "caller", atMs: 1.5e12 },
  { kind: "attention", callId: "c-1", speaker: "agent", heard: false },
  { kind: "calibrated", recognizer: "demo", fullPerSecond: 0.07, leanPerSecond: 0.04, calls: 20 },
  { kind: "lagging", callId: "c-1", lagMs: 3100 },
  { kind: "recognizer-lost", recognizer: "demo", why: "exit 3" },
  { kind: "pong", pingId: 3, streams: 2, waiting: 1, droppedFrames: 0 },
])("a report of $kind passes unchanged", (report) => {
  expect(ListenReport.parse(JSON.parse(JSON.stringify(report)))).toEqual(report);
});

test.for([
  null,
  "ready",
  {},
  { kind: "open-stream" },
  { kind: "open-stream", requestId: 1, callId: "", speaker: "caller", recognizer: "demo", callStartedAtMs: 0 },
  { kind: "open-stream", requestId: 1, callId: "c", speaker: "both", recognizer: "demo", callStartedAtMs: 0 },
  { kind: "open-stream", requestId: 1, callId: "c", speaker: "caller", recognizer: "other", callStartedAtMs: 0 },
])("%j is no request", (message) => {
  expect(ListenRequest.safeParse(message).success).toBe(false);
});

test.for([
  { kind: "stream-opened", requestId: 1, sink: { host: "127.0.0.1", port: 0, token: "0123456789abcdef" } },
  { kind: "stream-opened", requestId: 1, sink: { host: "127.0.0.1", port: 4000, token: "short" } },
  { kind: "utterance", callId: "c-1", recognizer: "demo", utterance: { ...utterance, confidence: 1.1 } },
  { kind: "utterance", callId: "c-1", recognizer: "demo", utterance: { ...utterance, startMs: null } },
])("%j is no report", (message) => {
  expect(ListenReport.safeParse(message).success).toBe(false);
});

test("a worker's settings are read from its argument", () => {
  const config = {
    workerId: "listen-1",
    modelsDir: "assets/models",
    recognizers: ["whisper-base-ko"],
    tapHost: "127.0.0.1",
    logLevel: "info",
  };
  expect(ListenWorkerConfig.parse(config)).toEqual(config);
  const recognizerServer = { url: "http://127.0.0.1:8000", model: "whisper-1", keyFile: null };
  expect(ListenWorkerConfig.parse({ ...config, recognizerServer })).toEqual({ ...config, recognizerServer });
  expect(ListenWorkerConfig.safeParse({ ...config, recognizerServer: { url: "here" } }).success).toBe(false);
  expect(ListenWorkerConfig.safeParse({ ...config, logLevel: "loud" }).success).toBe(false);
  expect(ListenWorkerConfig.safeParse(null).success).toBe(false);
});
