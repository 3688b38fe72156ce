import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/**
 * "책임자 바꿔 주세요. 주문한 상품이 아직 안 왔어요" by espeak-ng 1.51 (`-v ko -s 155 -p 50`) at 8 kHz, 16-bit, with 0.6 s of silence
 * before and 0.8 s behind.
 */
export const TEST_LINE_PATH = fileURLToPath(new URL("../testdata/demo-line-8k.wav", import.meta.url));

const WAV_HEADER_BYTES = 44;

/** The line's samples, -1 to 1, at 8 kHz. */
export function readTestLine(): Float32Array {
  const file = readFileSync(TEST_LINE_PATH).subarray(WAV_HEADER_BYTES);
  return Float32Array.from({ length: file.length >> 1 }, (_, i) => file.readInt16LE(i * 2) / 32768);
}
