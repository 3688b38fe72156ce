import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { decodeG711, encodeG711 } from "./g711.ts";
import { readWav, writeWav } from "./wav.ts";

const folder = mkdtempSync(join(tmpdir(), "jikimi-audio-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

beforeAll(() => {
  try {
    execFileSync("sox", ["--version"]);
  } catch {
    throw new Error("sox is missing: these tests compare with it (Debian package: sox)");
  }
});

/** Every 16-bit value there is. */
const EVERY_SAMPLE = Int16Array.from({ length: 65_536 }, (_, i) => i - 32_768);

test.for([
  { codec: "pcmu", type: "ul" },
  { codec: "pcma", type: "al" },
] as const)("$codec encodes every sample within one step of sox", ({ codec, type }) => {
  const wav = join(folder, "every.wav");
  const raw = join(folder, `every.${type}`);
  writeFileSync(wav, writeWav({ sampleRateHz: 8000, channels: [EVERY_SAMPLE] }));
  execFileSync("sox", ["-D", wav, "-t", type, raw]);
  const theirs = readFileSync(raw);
  const ours = encodeG711(codec, EVERY_SAMPLE);
  expect(theirs.length).toBe(ours.length);
  // The two round differently at the edge between two codes; what is heard differs by one step there.
  const [heardTheirs, heardOurs] = [decodeG711(codec, theirs), decodeG711(codec, ours)];
  const far = EVERY_SAMPLE.filter(
    (sample, i) => Math.abs((heardTheirs[i] ?? 0) - (heardOurs[i] ?? 0)) > Math.max(16, (Math.abs(sample) + 132) / 15),
  );
  expect([...far]).toEqual([]);
});

test.for(["signed-integer", "u-law", "a-law"])("a WAV that sox made in %s is read as sox reads it", (encoding) => {
  const wav = join(folder, "tone.wav");
  const bits = encoding === "signed-integer" ? "16" : "8";
  execFileSync("sox", ["-n", "-r", "16000", "-c", "2", "-e", encoding, "-b", bits, wav, "synth", "0.2", "sine", "700"]);
  const raw = execFileSync("sox", [wav, "-t", "raw", "-e", "signed-integer", "-b", "16", "-"]);
  const read = readWav(readFileSync(wav));
  if (read.kind === "unreadable") throw new Error(read.why);
  const interleaved = new Int16Array(raw.buffer, raw.byteOffset, raw.length / 2);
  expect(read.wav.sampleRateHz).toBe(16_000);
  expect([...(read.wav.channels[0] ?? [])]).toEqual([...interleaved.filter((_, i) => i % 2 === 0)]);
});

test("sox reads what we write", () => {
  const wav = join(folder, "ours.wav");
  writeFileSync(wav, writeWav({ sampleRateHz: 8000, channels: [EVERY_SAMPLE, EVERY_SAMPLE] }));
  const raw = execFileSync("sox", [wav, "-t", "raw", "-"], { maxBuffer: 1 << 20 });
  expect(new Int16Array(raw.buffer, raw.byteOffset, raw.length / 2).filter((_, i) => i % 2 === 1)).toEqual(
    EVERY_SAMPLE,
  );
});
