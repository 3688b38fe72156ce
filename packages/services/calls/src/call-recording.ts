import type { CallId, Clock } from "@jikimi/kernel";
import type { RecordingSummary } from "@jikimi/recording";
import type { Call } from "./call.ts";
import type { MediaPlane, RecordingShelf } from "./ports.ts";

/** Starts and stops the recordings of calls, and tells each call's account of them. */
export class CallRecordings {
  readonly #media: MediaPlane;
  readonly #shelf: RecordingShelf;
  readonly #clock: Clock;
  readonly #running = new Map<CallId, Running>();

  constructor({ media, shelf, clock }: { media: MediaPlane; shelf: RecordingShelf; clock: Clock }) {
    this.#media = media;
    this.#shelf = shelf;
    this.#clock = clock;
  }

  isOn(callId: CallId): boolean {
    return this.#running.get(callId)?.on ?? false;
  }

  /** Begins to record, or goes on in a new file (a segment) after a stop. A failure is told and the call goes on. */
  async start(call: Call): Promise<boolean> {
    const before = this.#running.get(call.id);
    if (before?.on) return true;
    const segment = before === undefined ? 0 : before.segment + 1;
    const startedAtMs = this.#clock.nowMs();
    const channels = { caller: call.leg("caller")?.legId ?? null, agent: call.leg("agent")?.legId ?? null };
    let path: string;
    try {
      const recording = this.#shelf.newRecording(call.id, startedAtMs, segment);
      path = recording.path;
      await this.#media.startRecording({ callId: call.id, startedAtMs, channels, ...recording });
    } catch (cause) {
      call.log.error({ cause }, "recording could not start");
      call.tell({ kind: "recording-failed", reason: cause instanceof Error ? cause.message : "unknown" });
      return false;
    }
    const lossless = before?.lossless ?? true;
    this.#running.set(call.id, { segment, on: true, lossless, closed: Promise.resolve() });
    const change = segment === 0 ? { recordingPath: path } : {};
    call.tell({ kind: "recording-started", path }, { change });
    return true;
  }

  /** Closes the running file, if any, and tells its hash and its gaps; everybody who asks waits for the same close. */
  async stop(call: Call): Promise<void> {
    const running = this.#running.get(call.id);
    if (running === undefined) return;
    if (running.on) {
      running.on = false;
      running.closed = this.#close(call, running);
    }
    await running.closed;
  }

  async #close(call: Call, running: Running): Promise<void> {
    const summary = await this.#media.stopRecording({ callId: call.id }).catch(() => null);
    if (summary === null) {
      running.lossless = false;
      call.tell({ kind: "recording-failed", reason: "not closed: to be verified" });
    } else this.#tellClosed(call, summary, running);
  }

  /** The media process with the file died: what it wrote is on disk up to its last second. */
  lost(call: Call): void {
    const running = this.#running.get(call.id);
    if (!running?.on) return;
    running.on = false;
    running.lossless = false;
  }

  forget(callId: CallId): void {
    this.#running.delete(callId);
  }

  /** The call's row names its first file, so it takes that file's hash only; the others' are in the account. */
  #tellClosed(call: Call, summary: RecordingSummary, running: Running): void {
    const { sha256, durationMs, gaps, complete, path } = summary;
    running.lossless &&= complete;
    call.recordingFacts = { recordingSha256: sha256, recordingComplete: running.lossless };
    const change = { recordingSha256: sha256, recordingSummary: { durationMs, gaps, complete } };
    const event = { kind: "recording-closed", sha256, durationMs, gaps, complete, path } as const;
    call.tell(event, running.segment === 0 ? { change } : {});
  }
}

type Running = {
  readonly segment: number;
  on: boolean;
  /** Nothing that was to be recorded on this call has been lost so far, in any of its files. */
  lossless: boolean;
  closed: Promise<void>;
};
