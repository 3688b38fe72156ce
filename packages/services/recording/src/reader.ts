import type { CallId, EpochMs } from "@jikimi/kernel";
import { FileBytes } from "./file-bytes.ts";
import type { RecordingFinding } from "./findings.ts";
import {
  BLOCK_HEADER_BYTES,
  BLOCK_MARKER,
  BlockCipher,
  type BlockHead,
  decodeBlockHead,
  decodeHeader,
  FIRST_BLOCK_INDEX,
  MAX_HEADER_BYTES,
  TAG_BYTES,
} from "./format.ts";
import type { Keyring } from "./keyring.ts";
import { type BlockRecord, decodeRecords } from "./records.ts";

export type OpenedRecording =
  | { readonly kind: "opened"; readonly recording: Recording }
  /** Not even its header can be trusted or read. */
  | { readonly kind: "refused"; readonly finding: RecordingFinding };

/** A verified block in the order of the file, or what is wrong at this place. */
export type RecordingItem =
  | {
      readonly kind: "block";
      readonly index: number;
      readonly offset: number;
      readonly records: readonly BlockRecord[];
    }
  | { readonly kind: "finding"; readonly finding: RecordingFinding };

/** Throws `cannot-read` where there is no such file; whatever bytes it holds, it never throws. */
export async function openRecording(path: string, keyring: Keyring): Promise<OpenedRecording> {
  const file = await FileBytes.open(path);
  const opened = await openHeader(file, keyring);
  if (opened.kind === "refused") await file[Symbol.asyncDispose]();
  return opened;
}

async function openHeader(file: FileBytes, keyring: Keyring): Promise<OpenedRecording> {
  const refused = (finding: RecordingFinding): OpenedRecording => ({ kind: "refused", finding });
  const decoded = decodeHeader(await file.read(0, MAX_HEADER_BYTES));
  if (decoded.kind === "truncated") return refused({ kind: "not-closed", lastIndex: 0, strayBytes: file.size });
  if (decoded.kind === "not-a-recording") return refused({ kind: "not-a-recording", why: "it does not begin as one" });
  if (decoded.kind === "newer") {
    return refused({
      kind: "not-a-recording",
      why: `format ${decoded.version}, cipher ${decoded.cipher}: not known here`,
    });
  }
  const { header, bytes, tag } = decoded;
  const headerAltered = { kind: "altered", where: "header", index: null, offset: 0, bytes: bytes.length } as const;
  const unwrapped = keyring.unwrap(header.wrappedKey);
  if (unwrapped.kind === "other-key") return refused({ kind: "wrong-key", keyId: unwrapped.keyId });
  if (unwrapped.kind === "unknown-algorithm") return refused({ kind: "wrong-key", keyId: null });
  if (unwrapped.kind === "altered") return refused(headerAltered);
  const cipher = new BlockCipher(unwrapped.key, header.salt, bytes);
  if (!cipher.headerTag().equals(tag)) return refused(headerAltered);
  return {
    kind: "opened",
    recording: new Recording(file, cipher, {
      callId: header.callId as CallId,
      startedAtMs: header.startedAtMs as EpochMs,
      blocksAt: bytes.length + TAG_BYTES,
      headerTag: tag,
    }),
  };
}

type SoundBlock = { head: BlockHead; tag: Buffer; plain: Buffer; offset: number; end: number };

/** An opened recording, proved as far as its header; `items` proves the rest while it reads. Closed by its opener. */
export class Recording implements AsyncDisposable {
  readonly path: string;
  readonly callId: CallId;
  readonly startedAtMs: EpochMs;
  readonly #file: FileBytes;
  readonly #cipher: BlockCipher;
  readonly #blocksAt: number;
  readonly #headerTag: Buffer;

  constructor(
    file: FileBytes,
    cipher: BlockCipher,
    header: { callId: CallId; startedAtMs: EpochMs; blocksAt: number; headerTag: Buffer },
  ) {
    this.path = file.path;
    this.callId = header.callId;
    this.startedAtMs = header.startedAtMs;
    this.#file = file;
    this.#cipher = cipher;
    this.#blocksAt = header.blocksAt;
    this.#headerTag = header.headerTag;
  }

  /** Of the ciphertext as it lies on disk, hexadecimal. */
  sha256(): Promise<string> {
    return this.#file.sha256();
  }

