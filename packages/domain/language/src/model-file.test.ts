import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { LanguageError } from "./errors.ts";
import { abuseLabels } from "./labels.ts";
import { type ClassifierModel, decodeClassifier, encodeClassifier } from "./model-file.ts";

const small: ClassifierModel = {
  version: "시험-1",
  buckets: 8,
  fingerprints: Uint8Array.from([0, 1, 2, 3, 250, 0, 7, 9]),
  weights: Int8Array.from({ length: 8 * abuseLabels.length }, (_, at) => ((at * 37) % 255) - 127),
  labels: abuseLabels.map((_, at) => ({ scale: 0.5, bias: -at, slope: 1.25, offset: 0.5 })),
  reportedShare: 0.25,
};

const codeOf = (bytes: Uint8Array): string => {
  try {
    decodeClassifier(bytes);
  } catch (error) {
    if (error instanceof LanguageError) return error.code;
    throw error;
  }
  return "read";
};

describe("the weights file", () => {
  test("comes back as it was written", () => {
    expect(decodeClassifier(encodeClassifier(small))).toEqual(small);
  });

  test("is read from the middle of a larger buffer", () => {
    const bytes = encodeClassifier(small);
    const larger = new Uint8Array(bytes.length + 10);
    larger.set(bytes, 5);
    expect(decodeClassifier(larger.subarray(5, 5 + bytes.length))).toEqual(small);
  });

  test("is copied out of a Node Buffer, which may be used again", () => {
    const buffer = Buffer.from(encodeClassifier(small));
    const model = decodeClassifier(buffer);
    buffer.fill(0);
    expect(model).toEqual(small);
  });

  test("cut at any byte is refused as truncated", () => {
    const bytes = encodeClassifier(small);
    for (let length = 0; length < bytes.length; length++) {
      expect([length, codeOf(bytes.subarray(0, length))]).toEqual([length, "model-truncated"]);
    }
  });

  test("with any byte changed is refused", () => {
    const bytes = encodeClassifier(small);
    fc.assert(
      fc.property(fc.integer({ min: 0, max: bytes.length - 1 }), fc.integer({ min: 1, max: 255 }), (at, flip) => {
        const damaged = Uint8Array.from(bytes);
        damaged[at] = (damaged[at] ?? 0) ^ flip;
        expect(codeOf(damaged)).not.toBe("read");
      }),
    );
  });

  test("of anything else is refused with a reason", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(codeOf(bytes)).not.toBe("read");
      }),
    );
  });
});
