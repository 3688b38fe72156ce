import { type FileHandle, open } from "node:fs/promises";
import { FileReader } from "./byte-reader.ts";
import { type CodedKind, openCoded } from "./coded-file.ts";
import { SoundFileError } from "./errors.ts";
import { startFfmpeg } from "./ffmpeg.ts";
import type { SoundFile } from "./sound-file.ts";
import { openWav } from "./wav-file.ts";

export type OpenSoundFile = SoundFile & AsyncDisposable;

/**
 * Opens a sound file by what is in it, whatever its name: WAV, FLAC, MP3 and Ogg Opus by itself, anything else (M4A, AMR, WMA …)
 * through the program ffmpeg where it is installed. Rejects with `SoundFileError`. Whoever opens it closes it.
 */
export async function openSoundFile(
  path: string,
  { env = process.env }: { env?: NodeJS.ProcessEnv } = {},
): Promise<OpenSoundFile> {
  const file = await open(path).catch((cause: unknown) => {
    throw new SoundFileError("missing", path, { cause });
  });
  try {
    const opened = await openByContent(path, file, env);
    return opened;
  } catch (failure) {
    await file.close();
    throw failure;
  }
}

async function openByContent(path: string, file: FileHandle, env: NodeJS.ProcessEnv): Promise<OpenSoundFile> {
  const reader = new FileReader(file);
  const head = await reader.take(64).catch((cause: unknown) => {
    throw new SoundFileError("missing", path, { cause });
  });
  if (head.length === 0) throw new SoundFileError("empty", path);
  const kind = kindOf(head);
  if (kind === "wav") {
    const stream = await openWav(new FileReader(file));
    if (typeof stream === "string") throw new SoundFileError("unsupported", path, { detail: stream });
    const { sampleRateHz, channels, frames, pieces, problem } = stream;
    const durationMs = frames === null ? null : (frames * 1000) / sampleRateHz;
    return {
      ...described("wav", sampleRateHz, channels, durationMs),
      pieces,
      get problem() {
        return problem();
      },
      ...closing(file),
    };
  }
  if (kind === "foreign") return throughFfmpeg(path, file, env);
  if (kind === null) throw new SoundFileError("not-sound", path);
  const promise = kind === "flac" ? flacPromise(head) : null;
  const mono = kind === "mp3" && (await isMonoMp3(new FileReader(file)));
  const stream = await openCoded(kind, new FileReader(file).blocks(), { frames: promise?.frames ?? null, mono });
  if (stream === null) throw new SoundFileError("not-sound", path, { detail: `no sound in this ${kind}` });
  const { sampleRateHz, channels, pieces, problem } = stream;
  const durationMs = promise === null ? null : (promise.frames * 1000) / promise.sampleRateHz;
  return {
    ...described(kind, sampleRateHz, channels, durationMs),
    pieces,
    get problem() {
      return problem();
    },
    ...closing(file),
  };
}

async function throughFfmpeg(path: string, file: FileHandle, env: NodeJS.ProcessEnv): Promise<OpenSoundFile> {
  const ffmpeg = await startFfmpeg(path, env);
  if (ffmpeg === null) throw new SoundFileError("needs-ffmpeg", path);
  const stream = await openWav(ffmpeg.bytes);
  if (typeof stream === "string") {
    ffmpeg.stop();
    throw new SoundFileError("not-sound", path, { detail: "ffmpeg finds no sound in it" });
  }
  const { sampleRateHz, channels, pieces } = stream;
  let code: number | null = 0;
  async function* toTheEnd() {
    yield* pieces;
    code = await (ffmpeg as NonNullable<typeof ffmpeg>).ended;
  }
  return {
    ...described("ffmpeg", sampleRateHz, channels, null),
    pieces: toTheEnd(),
    get problem() {
      return code === 0 ? null : "damaged";
    },
    async [Symbol.asyncDispose]() {
      ffmpeg.stop();
      await file.close();
    },
  };
}

function described(kind: SoundFile["kind"], sampleRateHz: number, channels: number, durationMs: number | null) {
  return { kind, sampleRateHz, channels, durationMs };
}

function closing(file: FileHandle): AsyncDisposable {
  return { [Symbol.asyncDispose]: () => file.close() };
}

/** By the first bytes (`foreign`: sound or film, by its signature, that only ffmpeg reads). Null for what is no sound at all. */
function kindOf(head: Buffer): "wav" | CodedKind | "foreign" | null {
  const at = (from: number, text: string) => head.toString("latin1", from, from + text.length) === text;
  if ((at(0, "RIFF") || at(0, "RF64")) && at(8, "WAVE")) return "wav";
  if (at(0, "fLaC")) return "flac";
  if (at(0, "OggS")) return at(28, "OpusHead") ? "opus" : "foreign";
  if (at(0, "ID3") || isMpegAudio(head)) return "mp3";
  const foreign = at(4, "ftyp") || at(0, "#!AMR") || at(0, "FORM") || at(0, ".snd") || at(0, "caff") || at(0, "MThd");
  const asf = head.subarray(0, 4).equals(Buffer.from([0x30, 0x26, 0xb2, 0x75]));
  const matroska = head.subarray(0, 4).equals(Buffer.from([0x1a, 0x45, 0xdf, 0xa3]));
  return foreign || asf || matroska || isAdts(head) ? "foreign" : null;
}

/** How much sound its STREAMINFO block promises (RFC 9639 §8.2); null where it does not say. */
function flacPromise(head: Buffer): { frames: number; sampleRateHz: number } | null {
  if (head.length < 26) return null;
  const sampleRateHz = head.readUIntBE(18, 3) >> 4;
  const frames = ((head[21] ?? 0) & 0x0f) * 2 ** 32 + head.readUInt32BE(22);
  return frames === 0 || sampleRateHz === 0 ? null : { frames, sampleRateHz };
}

/** Its decoder gives two equal channels; the first frame behind an ID3 tag says whether there is one. */
async function isMonoMp3(reader: FileReader): Promise<boolean> {
  let head = await reader.take(10);
  if (head.length < 10) return false;
  if (head.toString("latin1", 0, 3) === "ID3") {
    const size = [6, 7, 8, 9].reduce((sum, at) => sum * 128 + ((head[at] ?? 0) & 0x7f), 0);
    await reader.skip(size);
    head = await reader.take(4);
  }
  return isMpegAudio(head) && ((head[3] ?? 0) & 0xc0) === 0xc0;
}

/** MPEG audio, layer III: eleven bits of sync, a layer, and a bitrate that exists. */
function isMpegAudio(head: Buffer): boolean {
  const [first = 0, second = 0, third = 0] = head;
  const sync = first === 0xff && (second & 0xe0) === 0xe0;
  const layerThree = (second & 0x06) === 0x02;
  return sync && layerThree && (second & 0x18) !== 0x08 && (third & 0xf0) !== 0xf0 && (third & 0x0c) !== 0x0c;
}

/** AAC in its transport stream: twelve bits of sync and layer 0. */
function isAdts(head: Buffer): boolean {
  return head[0] === 0xff && ((head[1] ?? 0) & 0xf6) === 0xf0;
}
