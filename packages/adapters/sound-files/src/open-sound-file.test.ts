import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { encodeG711, resample } from "@jikimi/audio";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { SoundFileError } from "./errors.ts";
import { openSoundFile } from "./open-sound-file.ts";

let folder = "";
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "jikimi-sounds-"));
});
afterAll(async () => rm(folder, { recursive: true }));

const testdata = (name: string) => fileURLToPath(new URL(`../testdata/${name}`, import.meta.url));
const RATE = 8000;
const tone = (i: number) => 0.5 * Math.sin((2 * Math.PI * 440 * i) / RATE);

type Coding = { tag: number; bits: number; write: (view: DataView, at: number, value: number) => void };
const CODINGS: Record<string, Coding> = {
  "8 bit": { tag: 1, bits: 8, write: (view, at, value) => view.setUint8(at, Math.round(value * 127) + 128) },
  "16 bit": { tag: 1, bits: 16, write: (view, at, value) => view.setInt16(at, Math.round(value * 32_767), true) },
  "24 bit": {
    tag: 1,
    bits: 24,
    write: (view, at, value) => {
      const whole = Math.round(value * 8_388_607);
      view.setInt16(at + 1, whole >> 8, true);
      view.setUint8(at, whole & 0xff);
    },
  },
  "32 bit": {
    tag: 1,
    bits: 32,
    write: (view, at, value) => view.setInt32(at, Math.round(value * 2_147_483_647), true),
  },
  float: { tag: 3, bits: 32, write: (view, at, value) => view.setFloat32(at, value, true) },
  "A-law": { tag: 6, bits: 8, write: (view, at, value) => view.setUint8(at, g711("pcma", value)) },
  "µ-law": { tag: 7, bits: 8, write: (view, at, value) => view.setUint8(at, g711("pcmu", value)) },
};

function g711(codec: "pcma" | "pcmu", value: number): number {
  return encodeG711(codec, Int16Array.of(Math.round(value * 32_767)))[0] ?? 0;
}

type Shape = {
  coding?: Coding;
  channels?: number;
  frames?: number;
  extensible?: boolean;
  before?: Buffer;
  size?: number;
  id?: string;
};

/** The second channel is the first one upside down. */
function wav({
  coding,
  channels = 1,
  frames = 4000,
  extensible = false,
  before,
  size,
  id = "RIFF",
}: Shape = {}): Buffer {
  const { tag, bits, write } = coding ?? (CODINGS["16 bit"] as Coding);
  const format = Buffer.alloc(extensible ? 40 : 16);
  format.writeUInt16LE(extensible ? 0xfffe : tag, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(RATE, 4);
  format.writeUInt16LE((channels * bits) / 8, 12);
  format.writeUInt16LE(bits, 14);
  if (extensible) format.writeUInt16LE(tag, 24);
  const data = Buffer.alloc((frames * channels * bits) / 8);
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  for (let i = 0; i < frames; i++) {
    for (let channel = 0; channel < channels; channel++) {
      write(view, ((i * channels + channel) * bits) / 8, channel === 1 ? -tone(i) : tone(i));
    }
  }
  const chunk = (name: string, body: Buffer, length = body.length) => {
    const head = Buffer.alloc(8);
    head.write(name);
    head.writeUInt32LE(length >>> 0, 4);
    return Buffer.concat([head, body, Buffer.alloc(body.length & 1)]);
  };
  const chunks = [
    chunk("fmt ", format),
    ...(before === undefined ? [] : [chunk("LIST", before)]),
    chunk("data", data, size),
  ];
  return Buffer.concat([Buffer.from(`${id}\0\0\0\0WAVE`, "latin1"), ...chunks]);
}

async function kept(bytes: Uint8Array, name = "sound"): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, bytes);
  return path;
}

async function readAll(path: string, env?: NodeJS.ProcessEnv) {
  await using file = await openSoundFile(path, env === undefined ? {} : { env });
  const { kind, sampleRateHz, channels, durationMs } = file;
  const all: number[][] = Array.from({ length: channels }, () => []);
  let longest = 0;
  for await (const piece of file.pieces) {
    expect(piece).toHaveLength(channels);
    longest = Math.max(longest, piece[0]?.length ?? 0);
    for (const [channel, samples] of piece.entries()) for (const sample of samples) all[channel]?.push(sample);
  }
  return { kind, sampleRateHz, channels, durationMs, all, longest, problem: file.problem };
}

test.for(Object.entries(CODINGS))("WAV of %s is read", async ([, coding]) => {
  const { kind, sampleRateHz, durationMs, all, longest, problem } = await readAll(
    await kept(wav({ coding, channels: 2 })),
  );
  expect({ kind, sampleRateHz, durationMs, problem }).toEqual({
    kind: "wav",
    sampleRateHz: RATE,
    durationMs: 500,
    problem: null,
  });
  expect(longest).toBeLessThanOrEqual(RATE / 5);
  for (const [i, sample] of (all[0] ?? []).entries()) expect(Math.abs(sample - tone(i))).toBeLessThan(0.02);
  for (const [i, sample] of (all[1] ?? []).entries()) expect(Math.abs(sample + tone(i))).toBeLessThan(0.02);
});

