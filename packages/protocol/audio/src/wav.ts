import { decodeG711 } from "./g711.ts";
import { resample, toInt16 } from "./resample.ts";

export type Wav = {
  readonly sampleRateHz: number;
  /** One array for each channel, all of the same length. */
  readonly channels: readonly Int16Array[];
};

export type WavRead =
  | { readonly kind: "ok"; readonly wav: Wav }
  | { readonly kind: "unreadable"; readonly why: string };

export type SoundRead =
  | { readonly kind: "ok"; readonly pcm: Int16Array; readonly sampleRateHz: 8000 }
  | { readonly kind: "unreadable"; readonly why: string };

const PCM = 1;
const ALAW = 6;
const ULAW = 7;
const EXTENSIBLE = 0xfffe;
const HEADER_BYTES = 44;

/**
 * Reads RIFF/WAVE: 16-bit PCM, A-law or µ-law, one or two channels, 4 to 192 kHz. A data chunk that claims more than the
 * file holds (a recorder was cut off, or streamed) gives what is there. Never throws.
 */
export function readWav(bytes: Uint8Array): WavRead {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 12 || tag(bytes, 0) !== "RIFF" || tag(bytes, 8) !== "WAVE") return unreadable("not a WAV file");
  let format: Format | null = null;
  for (let at = 12; at + 8 <= bytes.length; ) {
    const name = tag(bytes, at);
    const size = view.getUint32(at + 4, true);
    const end = Math.min(at + 8 + size, bytes.length);
    if (name === "fmt ") {
      if (end - at - 8 < 16) return unreadable("its format chunk is too short");
      format = readFormat(view, at + 8, end);
      const why = refusal(format);
      if (why !== null) return unreadable(why);
    } else if (name === "data") {
      if (format === null) return unreadable("its data come before its format");
      return { kind: "ok", wav: readSamples(bytes.subarray(at + 8, end), format) };
    }
    at += 8 + size + (size & 1);
  }
  return unreadable("it holds no sound");
}

/** Any readable WAV as telephone sound: 8 kHz, mono (two channels are mixed), at least one sample. */
export function readSound(bytes: Uint8Array): SoundRead {
  const read = readWav(bytes);
  if (read.kind === "unreadable") return read;
  const { channels, sampleRateHz } = read.wav;
  const length = channels[0]?.length ?? 0;
  if (length === 0) return unreadable("it holds no sound");
  const mono = new Float32Array(length);
  for (const channel of channels) {
    for (let i = 0; i < length; i++) mono[i] = (mono[i] ?? 0) + (channel[i] ?? 0) / 32_768 / channels.length;
  }
  return { kind: "ok", pcm: toInt16(resample(mono, sampleRateHz, 8000)), sampleRateHz: 8000 };
}

/** 16-bit PCM, channels interleaved; all channels of the same length. */
export function writeWav({ sampleRateHz, channels }: Wav): Uint8Array {
  const frames = channels[0]?.length ?? 0;
  const header = wavHeader({ sampleRateHz, channels: channels.length, frames });
  const bytes = new Uint8Array(header.length + frames * channels.length * 2);
  bytes.set(header);
  const view = new DataView(bytes.buffer);
  let at = header.length;
  for (let i = 0; i < frames; i++) {
    for (const channel of channels) {
      view.setInt16(at, channel[i] ?? 0, true);
      at += 2;
    }
  }
  return bytes;
}

/** The 44 bytes before 16-bit PCM, for a writer that streams the samples itself. */
export function wavHeader({
  sampleRateHz,
  channels,
  frames,
}: {
  sampleRateHz: number;
  channels: number;
  /** Samples of each channel. */
  frames: number;
}): Uint8Array {
  const frameBytes = channels * 2;
  const dataBytes = frames * frameBytes;
  const header = new Uint8Array(HEADER_BYTES);
  const view = new DataView(header.buffer);
  const text = (at: number, value: string) => header.set(new TextEncoder().encode(value), at);
  text(0, "RIFF");
  view.setUint32(4, HEADER_BYTES - 8 + dataBytes, true);
  text(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, PCM, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, sampleRateHz, true);
  view.setUint32(28, sampleRateHz * frameBytes, true);
  view.setUint16(32, frameBytes, true);
  view.setUint16(34, 16, true);
  text(36, "data");
  view.setUint32(40, dataBytes, true);
  return header;
}

type Format = { encoding: number; channels: number; sampleRateHz: number; bits: number };

function readFormat(view: DataView, at: number, end: number): Format {
  const stated = view.getUint16(at, true);
  // WAVE_FORMAT_EXTENSIBLE: the true format is the first two bytes of its GUID.
  const encoding = stated === EXTENSIBLE && end - at >= 26 ? view.getUint16(at + 24, true) : stated;
  return {
    encoding,
    channels: view.getUint16(at + 2, true),
    sampleRateHz: view.getUint32(at + 4, true),
    bits: view.getUint16(at + 14, true),
  };
}

function refusal({ encoding, channels, sampleRateHz, bits }: Format): string | null {
  if (encoding !== PCM && encoding !== ALAW && encoding !== ULAW) return `its encoding (${encoding}) is not supported`;
  if (bits !== (encoding === PCM ? 16 : 8)) return `${bits} bits a sample are not supported`;
  if (channels !== 1 && channels !== 2) return `${channels} channels are not supported`;
  if (sampleRateHz < 4000 || sampleRateHz > 192_000) return `a rate of ${sampleRateHz} Hz is not supported`;
  return null;
}

function readSamples(data: Uint8Array, { encoding, channels, sampleRateHz }: Format): Wav {
  const bytesPerSample = encoding === PCM ? 2 : 1;
  const frames = Math.floor(data.length / bytesPerSample / channels);
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const decoded = encoding === PCM ? null : decodeG711(encoding === ALAW ? "pcma" : "pcmu", data);
  const split = Array.from({ length: channels }, (_, channel) =>
    Int16Array.from({ length: frames }, (_, i) => {
      const index = i * channels + channel;
      return decoded === null ? view.getInt16(index * 2, true) : (decoded[index] ?? 0);
    }),
  );
  return { sampleRateHz, channels: split };
}

function tag(bytes: Uint8Array, at: number): string {
  return String.fromCharCode(...bytes.subarray(at, at + 4));
}

function unreadable(why: string): { kind: "unreadable"; why: string } {
  return { kind: "unreadable", why };
}
