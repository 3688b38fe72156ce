import { readFile } from "node:fs/promises";
import { readSound, resample } from "@jikimi/audio";
import { type LogFields, SystemClock, SystemRandom } from "@jikimi/kernel";
import { calibrate, type Recognizer, wholeCalls } from "@jikimi/listening";
import { openRecognizer, SileroModel, sourceThreadEntry } from "@jikimi/recognizers";
import { createLog } from "@jikimi/telemetry";
import { type ListenReport, ListenRequest, ListenWorkerConfig } from "@jikimi/worker-messages";
import { isBudgeted, ListenWorker } from "./listen-worker.ts";
import { Recognizers } from "./recognizers.ts";
import { TapServer } from "./tap-server.ts";

/**
 * The listen process: forked by the server (`adapters/listen-workers`) with `ListenWorkerConfig` as its only argument, and
 * gone when the server is.
 */
async function main(): Promise<void> {
  const config = ListenWorkerConfig.parse(JSON.parse(process.argv[2] ?? "null"));
  const log = createLog({ level: config.logLevel, process: `listen ${config.workerId}` });
  const clock = new SystemClock();
  const report = (message: ListenReport) => {
    if (process.connected) process.send?.(message);
  };
  const leave = (code: number, fields: LogFields, sentence: string): void => {
    log.info(fields, sentence);
    process.exit(code);
  };
  if (process.send === undefined) leave(2, {}, "listen is started by the server, not by hand");
  process.on("disconnect", () => leave(0, {}, "the server is gone"));
  // A terminal's Ctrl+C reaches every process of the group; when to leave is the server's business.
  process.on("SIGINT", () => {});

  const entry = config.threadUrl === undefined ? sourceThreadEntry() : { url: new URL(config.threadUrl), execArgv: [] };
  const stopping = new AbortController();
  /** Nobody waits for it; until it is known, an assumption serves. */
  const learnCost = async (recognizer: Recognizer): Promise<void> => {
    if (config.calibrationSound === undefined || !isBudgeted(recognizer.name)) return;
    const read = readSound(await readFile(config.calibrationSound));
    if (read.kind === "unreadable") throw new Error(`${config.calibrationSound}: ${read.why}`);
    const speech = resample(
      Float32Array.from(read.pcm, (sample) => sample / 32_768),
      8000,
      recognizer.sampleRateHz,
    );
    const cost = await calibrate(recognizer, speech, { clock, signal: stopping.signal });
    if (cost === null) return;
    worker.setCost(recognizer.name, cost);
    report({ kind: "calibrated", recognizer: recognizer.name, ...cost, calls: wholeCalls(cost) });
  };
  const recognizers = new Recognizers(async (name) => {
    const recognizer = await openRecognizer(name, {
      modelsDir: config.modelsDir,
      pulledModelsDir: config.pulledModelsDir,
      clock,
      log,
      entry,
      ...(config.recognizerServer === undefined ? {} : { server: config.recognizerServer }),
      onLost: (why) => report({ kind: "recognizer-lost", recognizer: name, why }),
    });
    learnCost(recognizer).catch((failure: unknown) => {
      if (!stopping.signal.aborted) log.warn({ recognizer: name, failure: String(failure) }, "not calibrated");
    });
    return recognizer;
  });
  const voices = SileroModel.load(config.modelsDir);
  const taps = await TapServer.listen({ host: config.tapHost, clock, log });
  const random = new SystemRandom();
  const worker = new ListenWorker({
    taps,
    tapHost: config.tapHost,
    recognizers,
    voices,
    resample,
    clock,
    random,
    log,
    report,
  });
  await Promise.all(config.recognizers.map((name) => recognizers.get(name)));

  const stop = async (): Promise<void> => {
    stopping.abort();
    await worker.stop();
    await taps[Symbol.asyncDispose]();
    await recognizers[Symbol.asyncDispose]();
    leave(0, {}, "listen stopped");
  };
  process.on("SIGTERM", () => void stop());
  process.on("message", (message) => {
    const request = ListenRequest.safeParse(message);
    if (!request.success) log.error({ issues: request.error.issues.length }, "a request that is none");
    else if (request.data.kind === "stop") void stop();
    else void worker.handle(request.data);
  });
  report({ kind: "ready", recognizers: config.recognizers });
}

await main();
