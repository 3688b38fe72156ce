import { parentPort, workerData } from "node:worker_threads";
import { DemoDecoder } from "./demo.ts";
import type { ThreadReply, ThreadRequest, ThreadStart } from "./thread-messages.ts";
import { WhisperDecoder } from "./whisper.ts";

/**
 * The thread that decodes: one request after the other, each blocking this thread and no other. It loads its model, says
 * `ready`, and lives until its owner ends it. A model that does not load is an uncaught error, which the owner sees.
 */
const port = parentPort;
if (port === null) throw new Error("recognizer-thread runs as a worker thread only");

const { recognizer, modelsDir } = workerData as ThreadStart;
const decoder = recognizer === "demo" ? new DemoDecoder(modelsDir) : new WhisperDecoder(modelsDir);

port.on("message", ({ requestId, pcm }: ThreadRequest) => {
  let reply: ThreadReply;
  try {
    reply = { kind: "transcribed", requestId, transcription: decoder.transcribe(pcm) };
  } catch (failure) {
    reply = { kind: "failed", requestId, why: String(failure) };
  }
  port.postMessage(reply);
});
port.postMessage({ kind: "ready" } satisfies ThreadReply);