test.for([
  { what: "an extended format", shape: { extensible: true }, problem: null },
  { what: "other chunks before the sound", shape: { before: Buffer.alloc(70_001, 7) }, problem: null },
  { what: "RF64, for more than 4 GB", shape: { id: "RF64", size: 0xffffffff }, problem: null },
  { what: "no length, as a recorder writes it that was killed", shape: { size: 0 }, problem: null },
  { what: "less sound than it promises", shape: { size: 20_000 }, problem: "truncated" },
])("WAV with $what is read to its end", async ({ shape, problem }) => {
  const read = await readAll(await kept(wav(shape)));
  expect(read.all[0]).toHaveLength(4000);
  expect(read.problem).toBe(problem);
});

test.for(["line.flac", "line.mp3", "line.opus"])("%s holds what was coded", async (name) => {
  const { all, sampleRateHz, channels, problem } = await readAll(testdata(name));
  expect({ channels, problem }).toEqual({ channels: 1, problem: null });
  const pcm = resample(Float32Array.from(all[0] ?? []), sampleRateHz, RATE);
  expect(Math.abs(pcm.length / RATE - 6.57)).toBeLessThan(0.15);
  const level = Math.sqrt(pcm.reduce((sum, sample) => sum + sample * sample, 0) / pcm.length);
  expect(level).toBeGreaterThan(0.02);
});

test("FLAC says how long it is, and when it is cut off", async () => {
  const bytes = await readFile(testdata("line.flac"));
  expect((await readAll(testdata("line.flac"))).durationMs).toBeCloseTo(6571.25, 0);
  const cut = await readAll(await kept(bytes.subarray(0, 30_000)));
  expect(cut.problem).toBe("truncated");
  expect(cut.all[0]?.length).toBeGreaterThan(8000);
});

test.for([
  { what: "nothing", bytes: Buffer.alloc(0), code: "empty" },
  { what: "a web page", bytes: Buffer.from("<!doctype html><title>not found</title>"), code: "not-sound" },
  { what: "a text", bytes: Buffer.from("안녕하세요. 이것은 소리가 아닙니다."), code: "not-sound" },
  { what: "WAV without sound", bytes: wav().subarray(0, 36), code: "unsupported" },
  { what: "WAV of nine channels", bytes: wav({ channels: 9, frames: 10 }), code: "unsupported" },
  {
    what: "WAV whose sound comes before its format",
    bytes: Buffer.from("RIFF\0\0\0\0WAVEdata\x04\0\0\0abcd", "latin1"),
    code: "unsupported",
  },
  { what: "a FLAC head alone", bytes: Buffer.from("fLaC"), code: "not-sound" },
])("a file with $what in it is refused by name", async ({ bytes, code }) => {
  const path = await kept(bytes);
  const failure = await openSoundFile(path).catch((cause: unknown) => cause);
  expect(failure).toBeInstanceOf(SoundFileError);
  expect(failure).toMatchObject({ code, path });
});

test("a file that is not there, and a folder, are refused by name", async () => {
  await expect(openSoundFile(join(folder, "none"))).rejects.toMatchObject({ code: "missing" });
  await expect(openSoundFile(folder)).rejects.toMatchObject({ code: "missing" });
});

test("whatever stands behind a WAV's or a FLAC's first bytes, reading ends", async () => {
  const flac = await readFile(testdata("line.flac"));
  const start = fc.constantFrom(wav({ frames: 50 }), flac.subarray(0, 3000));
  await fc.assert(
    fc.asyncProperty(start, fc.uint8Array({ maxLength: 300 }), fc.nat(2900), async (bytes, noise, at) => {
      const broken = Buffer.from(bytes);
      broken.set(noise.subarray(0, Math.max(0, broken.length - at)), Math.min(at, broken.length));
      const read = await readAll(await kept(broken, "broken")).catch((failure: unknown) => failure);
      if (read instanceof Error) expect(read).toBeInstanceOf(SoundFileError);
    }),
    { numRuns: 60 },
  );
});

/** The signature of an M4A file. */
const M4A = Buffer.concat([Buffer.from([0, 0, 0, 0x20]), Buffer.from("ftypM4A "), Buffer.alloc(64)]);

test("what only ffmpeg reads asks for ffmpeg where there is none", async () => {
  await expect(openSoundFile(await kept(M4A, "a.m4a"), { env: { PATH: folder } })).rejects.toMatchObject({
    code: "needs-ffmpeg",
  });
});

test.for([
  { what: "gives it", script: (sound: string) => `exec cat ${sound}`, frames: 4000, problem: null },
  {
    what: "gives some of it and fails",
    script: (sound: string) => `head -c 4044 ${sound}; exit 1`,
    frames: 2000,
    problem: "damaged",
  },
])("where there is one, it is asked for the sound, and $what", async ({ script, frames, problem }) => {
  const sound = await kept(wav({ size: 0xffffffff }), "decoded.wav");
  const program = join(folder, "ffmpeg");
  await writeFile(program, `#!/bin/sh\n${script(sound)}\n`);
  await chmod(program, 0o700);
  const env = { PATH: `${folder}:${process.env.PATH ?? ""}` };
  const read = await readAll(await kept(M4A, "a.m4a"), env);
  expect(read.kind).toBe("ffmpeg");
  expect(read.all[0]).toHaveLength(frames);
  expect(read.problem).toBe(problem);
});
