import { FLACDecoder } from "@wasm-audio-decoders/flac";
import { MPEGDecoder } from "mpg123-decoder";
import { OggOpusDecoder } from "ogg-opus-decoder";
import type { SoundPiece, SoundProblem } from "./sound-file.ts";

export type CodedKind = "flac" | "mp3" | "opus";

type Decoded = {
  readonly channelData: readonly Float32Array[];
  readonly samplesDecoded: number;
  readonly sampleRate: number;
  readonly errors: readonly unknown[];
};

/** The decoders in WASM agree on this, but for what they return at once and what they promise. */
type Decoder = {
  readonly ready: Promise<void>;
  decode(bytes: Uint8Array): Decoded | Promise<Decoded>;
  flush?(): Promise<Decoded>;
  free(): void;
};

function decoderOf(kind: CodedKind): Decoder {
  switch (kind) {
    case "flac":
      return new FLACDecoder();
    case "mp3":
      return new MPEGDecoder();
    case "opus":
      return new OggOpusDecoder();
  }
}

export type CodedStream = {
  readonly sampleRateHz: number;
  readonly channels: number;
  readonly pieces: AsyncIterable<SoundPiece>;
  readonly problem: () => SoundProblem | null;
};

/**
 * Decodes block by block; null when no block holds any sound. `frames`: how many the file promises; `mono`: the decoder's second
 * channel is the first once more.
 */
export async function openCoded(
  kind: CodedKind,
  blocks: AsyncIterable<Uint8Array>,
  { frames, mono }: { readonly frames: number | null; readonly mono: boolean },
): Promise<CodedStream | null> {
  const decoder = decoderOf(kind);
  await decoder.ready;
  let problem: SoundProblem | null = null;
  let read = 0;
  async function* decoded(): AsyncGenerator<Decoded> {
    try {
      for await (const block of blocks) yield await decoder.decode(block);
      if (decoder.flush !== undefined) yield await decoder.flush();
    } catch {
      // A decoder that gives up has given what it could.
      problem = "damaged";
    } finally {
      decoder.free();
    }
  }
  const source = decoded();
  let first: Decoded | undefined;
  for (;;) {
    const next = await source.next();
    if (next.done === true) return null;
    if (next.value.errors.length > 0) problem = "damaged";
    if (next.value.samplesDecoded === 0) continue;
    first = next.value;
    break;
  }
  const { sampleRate } = first;
  const channels = mono ? 1 : first.channelData.length;
  async function* pieces(begin: Decoded): AsyncGenerator<SoundPiece> {
    read += begin.samplesDecoded;
    yield begin.channelData.slice(0, channels);
    for await (const { channelData, samplesDecoded, sampleRate: rate, errors } of source) {
      if (errors.length > 0) problem = "damaged";
      if (samplesDecoded === 0) continue;
      read += samplesDecoded;
      if (channelData.length >= channels && rate === sampleRate) yield channelData.slice(0, channels);
      else problem = "damaged";
    }
    if (frames !== null && read < frames) problem ??= "truncated";
  }
  return { sampleRateHz: sampleRate, channels, pieces: pieces(first), problem: () => problem };
}
