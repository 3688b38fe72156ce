import fc from "fast-check";
import { expect, test } from "vitest";
import { encodeG711 } from "./g711.ts";
import { dominantFrequencyHz, toneLevelDbfs } from "./measure.ts";
import { tone } from "./tone.ts";
import { readSound, readWav, writeWav } from "./wav.ts";

const channel = fc
  .array(fc.integer({ min: -32_768, max: 32_767 }), { maxLength: 50 })
  .map((pcm) => Int16Array.from(pcm));

test("what is written is read back the same", () => {
  fc.assert(
    fc.property(channel, fc.boolean(), fc.integer({ min: 4000, max: 192_000 }), (left, stereo, sampleRateHz) => {
      const channels = stereo ? [left, left.map((sample) => ~sample)] : [left];
      expect(readWav(writeWav({ sampleRateHz, channels }))).toEqual({ kind: "ok", wav: { sampleRateHz, channels } });
    }),
  );
});

/** A WAV with a format of one's own, and a chunk before the data that nobody knows. */
function wav({
  encoding = 1,
  channels = 1,
  rate = 8000,
  bits = 16,
  data,
}: {
  encoding?: number;
  channels?: number;
  rate?: number;
  bits?: number;
  data: Uint8Array;
}): Buffer {
  const format = Buffer.alloc(16);
  format.writeUInt16LE(encoding, 0);
  format.writeUInt16LE(channels, 2);
  format.writeUInt32LE(rate, 4);
  format.writeUInt16LE(bits, 14);
  const chunk = (name: string, body: Uint8Array) => {
    const head = Buffer.from(`${name}\0\0\0\0`, "latin1");
    head.writeUInt32LE(body.length, 4);
    return Buffer.concat([head, body, Buffer.alloc(body.length & 1)]);
  };
  const body = Buffer.concat([chunk("fmt ", format), chunk("LIST", Buffer.from("odd")), chunk("data", data)]);
  const head = Buffer.from("RIFF\0\0\0\0WAVE", "latin1");
  head.writeUInt32LE(4 + body.length, 4);
  return Buffer.concat([head, body]);
}

test.for([
  { encoding: 7, codec: "pcmu" },
  { encoding: 6, codec: "pcma" },
] as const)("$codec in a WAV is telephone sound", ({ encoding, codec }) => {
  const pcm = tone({ frequencyHz: 1004, durationMs: 200 });
  const read = readSound(wav({ encoding, bits: 8, data: encodeG711(codec, pcm) }));
  if (read.kind === "unreadable") throw new Error(read.why);
  expect(toneLevelDbfs(read.pcm, 1004, 8000)).toBeCloseTo(-15, 0);
});

test("stereo at 44.1 kHz becomes mono at 8 kHz, both channels mixed", () => {
  const sampleRateHz = 44_100;
  const left = tone({ frequencyHz: 500, durationMs: 500, sampleRateHz });
  const read = readSound(writeWav({ sampleRateHz, channels: [left, new Int16Array(left.length)] }));
  if (read.kind === "unreadable") throw new Error(read.why);
  expect(read.pcm.length).toBe(4000);
  expect(dominantFrequencyHz(read.pcm, 8000)).toBeCloseTo(500, -0.3);
  expect(toneLevelDbfs(read.pcm, 500, 8000)).toBeCloseTo(-21, 0);
});

test.for([
  { why: "not a WAV file", bytes: Buffer.from("OggS and so on, and on") },
  { why: "it holds no sound", bytes: wav({ data: new Uint8Array(0) }) },
  { why: "its encoding (3) is not supported", bytes: wav({ encoding: 3, bits: 32, data: new Uint8Array(8) }) },
  { why: "24 bits a sample are not supported", bytes: wav({ bits: 24, data: new Uint8Array(6) }) },
  { why: "6 channels are not supported", bytes: wav({ channels: 6, data: new Uint8Array(24) }) },
  { why: "a rate of 0 Hz is not supported", bytes: wav({ rate: 0, data: new Uint8Array(8) }) },
])("a sound that cannot be used says why: $why", ({ why, bytes }) => {
  expect(readSound(bytes)).toEqual({ kind: "unreadable", why });
});

test("a file that was cut off gives what is there, wherever it was cut", () => {
  const bytes = wav({ data: Buffer.from(tone({ frequencyHz: 500, durationMs: 10 }).buffer) });
  for (let end = 0; end <= bytes.length; end++) {
    const read = readWav(bytes.subarray(0, end));
    if (read.kind === "ok") expect(read.wav.channels[0]?.length).toBe(Math.max(0, Math.floor((end - 56) / 2)));
    else expect(end).toBeLessThan(56);
  }
});

test("whatever the bytes, reading never throws", () => {
  const whole = writeWav({ sampleRateHz: 8000, channels: [tone({ frequencyHz: 500, durationMs: 5 })] });
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 60 }), fc.uint8Array({ maxLength: 12 }), (at, noise) => {
      const bytes = whole.slice();
      bytes.set(noise, at);
      expect(["ok", "unreadable"]).toContain(readSound(bytes).kind);
    }),
  );
});
