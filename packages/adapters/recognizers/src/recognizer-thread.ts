import { parentPort, workerData } from "node:worker_threads";
import type { Transcription } from "@jikimi/listening";
import type { Effort, ThreadReply, ThreadRequest, ThreadStart } from "./thread-messages.ts";

/**
 * The thread that decodes: one request after the other, each blocking this thread and no other. It loads its model, says
 * `ready`, and lives until its owner ends it. A model that does not load is an uncaught error, which the owner sees.
 */
const port = parentPort;
if (port === null) throw new Error("recognizer-thread runs as a worker thread only");

const { recognizer, ...folders } = workerData as ThreadStart;
const decoder = await load();

port.on("message", ({ requestId, pcm, effort }: ThreadRequest) => {
  void answer({ requestId, pcm, effort }).then((reply) => port.postMessage(reply));
});
port.postMessage({ kind: "ready" } satisfies ThreadReply);

type Decoder = { transcribe(pcm: Float32Array, options: { effort: Effort }): Transcription | Promise<Transcription> };

/** Each brings a native library of its own; a thread loads the one that it needs. */
async function load(): Promise<Decoder> {
  if (recognizer === "demo") return new (await import("./demo.ts")).DemoDecoder(folders.modelsDir);
  if (recognizer === "zipformer-ko-streaming") {
    return (await import("./transducer.ts")).TransducerDecoder.load(folders);
  }
  return (await import("./whisper/decoder.ts")).WhisperDecoder.load(folders.modelsDir);
}

/** The owner sends one request at a time. */
async function answer({ requestId, pcm, effort }: ThreadRequest): Promise<ThreadReply> {
  try {
    return { kind: "transcribed", requestId, transcription: await decoder.transcribe(pcm, { effort }) };
  } catch (failure) {
    return { kind: "failed", requestId, why: String(failure) };
  }
}
