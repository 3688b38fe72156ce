import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Random } from "@jikimi/kernel";

/** Mono 16-bit audio with its rate. */
export type Sound = { readonly pcm: Int16Array; readonly sampleRateHz: 8000 | 16000 };

export type Clip = { readonly name: string; readonly text: string; readonly path: string };

/** Clips with a `transcripts.tsv` beside a `clips` folder. */
export function listClips(folder: string): Clip[] {
  const known = new Set(readdirSync(join(folder, "clips")));
  return readFileSync(join(folder, "transcripts.tsv"), "utf8")
    .split("\n")
    .flatMap((line) => {
      const [name, text] = line.split("\t");
      return name === undefined || text === undefined || !known.has(name)
        ? []
        : [{ name, text, path: join(folder, "clips", name) }];
    });
}

/** Reads any sound file through sox, at 16 kHz. */
export function readThroughSox(path: string): Sound {
  const args = ["-V1", "-D", path, "-r", "16000", "-c", "1", "-b", "16", "-e", "signed", "-t", "raw", "-"];
  return { pcm: toInt16(execFileSync("sox", args, { maxBuffer: 1 << 28 })), sampleRateHz: 16_000 };
}

/** espeak-ng's voice over a telephone. */
export function speak(text: string, voice: string): Sound {
  const wav = execFileSync("espeak-ng", ["-v", voice, "-s", "155", "--stdout", text], { maxBuffer: 1 << 28 });
  const telephone = execFileSync(
    "sox",
    ["-V1", "-D", "-G", "-t", "wav", "-", "-r", "8000", "-c", "1", "-e", "mu-law", "-t", "wav", "-"],
    {
      input: wav,
      maxBuffer: 1 << 28,
    },
  );
  const raw = execFileSync("sox", ["-V1", "-D", "-t", "wav", "-", "-b", "16", "-e", "signed", "-t", "raw", "-"], {
    input: telephone,
    maxBuffer: 1 << 28,
  });
  return { pcm: toInt16(raw), sampleRateHz: 8000 };
}

/** Silence before and behind, as on a line. */
export function padded({ pcm, sampleRateHz }: Sound, beforeMs: number, afterMs: number): Sound {
  const before = (beforeMs * sampleRateHz) / 1000;
  const all = new Int16Array(before + pcm.length + (afterMs * sampleRateHz) / 1000);
  all.set(pcm, before);
  return { pcm: all, sampleRateHz };
}

function toInt16(raw: Buffer): Int16Array {
  return new Int16Array(raw.buffer.slice(raw.byteOffset, raw.byteOffset + (raw.length & ~1)));
}

export const NON_SPEECH_KINDS = [
  "silence",
  "white noise -30 dB",
  "white noise -15 dB",
  "pink noise -25 dB",
  "line hum",
  "clicks",
  "DTMF",
  "ring-back",
  "busy tone",
  "music-like tones",
  "fax",
] as const;
export type NonSpeechKind = (typeof NON_SPEECH_KINDS)[number];

/** `seconds` of what a telephone line carries besides voices, at 8 kHz. */
export function makeNonSpeech(kind: NonSpeechKind, seconds: number, random: Random): Sound {
  const rate = 8000;
  const chance = () => random.integer(1_000_000) / 500_000 - 1;
  const tone = (frequency: number, t: number) => Math.sin(2 * Math.PI * frequency * t);
  const gate = (t: number, on: number, period: number) => (t % period < on ? 1 : 0);
  const low = [697, 770, 852, 941];
  const high = [1209, 1336, 1477, 1633];
  const digits = Array.from(
    { length: Math.ceil(seconds / 0.2) },
    () => [random.integer(4), random.integer(4)] as const,
  );
  const chords = Array.from({ length: Math.ceil(seconds / 0.4) }, () =>
    Array.from({ length: 3 }, () => 220 * 2 ** (random.integer(25) / 12)),
  );
  const bits = Array.from({ length: seconds * 300 }, () => random.integer(2));
  const phase = random.integer(1000) / 500;
  let drift = 0;
  const at = (t: number): number => {
    switch (kind) {
      case "silence":
        return 0;
      case "white noise -30 dB":
        return chance() * 0.055;
      case "white noise -15 dB":
        return chance() * 0.31;
      case "pink noise -25 dB":
        drift = 0.97 * drift + chance() * 0.03;
        return drift * 0.45 + chance() * 0.02;
      case "line hum":
        return 0.05 * tone(60, t) + 0.03 * tone(180, t) + chance() * 0.003;
      case "clicks":
        return random.integer(2500) === 0 ? chance() : chance() * 0.002;
      case "DTMF": {
        const [row, column] = digits[Math.floor(t / 0.2)] ?? [0, 0];
        return 0.2 * gate(t, 0.1, 0.2) * (tone(low[row] ?? 697, t) + tone(high[column] ?? 1209, t));
      }
      case "ring-back":
        return 0.1 * gate(t + phase, 1, 3) * (tone(440, t) + tone(480, t));
      case "busy tone":
        return 0.1 * gate(t + phase, 0.5, 1) * (tone(480, t) + tone(620, t));
      case "fax": {
        // T.30: the calling tone, the answer (V.25), then a preamble at 300 bit/s (V.21, channel 2).
        if (t < 3.5) return 0.2 * gate(t, 0.5, 3) * tone(1100, t);
        if (t < 6.5) return 0.2 * tone(2100, t);
        return 0.2 * tone(bits[Math.floor(t * 300)] === 1 ? 1650 : 1850, t);
      }
      case "music-like tones": {
        const chord = chords[Math.floor(t / 0.4)] ?? [];
        const fade = Math.exp(-3 * (t % 0.4));
        return (
          0.12 * fade * chord.reduce((sum, frequency) => sum + tone(frequency, t) + 0.4 * tone(2 * frequency, t), 0)
        );
      }
    }
  };
  const pcm = Int16Array.from({ length: seconds * rate }, (_, i) =>
    Math.max(-32768, Math.min(32767, Math.round(at(i / rate) * 32767))),
  );
  return { pcm, sampleRateHz: rate };
}

/** Many voices at once, from different places of different sounds, none of them to be understood. `rmsDb`: of full scale. */
export function makeBabble(
  voices: readonly Sound[],
  { count, length, rmsDb, random }: { count: number; length: number; rmsDb: number; random: Random },
): Sound {
  const sum = new Float32Array(length);
  for (let voice = 0; voice < count; voice++) {
    let at = 0;
    while (at < length) {
      const { pcm } = voices[random.integer(voices.length)] ?? { pcm: new Int16Array(1) };
      for (let i = 0; i < pcm.length && at < length; i++, at++) sum[at] = (sum[at] ?? 0) + (pcm[i] ?? 0);
    }
  }
  const rms = Math.sqrt(sum.reduce((total, value) => total + value * value, 0) / length);
  const gain = (32768 * 10 ** (rmsDb / 20)) / Math.max(1, rms);
  return {
    pcm: Int16Array.from(sum, (value) => Math.max(-32768, Math.min(32767, Math.round(value * gain)))),
    sampleRateHz: voices[0]?.sampleRateHz ?? 8000,
  };
}
