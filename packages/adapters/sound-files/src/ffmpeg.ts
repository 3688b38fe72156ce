import { spawn } from "node:child_process";
import { type ByteReader, StreamReader } from "./byte-reader.ts";

export type Ffmpeg = { readonly bytes: ByteReader; readonly ended: Promise<number | null>; stop(): void };

/** The program ffmpeg as a decoder: WAV on its standard output. Null where it is not installed. */
export async function startFfmpeg(path: string, env: NodeJS.ProcessEnv = process.env): Promise<Ffmpeg | null> {
  const args = ["-nostdin", "-v", "error", "-i", `file:${path}`, "-vn", "-c:a", "pcm_s16le", "-f", "wav", "-"];
  const child = spawn("ffmpeg", args, { stdio: ["ignore", "pipe", "ignore"], env });
  const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
  const started = await new Promise<boolean>((resolve) => {
    child.once("spawn", () => resolve(true));
    child.once("error", () => resolve(false));
  });
  if (!started) return null;
  return { bytes: new StreamReader(child.stdout), ended, stop: () => child.kill("SIGKILL") };
}
