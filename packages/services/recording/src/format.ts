import { createCipheriv, createDecipheriv, createHash, createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import type { RecordingGapReason, RecordingTrack } from "./types.ts";

/**
 * The file's bytes (README "The file, byte by byte"): a header, then blocks, the last of them `final`. All numbers are
 * big-endian. This file knows how a header and one block are made and opened; `records.ts` knows what a block holds.
 */
const MAGIC = Buffer.from("JIKIMIREC", "latin1");
const FORMAT_VERSION = 1;
export const BLOCK_MARKER = Buffer.from("JKB1", "latin1");
export const TAG_BYTES = 16;
export const SALT_BYTES = 16;
/** Marker, index, kind, length of the ciphertext, tag of the block before. */
export const BLOCK_HEADER_BYTES = 4 + 4 + 1 + 4 + TAG_BYTES;
/** Of one block's ciphertext. A longer one is not ours; the writer seals long before. */
const MAX_BLOCK_BYTES = 4 * 1024 * 1024;
const MAX_FIELD_BYTES = 1024;

const CIPHER = "aes-256-gcm";
/** Which cipher the blocks use: room for others (DESIGN §8). */
const CIPHER_AES_256_GCM = 1;
const HEADER_INDEX = 0;
export const FIRST_BLOCK_INDEX = 1;

export type BlockKind = "audio" | "final";
const KIND_CODES: Readonly<Record<BlockKind, number>> = { audio: 1, final: 2 };

export const TRACKS: readonly RecordingTrack[] = ["caller", "agent", "announcement"];

/** A reason's number in the file is its place here; new ones are added at the end only. */
export const GAP_REASONS: readonly RecordingGapReason[] = [
  "no-rtp",
  "packet-loss",
  "hold",
  "media-restart",
  "disk-full",
  "io-error",
  "paused",
  "not-connected",
];

export type RecordingHeader = {
  readonly callId: string;
  readonly startedAtMs: number;
  readonly wrappedKey: Uint8Array;
  readonly salt: Uint8Array;
};

/** Seals and opens the parts of one file: holds the file's own key, which no other file shares. */
export class BlockCipher {
  readonly #key: KeyObject;
  readonly #headerHash: Buffer;

  /**
   * The file's key is HKDF-SHA256 (RFC 5869) of the call's key with the header's salt: two files of one call have two
   * keys, so that a nonce made of the block's number alone never repeats under a key.
   */
  constructor(callKey: Uint8Array, salt: Uint8Array, headerBytes: Uint8Array) {
    const derived = Buffer.from(hkdfSync("sha256", callKey, salt, "jikimi recording file key v1", 32));
    this.#key = createSecretKey(derived);
    derived.fill(0);
    this.#headerHash = createHash("sha256").update(headerBytes).digest();
  }

  /** The tag that follows the header's bytes: proves them before any block is there. */
  headerTag(): Buffer {
    const cipher = createCipheriv(CIPHER, this.#key, nonceOf(HEADER_INDEX));
    cipher.setAAD(this.#headerHash);
    cipher.final();
    return cipher.getAuthTag();
  }

  seal(index: number, kind: BlockKind, previousTag: Uint8Array, plain: readonly Uint8Array[]): SealedBlock {
    const length = plain.reduce((sum, part) => sum + part.length, 0);
    const head = Buffer.alloc(BLOCK_HEADER_BYTES);
    BLOCK_MARKER.copy(head, 0);
    head.writeUInt32BE(index, 4);
    head.writeUInt8(KIND_CODES[kind], 8);
    head.writeUInt32BE(length, 9);
    head.set(previousTag, 13);
    const cipher = createCipheriv(CIPHER, this.#key, nonceOf(index));
    cipher.setAAD(Buffer.concat([this.#headerHash, head]));
    const sealed = plain.map((part) => cipher.update(part));
    sealed.push(cipher.final());
    const tag = cipher.getAuthTag();
    return { bytes: Buffer.concat([head, ...sealed, tag]), tag };
  }

  /** Null when the block was not made, byte for byte, by a writer of this file. */
  open(head: Uint8Array, index: number, ciphertext: Uint8Array, tag: Uint8Array): Buffer | null {
    const decipher = createDecipheriv(CIPHER, this.#key, nonceOf(index));
    decipher.setAAD(Buffer.concat([this.#headerHash, head]));
    decipher.setAuthTag(tag);
    try {
      return Buffer.concat([decipher.update(ciphertext), decipher.final()]);
    } catch {
      return null;
    }
  }
}

export type SealedBlock = { readonly bytes: Buffer; readonly tag: Buffer };

function nonceOf(index: number): Buffer {
  const nonce = Buffer.alloc(12);
  nonce.writeUInt32BE(index, 8);
  return nonce;
}

/** Everything of the header that its tag proves. */
export function encodeHeader({ callId, startedAtMs, wrappedKey, salt }: RecordingHeader): Buffer {
  const id = Buffer.from(callId, "utf8");
  const fixed = Buffer.alloc(MAGIC.length + 2 + 8);
  MAGIC.copy(fixed, 0);
  fixed.writeUInt8(FORMAT_VERSION, MAGIC.length);
  fixed.writeUInt8(CIPHER_AES_256_GCM, MAGIC.length + 1);
  fixed.writeBigUInt64BE(BigInt(Math.max(0, Math.trunc(startedAtMs))), MAGIC.length + 2);
  return Buffer.concat([fixed, salt, lengthOf(id), id, lengthOf(wrappedKey), wrappedKey]);
}

export type DecodedHeader =
  | { readonly kind: "header"; readonly header: RecordingHeader; readonly bytes: Buffer; readonly tag: Buffer }
  | { readonly kind: "truncated" }
  | { readonly kind: "not-a-recording" }
  | { readonly kind: "newer"; readonly version: number; readonly cipher: number };

/** The most bytes a header with its tag takes. */
export const MAX_HEADER_BYTES = MAGIC.length + 2 + 8 + SALT_BYTES + 2 * (2 + MAX_FIELD_BYTES) + TAG_BYTES;

/** Reads the beginning of a file; never throws. Nothing of it is proved until its tag is. */
export function decodeHeader(start: Buffer): DecodedHeader {
  if (!start.subarray(0, MAGIC.length).equals(MAGIC.subarray(0, start.length))) return { kind: "not-a-recording" };
  const variable = MAGIC.length + 2 + 8 + SALT_BYTES;
  if (start.length < variable + 2) return { kind: "truncated" };
  const version = start.readUInt8(MAGIC.length);
  const cipher = start.readUInt8(MAGIC.length + 1);
  if (version !== FORMAT_VERSION || cipher !== CIPHER_AES_256_GCM) return { kind: "newer", version, cipher };
  const startedAtMs = Number(start.readBigUInt64BE(MAGIC.length + 2));
  const salt = start.subarray(variable - SALT_BYTES, variable);
  const id = readField(start, variable);
  if (typeof id === "string") return { kind: id };
  const wrapped = readField(start, id.end);
  if (typeof wrapped === "string") return { kind: wrapped };
  const end = wrapped.end;
  if (start.length < end + TAG_BYTES) return { kind: "truncated" };
  const header = { callId: id.bytes.toString("utf8"), startedAtMs, wrappedKey: wrapped.bytes, salt };
  return { kind: "header", header, bytes: start.subarray(0, end), tag: start.subarray(end, end + TAG_BYTES) };
}

export type BlockHead = {
  readonly index: number;
  readonly kind: BlockKind;
  readonly length: number;
  readonly previousTag: Buffer;
};

/** Reads a block's header; null where the bytes cannot be one. Proved only when the block opens. */
export function decodeBlockHead(bytes: Buffer): BlockHead | null {
  if (bytes.length < BLOCK_HEADER_BYTES || !bytes.subarray(0, 4).equals(BLOCK_MARKER)) return null;
  const code = bytes.readUInt8(8);
  const length = bytes.readUInt32BE(9);
  if (length > MAX_BLOCK_BYTES || (code !== KIND_CODES.audio && code !== KIND_CODES.final)) return null;
  return {
    index: bytes.readUInt32BE(4),
    kind: code === KIND_CODES.final ? "final" : "audio",
    length,
    previousTag: bytes.subarray(13, 13 + TAG_BYTES),
  };
}

function lengthOf(field: Uint8Array): Buffer {
  if (field.length > MAX_FIELD_BYTES) throw new RangeError(`a header field of ${field.length} bytes`);
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16BE(field.length);
  return bytes;
}

function readField(bytes: Buffer, at: number): { bytes: Buffer; end: number } | "truncated" | "not-a-recording" {
  if (bytes.length < at + 2) return "truncated";
  const length = bytes.readUInt16BE(at);
  if (length > MAX_FIELD_BYTES) return "not-a-recording";
  const end = at + 2 + length;
  if (bytes.length < end) return "truncated";
  return { bytes: bytes.subarray(at + 2, end), end };
}
