import { LanguageError } from "./errors.ts";
import { featureSet } from "./features.ts";
import { abuseLabels } from "./labels.ts";

/**
 * A hashed linear model. Bucket `hash & (buckets - 1)` belongs to one feature, known by its fingerprint; any other
 * feature that falls into it is taken as unknown instead of borrowing a stranger's weight.
 */
export type ClassifierModel = {
  readonly version: string;
  /** A power of two. */
  readonly buckets: number;
  /** One byte per bucket; 0: nobody's. */
  readonly fingerprints: Uint8Array;
  /** Label after label, `buckets` each; times `scale` it is log-odds. */
  readonly weights: Int8Array;
  readonly labels: readonly LabelParameters[];
  /** What a feature that touches reported speech counts, 0 to 1. */
  readonly reportedShare: number;
};

export type LabelParameters = {
  readonly scale: number;
  readonly bias: number;
  /** Platt 1999: probability = σ(slope · log-odds + offset). */
  readonly slope: number;
  readonly offset: number;
};

const magic = 0x4c414b4a; // "JKAL" read little-endian
const format = 1;
const fixedHeaderBytes = 16;
const bytesPerLabel = 16;
const checksumBytes = 4;

/** The bits of a hash that do not choose its bucket, never 0. */
export const fingerprintOf = (hash: number): number => hash >>> 24 || 1;

/**
 * Layout, little-endian: magic u32 · format u16 · feature set u16 · bucket bits u8 · labels u8 · version length u16 ·
 * reported share f32 · version UTF-8 · per label scale, bias, slope, offset f32 · fingerprints u8 × buckets ·
 * weights i8 × buckets × labels · CRC-32 (IEEE 802.3) of all before it.
 */
export function encodeClassifier(model: ClassifierModel): Uint8Array {
  const name = new TextEncoder().encode(model.version);
  const head = fixedHeaderBytes + name.length + model.labels.length * bytesPerLabel;
  const bytes = new Uint8Array(head + model.fingerprints.length + model.weights.length + checksumBytes);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, magic, true);
  view.setUint16(4, format, true);
  view.setUint16(6, featureSet, true);
  view.setUint8(8, Math.log2(model.buckets));
  view.setUint8(9, model.labels.length);
  view.setUint16(10, name.length, true);
  view.setFloat32(12, model.reportedShare, true);
  bytes.set(name, fixedHeaderBytes);
  for (const [index, label] of model.labels.entries()) {
    const at = fixedHeaderBytes + name.length + index * bytesPerLabel;
    for (const [field, value] of [label.scale, label.bias, label.slope, label.offset].entries()) {
      view.setFloat32(at + field * 4, value, true);
    }
  }
  bytes.set(model.fingerprints, head);
  bytes.set(new Uint8Array(model.weights.buffer, model.weights.byteOffset, model.weights.length), head + model.buckets);
  view.setUint32(bytes.length - checksumBytes, crc32(bytes.subarray(0, bytes.length - checksumBytes)), true);
  return bytes;
}

/** Reads a weights file, whole. Throws `LanguageError` for anything that is not exactly one good model. */
export function decodeClassifier(bytes: Uint8Array): ClassifierModel {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < fixedHeaderBytes) throw new LanguageError("model-truncated", "the weights file has no header");
  if (view.getUint32(0, true) !== magic) throw new LanguageError("model-unsupported", "not a Jikimi classifier");
  if (view.getUint16(4, true) !== format || view.getUint16(6, true) !== featureSet) {
    throw new LanguageError(
      "model-unsupported",
      "the weights file is of another format or feature set: train it again",
    );
  }
  const [bucketBits, labelCount] = [view.getUint8(8), view.getUint8(9)];
  if (bucketBits > 24 || labelCount !== abuseLabels.length) {
    throw new LanguageError("model-corrupt", "the weights file's header makes no sense");
  }
  const buckets = 2 ** bucketBits;
  const labelsAt = fixedHeaderBytes + view.getUint16(10, true);
  const head = labelsAt + labelCount * bytesPerLabel;
  const expected = head + buckets * (1 + labelCount) + checksumBytes;
  if (bytes.length !== expected) {
    throw new LanguageError("model-truncated", `the weights file has ${bytes.length} bytes, not ${expected}`);
  }
  const body = bytes.subarray(0, expected - checksumBytes);
  if (crc32(body) !== view.getUint32(expected - checksumBytes, true)) {
    throw new LanguageError("model-corrupt", "the weights file's checksum does not hold");
  }
  return {
    version: new TextDecoder().decode(bytes.subarray(fixedHeaderBytes, labelsAt)),
    buckets,
    // Copies, whatever was handed in: slicing a Node Buffer would share its memory.
    fingerprints: new Uint8Array(bytes.subarray(head, head + buckets)),
    weights: new Int8Array(bytes.subarray(head + buckets, expected - checksumBytes)),
    labels: abuseLabels.map((_, index) => {
      const at = labelsAt + index * bytesPerLabel;
      const field = (number: number) => view.getFloat32(at + number * 4, true);
      return { scale: field(0), bias: field(1), slope: field(2), offset: field(3) };
    }),
    reportedShare: view.getFloat32(12, true),
  };
}

function crc32(bytes: Uint8Array): number {
  const table = Uint32Array.from({ length: 256 }, (_, index) => {
    let value = index;
    for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
    return value;
  });
  let crc = 0xffffffff;
  for (const byte of bytes) crc = (table[(crc ^ byte) & 0xff] ?? 0) ^ (crc >>> 8);
  return (crc ^ 0xffffffff) >>> 0;
}
