import { type CallId, type EpochMs, SystemClock } from "@jikimi/kernel";
import { createRecordingWriter } from "./writer.ts";

/** What `kill.test.ts` kills: a process that records in real time and tells how far it spoke, in ms, before each packet. */
const { path, key, wrapped } = JSON.parse(process.argv[2] ?? "{}") as {
  path: string;
  key: number[];
  wrapped: number[];
};
const clock = new SystemClock();
const writer = await createRecordingWriter({
  path,
  callId: "c-killed" as CallId,
  startedAtMs: clock.nowMs() as EpochMs,
  callKey: Uint8Array.from(key),
  wrappedKey: Uint8Array.from(wrapped),
  clock,
  onFailure: (reason) => {
    throw new Error(reason);
  },
});
// Listening keeps the process alive between timers, and its parent's end ends it too.
process.on("disconnect", () => process.exit(1));
const startMs = clock.monotonicMs();
for (let spoken = 0; ; ) {
  const due = Math.floor(((clock.monotonicMs() - startMs) * 8) / 160) * 160;
  for (; spoken < due; spoken += 160) {
    writer.write("caller", spoken, "pcmu", new Uint8Array(160));
    writer.write("agent", spoken, "pcmu", new Uint8Array(160));
  }
  process.send?.(spoken / 8);
  await new Promise<void>((resolve) => {
    clock.after(20, resolve);
  });
}
