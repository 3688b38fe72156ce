import { readFile } from "node:fs/promises";
import { readWav } from "@jikimi/audio";
import { exportWav, type Keyring, openRecording, type Verification, verifyRecording } from "@jikimi/recording";
import type { WatchedCall } from "./call-watch.ts";

/** What a person who asks for the recording would hear: caller left; agent and announcements right; 8 kHz. */
export type ExportedSound = {
  readonly left: Int16Array;
  readonly right: Int16Array;
  readonly verification: Verification;
};

/** Exports the call's last closed recording as WAV and reads it back. */
export async function exportedSound(
  { jikimi: { keyring } }: { readonly jikimi: { readonly keyring: Keyring } },
  call: WatchedCall,
): Promise<ExportedSound> {
  const { path, sha256 } = await call.until("recording-closed");
  return exportedFile(path, keyring, { expectedSha256: sha256 });
}

/** As it lies on disk, closed or not. */
export async function exportedFile(
  path: string,
  keyring: Keyring,
  expected: { expectedSha256?: string } = {},
): Promise<ExportedSound> {
  const verification = await verifyRecording(path, keyring, expected);
  const opened = await openRecording(path, keyring);
  if (opened.kind === "refused") throw new Error(`${path}: ${JSON.stringify(opened.finding)}`);
  await using recording = opened.recording;
  const { wavPath } = await exportWav(recording, { wavPath: `${path}.wav` });
  const read = readWav(await readFile(wavPath));
  if (read.kind !== "ok") throw new Error(read.why);
  const [left, right] = read.wav.channels;
  if (left === undefined || right === undefined) throw new Error(`${wavPath} has no two channels`);
  return { left, right, verification };
}
