import { decodeG711 } from "@jikimi/audio";
import type { ByteReader } from "./byte-reader.ts";
import type { SoundPiece, SoundProblem } from "./sound-file.ts";

/** Format tags (RFC 2361). */
const Tag = { Pcm: 1, Float: 3, Alaw: 6, Ulaw: 7, Extensible: 0xfffe } as const;
const LONGEST_FORMAT_BYTES = 1024;
/** Written by recorders that did not know, or could not tell, how much would follow. */
const UNKNOWN_SIZES: ReadonlySet<number> = new Set([0, 0xffffffff, 0x7fffffff]);

type Format = { readonly tag: number; readonly channels: number; readonly sampleRateHz: number; readonly bits: number };

export type WavStream = {
  readonly sampleRateHz: number;
  readonly channels: number;
  /** Null where the file does not say. */
  readonly frames: number | null;
  readonly pieces: AsyncIterable<SoundPiece>;
  readonly problem: () => SoundProblem | null;
};

/**
 * RIFF/WAVE and RF64, piece by piece: PCM of 8, 16, 24 and 32 bits, floats of 32, A-law and µ-law. A string says why it cannot
 * be read.
 */
export async function openWav(bytes: ByteReader): Promise<WavStream | string> {
  await bytes.take(12);
  let format: Format | null = null;
  for (;;) {
    const head = await bytes.take(8);
    if (head.length < 8) return "it holds no sound";
    const name = head.toString("latin1", 0, 4);
    const size = head.readUInt32LE(4);
    if (name === "data") {
      if (format === null) return "its data come before its format";
      return streamOf(bytes, format, size);
    }
    if (name === "fmt ") {
      const body = await bytes.take(Math.min(size, LONGEST_FORMAT_BYTES));
      if (body.length < 16) return "its format is cut off";
      format = formatOf(body);
      const why = refusal(format);
      if (why !== null) return why;
      await bytes.skip(size - body.length + (size & 1));
    } else await bytes.skip(size + (size & 1));
  }
}

function formatOf(body: Buffer): Format {
  const tag = body.readUInt16LE(0);
  const extended = tag === Tag.Extensible && body.length >= 26;
  return {
    tag: extended ? body.readUInt16LE(24) : tag,
    channels: body.readUInt16LE(2),
    sampleRateHz: body.readUInt32LE(4),
    bits: body.readUInt16LE(14),
  };
}

function refusal({ tag, channels, sampleRateHz, bits }: Format): string | null {
  if (channels < 1 || channels > 8) return `${channels} channels`;
  if (sampleRateHz < 4000 || sampleRateHz > 384_000) return `${sampleRateHz} Hz`;
  const known =
    (tag === Tag.Pcm && [8, 16, 24, 32].includes(bits)) ||
    (tag === Tag.Float && bits === 32) ||
    ((tag === Tag.Alaw || tag === Tag.Ulaw) && bits === 8);
  return known ? null : `format ${tag} of ${bits} bits`;
}

function streamOf(bytes: ByteReader, format: Format, size: number): WavStream {
  const frameBytes = (format.bits / 8) * format.channels;
  const promised = UNKNOWN_SIZES.has(size) ? null : Math.floor(size / frameBytes);
  let read = 0;
  async function* pieces(): AsyncGenerator<SoundPiece> {
    const most = Math.max(1, Math.floor(format.sampleRateHz / 5));
    while (promised === null || read < promised) {
      const wanted = Math.min(most, (promised ?? Number.POSITIVE_INFINITY) - read);
      const block = await bytes.take(wanted * frameBytes);
      const frames = Math.floor(block.length / frameBytes);
      if (frames === 0) return;
      read += frames;
      yield deinterleaved(block, frames, format);
      if (frames < wanted) return;
    }
  }
  return {
    sampleRateHz: format.sampleRateHz,
    channels: format.channels,
    frames: promised,
    pieces: pieces(),
    problem: () => (promised !== null && read < promised ? "truncated" : null),
  };
}

function deinterleaved(block: Buffer, frames: number, { tag, channels, bits }: Format): SoundPiece {
  const piece = Array.from({ length: channels }, () => new Float32Array(frames));
  const sample = reader(block, tag, bits);
  for (let frame = 0; frame < frames; frame++) {
    for (const [channel, samples] of piece.entries()) samples[frame] = sample(frame * channels + channel);
  }
  return piece;
}

/** The n-th sample of a block, -1 to 1. */
function reader(block: Buffer, tag: number, bits: number): (n: number) => number {
  if (tag === Tag.Alaw || tag === Tag.Ulaw) {
    const pcm = decodeG711(tag === Tag.Alaw ? "pcma" : "pcmu", block);
    return (n) => (pcm[n] ?? 0) / 2 ** 15;
  }
  if (tag === Tag.Float) return (n) => withinOne(block.readFloatLE(4 * n));
  switch (bits) {
    case 8:
      return (n) => ((block[n] ?? 128) - 128) / 2 ** 7;
    case 16:
      return (n) => block.readInt16LE(2 * n) / 2 ** 15;
    case 24:
      return (n) => block.readIntLE(3 * n, 3) / 2 ** 23;
    default:
      return (n) => block.readInt32LE(4 * n) / 2 ** 31;
  }
}

function withinOne(value: number): number {
  return Number.isFinite(value) ? Math.max(-1, Math.min(1, value)) : 0;
}
