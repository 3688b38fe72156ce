import { SystemClock, SystemRandom } from "@jikimi/kernel";
import { createRecordingWriter } from "@jikimi/recording";
import { createLog } from "@jikimi/telemetry";
import { type MediaReport, MediaRequest, MediaWorkerConfig } from "@jikimi/worker-messages";
import { MediaWorker } from "./media-worker.ts";

/**
 * The media process: forked by the server (`adapters/media-workers`) with `MediaWorkerConfig` as its only argument. It leaves
 * when asked, on SIGTERM and when the server is gone, and closes its recordings first.
 */
function main(): void {
  const config = MediaWorkerConfig.parse(JSON.parse(process.argv[2] ?? "null"));
  const log = createLog({ level: config.logLevel, process: `media ${config.workerId}` });
  const report = (message: MediaReport) => {
    if (process.connected) process.send?.(message);
  };
  if (process.send === undefined) {
    log.error({}, "media is started by the server, not by hand");
    process.exit(2);
  }
  const worker = new MediaWorker({
    config,
    clock: new SystemClock(),
    random: new SystemRandom(),
    log,
    createRecordingWriter,
    report,
  });

  let leaving = false;
  const leave = async (why: string): Promise<void> => {
    if (leaving) return;
    leaving = true;
    await worker[Symbol.asyncDispose]();
    log.info({ why }, "media stopped");
    process.exit(0);
  };
  process.on("SIGTERM", () => void leave("asked to"));
  // A terminal's Ctrl+C reaches every process of the group; when to leave is the server's business.
  process.on("SIGINT", () => {});
  process.on("disconnect", () => void leave("the server is gone"));
  process.on("message", (message) => {
    const request = MediaRequest.safeParse(message);
    if (!request.success) log.error({ issues: request.error.issues.length }, "a request that is none");
    else if (request.data.command.kind === "stop") void leave("asked to");
    else void worker.handle(request.data);
  });
  report({ kind: "ready" });
}

main();
