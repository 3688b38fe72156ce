import { join } from "node:path";
import { resample } from "@jikimi/audio";
import { type Clock, silentLog } from "@jikimi/kernel";
import { ASSUMED_COST, CallFloor, calibrate, StreamListener, shareAttention } from "@jikimi/listening";
import { openEars } from "@jikimi/recognizers";
import { percentile } from "../result.ts";
import { conversation, LINE_RATE_HZ } from "./speech.ts";

const FRAME_MS = 20;
const FRAME_SAMPLES = (LINE_RATE_HZ * FRAME_MS) / 1000;

export type ManyCalls = {
  readonly calls: number;
  readonly texts: number;
  /** From the end of what the caller said to its text, the pause that ends an utterance included. */
  readonly callerP50Ms: number;
  readonly callerP95Ms: number;
  /** Null: no agent was heard. */
  readonly agentP95Ms: number | null;
  /** How many of each were heard; the others were set aside, as the product would. */
  readonly callersHeard: number;
  readonly agentsHeard: number;
  readonly droppedFrames: number;
  /** Of one core. */
  readonly cpuShare: number;
};

/** So many calls at once in real time, both sides of each heard by one recogniser. */
export async function listenToCalls(
  { root, clock, signal }: { root: string; clock: Clock; signal: AbortSignal },
  clips: readonly Int16Array[],
  { calls, seconds }: { calls: number; seconds: number },
): Promise<ManyCalls> {
  const modelsDir = join(root, "assets", "models");
  await using ears = await openEars({ recognizer: "whisper-base-ko", clock, log: silentLog, modelsDir });
  const speech = resample(
    Float32Array.from(clips[0] ?? [], (sample) => sample / 32_768),
    LINE_RATE_HZ,
    16_000,
  );
  const cost = (await calibrate(ears.recognizer, speech, { clock, signal })) ?? ASSUMED_COST;
  const startMs = clock.nowMs() + 200;
  const texts: { speaker: "caller" | "agent"; lagMs: number }[] = [];
  const streams = Array.from({ length: calls }, (_, call) => conversation(clips, seconds, call * 3)).flatMap(
    (said, call) => {
      const floor = new CallFloor();
      return (["caller", "agent"] as const).map((speaker) => {
        const listener = new StreamListener({
          speaker,
          floor,
          callStartedAtMs: startMs,
          recognizer: ears.recognizer,
          voice: ears.voices.open(LINE_RATE_HZ),
          resample,
          clock,
          onEvent: (event) => {
            if (event.kind !== "utterance") return;
            if (event.utterance.draft !== true)
              texts.push({ speaker, lagMs: clock.nowMs() - startMs - event.utterance.endMs });
          },
        });
        const rank = { speaker, atRisk: false, openedAtMs: call };
        return { ...rank, listener, pcm: said[speaker], done: listener.run({ signal: AbortSignal.any([signal]) }) };
      });
    },
  );
  const attended = shareAttention(streams, cost);
  for (const stream of streams) if (!attended.has(stream)) stream.listener.pause();
  const heard = (speaker: "caller" | "agent") => [...attended].filter((one) => one.speaker === speaker).length;
  const before = process.cpuUsage();
  for (let atMs = 0; atMs < seconds * 1000; atMs += FRAME_MS) {
    const waitMs = startMs + atMs + FRAME_MS - clock.nowMs();
    if (waitMs > 0) await clock.sleep(waitMs);
    const from = (atMs / FRAME_MS) * FRAME_SAMPLES;
    for (const { listener, pcm } of streams) {
      listener.push({ atMs: startMs + atMs, pcm: pcm.subarray(from, from + FRAME_SAMPLES) });
    }
  }
  const spent = process.cpuUsage(before);
  const tookMs = clock.nowMs() - startMs;
  for (const { listener } of streams) listener.end();
  await Promise.all(streams.map(({ done }) => done));
  const lags = (speaker: "caller" | "agent") =>
    texts.filter((text) => text.speaker === speaker).map(({ lagMs }) => lagMs);
  return {
    calls,
    texts: texts.length,
    callerP50Ms: Math.round(percentile(lags("caller"), 0.5)),
    callerP95Ms: Math.round(percentile(lags("caller"), 0.95)),
    agentP95Ms: lags("agent").length === 0 ? null : Math.round(percentile(lags("agent"), 0.95)),
    callersHeard: heard("caller"),
    agentsHeard: heard("agent"),
    droppedFrames: streams.reduce((sum, { listener }) => sum + listener.droppedFrames, 0),
    cpuShare: Number(((spent.user + spent.system) / 1000 / tookMs).toFixed(2)),
  };
}
