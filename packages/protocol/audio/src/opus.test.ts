import fc from "fast-check";
import { expect, test } from "vitest";
import { dominantFrequencyHz, levelDbfs } from "./measure.ts";
import { OPUS_FRAME_SAMPLES, OpusDecoder, OpusEncoder } from "./opus.ts";
import { tone } from "./tone.ts";

function through(pcm: Int16Array, decoder = new OpusDecoder()): { pcm: Int16Array; bytes: number } {
  const encoder = new OpusEncoder();
  const out = new Int16Array(pcm.length);
  let bytes = 0;
  for (let at = 0; at + OPUS_FRAME_SAMPLES <= pcm.length; at += OPUS_FRAME_SAMPLES) {
    const packet = encoder.encode(pcm.subarray(at, at + OPUS_FRAME_SAMPLES));
    bytes += packet.length;
    const decoded = decoder.decode(packet);
    expect(decoded).toHaveLength(OPUS_FRAME_SAMPLES);
    if (decoded !== null) out.set(decoded, at);
  }
  return { pcm: out, bytes };
}

test.for([
  { frequencyHz: 300, saidDbfs: -12 },
  { frequencyHz: 1000, saidDbfs: -20 },
  { frequencyHz: 3000, saidDbfs: -20 },
  { frequencyHz: 440, saidDbfs: -35 },
])("a tone of $frequencyHz Hz at $saidDbfs dB comes through at its pitch and level", ({ frequencyHz, saidDbfs }) => {
  const { pcm } = through(tone({ frequencyHz, durationMs: 1000, levelDbfs: saidDbfs }));
  const settled = pcm.subarray(1600);
  expect(dominantFrequencyHz(settled, 8000)).toBeCloseTo(frequencyHz, 0);
  expect(Math.abs(levelDbfs(settled) - saidDbfs)).toBeLessThan(1.5);
});

test("silence stays silent and costs little", () => {
  const { pcm, bytes } = through(new Int16Array(16_000));
  expect(levelDbfs(pcm)).toBeLessThan(-70);
  expect((bytes * 8) / 2).toBeLessThan(26_000);
});

test("repair data rides along: a packet of speech carries the one before (RFC 6716 §2.1.7)", () => {
  // A sound that changes, as speech does; the flag is in the first byte of a SILK frame, after voice activity (§4.2.3).
  const encoder = new OpusEncoder();
  const pcm = Int16Array.from({ length: 16_000 }, (_, i) => 8000 * Math.sin(i * 0.2 * (1 + Math.sin(i / 2000))));
  let repaired = 0;
  for (let at = 0; at + OPUS_FRAME_SAMPLES <= pcm.length; at += OPUS_FRAME_SAMPLES) {
    const packet = encoder.encode(pcm.subarray(at, at + OPUS_FRAME_SAMPLES));
    expect((packet[0] as number) >> 3, "SILK, narrowband, 20 ms").toBe(1);
    if (((packet[1] as number) & 0x40) !== 0) repaired += 1;
  }
  expect(repaired).toBeGreaterThan(50);
});

test("what is no Opus is null and never throws, and the next packet is heard", () => {
  const decoder = new OpusDecoder();
  expect(decoder.decode(new Uint8Array(0))).toBeNull();
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 120 }), (noise) => {
      const pcm = decoder.decode(noise);
      if (pcm !== null) expect(pcm.length).toBeLessThanOrEqual(960);
    }),
  );
  const { pcm } = through(tone({ frequencyHz: 1000, durationMs: 1000, levelDbfs: -20 }), decoder);
  expect(dominantFrequencyHz(pcm.subarray(1600), 8000)).toBeCloseTo(1000, 0);
});

test("a packet cut anywhere is decoded or not, and nothing throws", () => {
  const decoder = new OpusDecoder();
  const packet = new OpusEncoder().encode(tone({ frequencyHz: 700, durationMs: 20 }));
  for (let length = 0; length < packet.length; length++) decoder.decode(packet.subarray(0, length));
});
