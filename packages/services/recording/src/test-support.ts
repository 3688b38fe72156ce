import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readWav } from "@jikimi/audio";
import { type CallId, type Clock, type EpochMs, ManualClock, SeededRandom } from "@jikimi/kernel";
import {
  createRecordingWriter,
  exportWav,
  Keyring,
  openRecording,
  type Recording,
  type RecordingFailure,
  type RecordingFiles,
  type RecordingManifest,
  type RecordingWriter,
} from "./index.ts";

/** A folder, a keyring and a standing clock for one test; what it makes goes when it is disposed. */
export class RecordingBench implements Disposable {
  readonly folder = mkdtempSync(join(tmpdir(), "jikimi-recording-"));
  readonly keyring = new Keyring(new SeededRandom(7).bytes(32), new SeededRandom(11));
  readonly clock = new ManualClock();
  readonly failures: RecordingFailure[] = [];
  #made = 0;

  path(name = "call"): string {
    this.#made += 1;
    return join(this.folder, `${name}-${this.#made}`);
  }

  writer(path = this.path(), files?: RecordingFiles, clock: Clock = this.clock): Promise<RecordingWriter> {
    const { key, wrapped } = this.keyring.newCallKey();
    return createRecordingWriter({
      path,
      callId: "c-test-1" as CallId,
      startedAtMs: 1_767_571_200_000 as EpochMs,
      callKey: key,
      wrappedKey: wrapped,
      clock,
      random: new SeededRandom(5),
      onFailure: (reason) => this.failures.push(reason),
      ...(files === undefined ? {} : { files }),
    });
  }

  async open(path: string): Promise<Recording> {
    const opened = await openRecording(path, this.keyring);
    if (opened.kind === "refused") throw new Error(`refused: ${JSON.stringify(opened.finding)}`);
    return opened.recording;
  }

  /** What an export of the file sounds like, and says. */
  async exported(path: string): Promise<{ left: Int16Array; right: Int16Array; manifest: RecordingManifest }> {
    await using recording = await this.open(path);
    const { wavPath, manifest } = await exportWav(recording, { wavPath: this.path("wav") });
    const read = readWav(readFileSync(wavPath));
    if (read.kind === "unreadable") throw new Error(read.why);
    const [left = new Int16Array(), right = new Int16Array()] = read.wav.channels;
    return { left, right, manifest };
  }

  put(bytes: Uint8Array): string {
    const path = this.path("altered");
    writeFileSync(path, bytes);
    return path;
  }

  [Symbol.dispose](): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

export function pcm16Bytes(samples: readonly number[]): Uint8Array {
  const bytes = Buffer.alloc(samples.length * 2);
  samples.forEach((sample, i) => {
    bytes.writeInt16LE(sample, i * 2);
  });
  return bytes;
}
