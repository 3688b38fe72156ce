import { execFileSync } from "node:child_process";
import { encodeG711 } from "@jikimi/audio";

const SAMPLE_RATE_HZ = 8000;
const MAX_BYTES = 1 << 28;

export type Voice = {
  /** Of espeak-ng, e.g. `ko+f2`. */
  readonly name: string;
  readonly wordsPerMinute: number;
  /** 0 to 99. */
  readonly pitch: number;
};

/** Speaks through espeak-ng into a telephone's WAV: 8 kHz, mono, G.711 µ-law, with silence around it. */
export function speakWav(
  text: string,
  voice: Voice,
  {
    peakDb,
    beforeMs,
    afterMs,
    lead = new Int16Array(),
  }: {
    /** Relative to full scale. */
    peakDb: number;
    beforeMs: number;
    afterMs: number;
    lead?: Int16Array;
  },
): Uint8Array {
  const { name, wordsPerMinute, pitch } = voice;
  const wide = run("espeak-ng", ["-v", name, "-s", `${wordsPerMinute}`, "-p", `${pitch}`, "--stdin", "--stdout"], text);
  // Room for what the filter overshoots; then the silence at the end goes (at the beginning it would take soft consonants).
  const trimEnd = ["reverse", "silence", "1", "0.01", "-55d", "reverse"];
  const effects = ["gain", "-6", "rate", `${SAMPLE_RATE_HZ}`, ...trimEnd, "norm", `${peakDb}`];
  const spoken = run("sox", ["-V1", "-D", "-t", "wav", "-", ...raw(), ...effects], wide);
  return muLawWav(Buffer.concat([bytesOf(lead), silence(beforeMs), spoken, silence(afterMs)]));
}

/** 16-bit samples at 8 kHz as a µ-law WAV. */
export function pcmWav(pcm: Int16Array): Uint8Array {
  return muLawWav(bytesOf(pcm));
}

/** RIFF with format 7 (µ-law) and the `fact` chunk that compressed formats must have. */
function muLawWav(pcm: Buffer): Uint8Array {
  const samples = new Int16Array(pcm.length >> 1);
  for (let i = 0; i < samples.length; i++) samples[i] = pcm.readInt16LE(i * 2);
  const data = encodeG711("pcmu", samples);
  const padding = data.length % 2;
  const wav = Buffer.alloc(58 + data.length + padding);
  wav.write("RIFF", 0, "latin1");
  wav.writeUInt32LE(50 + data.length + padding, 4);
  wav.write("WAVEfmt ", 8, "latin1");
  wav.writeUInt32LE(18, 16);
  wav.writeUInt16LE(7, 20);
  wav.writeUInt16LE(1, 22);
  wav.writeUInt32LE(SAMPLE_RATE_HZ, 24);
  wav.writeUInt32LE(SAMPLE_RATE_HZ, 28);
  wav.writeUInt16LE(1, 32);
  wav.writeUInt16LE(8, 34);
  wav.writeUInt16LE(0, 36);
  wav.write("fact", 38, "latin1");
  wav.writeUInt32LE(4, 42);
  wav.writeUInt32LE(data.length, 46);
  wav.write("data", 50, "latin1");
  wav.writeUInt32LE(data.length, 54);
  wav.set(data, 58);
  return wav;
}

function raw(): string[] {
  return ["-t", "raw", "-r", `${SAMPLE_RATE_HZ}`, "-c", "1", "-b", "16", "-e", "signed", "-L", "-"];
}

function silence(durationMs: number): Buffer {
  return Buffer.alloc(Math.round((durationMs * SAMPLE_RATE_HZ) / 1000) * 2);
}

function bytesOf(pcm: Int16Array): Buffer {
  return Buffer.from(pcm.buffer, pcm.byteOffset, pcm.byteLength);
}

function run(program: "espeak-ng" | "sox", args: readonly string[], input: string | Uint8Array): Buffer {
  try {
    return execFileSync(program, args, { input, maxBuffer: MAX_BYTES, stdio: ["pipe", "pipe", "inherit"] });
  } catch (cause) {
    if (cause instanceof Error && "code" in cause && cause.code === "ENOENT") {
      throw new Error(`${program} is not installed: apt-get install espeak-ng sox`, { cause });
    }
    throw cause;
  }
}
