import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeG711, encodeG711, type G711Codec, g711Silence, transcodeG711 } from "./g711.ts";

const CODECS: readonly G711Codec[] = ["pcmu", "pcma"];
const EVERY_BYTE = Uint8Array.from({ length: 256 }, (_, byte) => byte);

/** Known pairs of ITU-T G.711 (scaled to 16 bits). */
test.for([
  { codec: "pcmu", byte: 0xff, pcm: 0 },
  { codec: "pcmu", byte: 0x80, pcm: 32_124 },
  { codec: "pcmu", byte: 0x00, pcm: -32_124 },
  { codec: "pcmu", byte: 0xef, pcm: 132 },
  { codec: "pcma", byte: 0xd5, pcm: 8 },
  { codec: "pcma", byte: 0x55, pcm: -8 },
  { codec: "pcma", byte: 0xaa, pcm: 32_256 },
  { codec: "pcma", byte: 0x2a, pcm: -32_256 },
] as const)("$codec $byte is $pcm", ({ codec, byte, pcm }) => {
  expect([...decodeG711(codec, Uint8Array.of(byte))]).toEqual([pcm]);
});

test.for(CODECS)("%s: every byte but the second zero survives decoding and encoding", (codec) => {
  const again = encodeG711(codec, decodeG711(codec, EVERY_BYTE));
  const changed = [...EVERY_BYTE].filter((byte) => again[byte] !== byte);
  expect(changed).toEqual(codec === "pcmu" ? [0x7f] : []);
});

test.for(CODECS)("%s: a sample comes back within its step", (codec) => {
  fc.assert(
    fc.property(fc.integer({ min: -32_768, max: 32_767 }), (sample) => {
      const back = decodeG711(codec, encodeG711(codec, Int16Array.of(sample)))[0] ?? 0;
      expect(Math.abs(back - sample)).toBeLessThanOrEqual(
        Math.max(16, Math.abs(sample) / 16, Math.abs(sample) - 32_124),
      );
    }),
  );
});

test.for(CODECS)("%s: transcoding is decoding and encoding", (codec) => {
  const other = codec === "pcmu" ? "pcma" : "pcmu";
  const direct = new Uint8Array(256);
  transcodeG711(codec, EVERY_BYTE, direct);
  expect(direct).toEqual(encodeG711(other, decodeG711(codec, EVERY_BYTE)));
});

test("silence is the smallest sample there is", () => {
  expect(Math.abs(decodeG711("pcmu", Uint8Array.of(g711Silence("pcmu")))[0] ?? 99)).toBe(0);
  expect(Math.abs(decodeG711("pcma", Uint8Array.of(g711Silence("pcma")))[0] ?? 99)).toBe(8);
});
