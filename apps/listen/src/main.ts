import { resample } from "@jikimi/audio";
import { type LogFields, SystemClock, SystemRandom } from "@jikimi/kernel";
import { SileroModel, sourceThreadEntry, ThreadedRecognizer } from "@jikimi/recognizers";
import { createLog } from "@jikimi/telemetry";
import { type ListenReport, ListenRequest, ListenWorkerConfig } from "@jikimi/worker-messages";
import { ListenWorker } from "./listen-worker.ts";
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
  const recognizers = new Recognizers((name) =>
    ThreadedRecognizer.start({
      name,
      modelsDir: config.modelsDir,
      pulledModelsDir: config.pulledModelsDir,
      clock,
      log,
      entry,
      onLost: (why) => report({ kind: "recognizer-lost", recognizer: name, why }),
    }),
  );
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