  /**
   * Reads from the first block to the last byte. A block comes out only after its tag has proved it, once, wherever it
   * lies; a finding comes where it is met, missing blocks and a missing end at the end.
   */
  async *items(): AsyncGenerator<RecordingItem> {
    const finding = (found: RecordingFinding): RecordingItem => ({ kind: "finding", finding: found });
    const seen = new Set<number>();
    const damaged = new Set<number>();
    let highest = FIRST_BLOCK_INDEX - 1;
    let before: { index: number; tag: Buffer } | null = { index: highest, tag: this.#headerTag };
    let closed = false;
    let strayBytes = 0;
    let offset = this.#blocksAt;
    while (offset < this.#file.size) {
      const block = await this.#blockAt(offset);
      if (block === null) {
        const next = await this.#nextBlock(offset + 1);
        const end = next?.offset ?? this.#file.size;
        if (next === null && !closed && (await this.#isCutOff(offset))) {
          strayBytes = end - offset;
        } else {
          const lost = between(highest, next?.head.index ?? null);
          for (const index of lost) damaged.add(index);
          const where = closed ? "after-end" : "block";
          yield finding({ kind: "altered", where, index: lost[0] ?? null, offset, bytes: end - offset });
        }
        before = null;
        offset = end;
        continue;
      }
      const { index, kind, previousTag } = block.head;
      if (seen.has(index) || index < highest) yield finding({ kind: "swapped", index, offset });
      else if (closed || (before !== null && index === before.index + 1 && !previousTag.equals(before.tag))) {
        yield finding({
          kind: "altered",
          where: closed ? "after-end" : "block",
          index,
          offset,
          bytes: block.end - offset,
        });
      }
      if (!seen.has(index)) {
        seen.add(index);
        const records = decodeRecords(block.plain);
        if (records === null) yield finding({ kind: "unknown-content", index });
        else yield { kind: "block", index, offset, records };
      }
      if (kind === "final") closed = true;
      highest = Math.max(highest, index);
      before = { index, tag: block.tag };
      offset = block.end;
    }
    for (const [firstIndex, lastIndex] of holes(new Set([...seen, ...damaged]), highest)) {
      yield finding({ kind: "missing-block", firstIndex, lastIndex });
    }
    if (!closed) yield finding({ kind: "not-closed", lastIndex: highest, strayBytes });
  }

  /** The records of a block that `items` gave out. */
  async recordsAt(offset: number): Promise<readonly BlockRecord[]> {
    const block = await this.#blockAt(offset);
    return (block === null ? null : decodeRecords(block.plain)) ?? [];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#file[Symbol.asyncDispose]();
  }

  async #blockAt(offset: number): Promise<SoundBlock | null> {
    const headBytes = await this.#file.read(offset, BLOCK_HEADER_BYTES);
    const head = decodeBlockHead(headBytes);
    if (head === null) return null;
    const body = await this.#file.read(offset + BLOCK_HEADER_BYTES, head.length + TAG_BYTES);
    if (body.length < head.length + TAG_BYTES) return null;
    const tag = body.subarray(head.length);
    const plain = this.#cipher.open(headBytes, head.index, body.subarray(0, head.length), tag);
    if (plain === null) return null;
    return { head, tag, plain, offset, end: offset + BLOCK_HEADER_BYTES + body.length };
  }

  /** After damage: the next place where a sound block begins. */
  async #nextBlock(from: number): Promise<SoundBlock | null> {
    const chunkBytes = 64 * 1024;
    for (let at = from; at < this.#file.size; at += chunkBytes) {
      // The chunks overlap by a marker less one byte, so that none hides on the seam.
      const chunk = await this.#file.read(at, chunkBytes + BLOCK_MARKER.length - 1);
      for (let found = chunk.indexOf(BLOCK_MARKER); found >= 0; found = chunk.indexOf(BLOCK_MARKER, found + 1)) {
        const block = await this.#blockAt(at + found);
        if (block !== null) return block;
      }
    }
    return null;
  }

  /** Whether what is left can be the beginning of a block that was being written when the end came. */
  async #isCutOff(offset: number): Promise<boolean> {
    const bytes = await this.#file.read(offset, BLOCK_HEADER_BYTES);
    if (bytes.length < BLOCK_HEADER_BYTES) return bytes.subarray(0, 4).equals(BLOCK_MARKER.subarray(0, bytes.length));
    const head = decodeBlockHead(bytes);
    return head !== null && offset + BLOCK_HEADER_BYTES + head.length + TAG_BYTES > this.#file.size;
  }
}

/** The blocks that must have stood between two sound ones: what is damaged there is they. */
function between(highest: number, nextIndex: number | null): number[] {
  if (nextIndex === null || nextIndex <= highest) return [];
  return Array.from({ length: nextIndex - highest - 1 }, (_, i) => highest + 1 + i);
}

function holes(seen: ReadonlySet<number>, highest: number): [number, number][] {
  const found: [number, number][] = [];
  for (let index = FIRST_BLOCK_INDEX; index <= highest; index++) {
    if (seen.has(index)) continue;
    const last = found.at(-1);
    if (last !== undefined && last[1] === index - 1) last[1] = index;
    else found.push([index, index]);
  }
  return found;
}
