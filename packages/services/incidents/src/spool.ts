import { createCipheriv, createDecipheriv, createSecretKey, type KeyObject } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Log, Random } from "@jikimi/kernel";
import { IncidentsError } from "./errors.ts";
import type { JournalWrite } from "./ports.ts";

/**
 * Journal writes that the database did not take yet, on disk. One line each, because a kill -9 may cut the last one
 * off: base64 of nonce (12 bytes), AES-256-GCM ciphertext of the write's JSON, tag (16 bytes). The spool's id and the
 * line's number are authenticated, so that no line can be altered, moved, repeated or taken to another spool unseen.
 * The first line is `jikimi-journal-spool 1 ID`. File mode 0600.
 */
export class JournalSpool {
  readonly #path: string;
  readonly #key: KeyObject;
  readonly #random: Random;
  readonly #log: Log;
  readonly #maxBytes: number;
  #file: FileHandle | null = null;
  #spoolId = "";
  /** Bytes and lines that are whole on disk. */
  #bytes = 0;
  #lines = 0;
  /** How far reading got. */
  #readBytes = 0;
  #readLines = 0;
  #damaged = false;
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: SpoolOptions) {
    this.#path = options.path;
    this.#key = createSecretKey(options.key);
    this.#random = options.random;
    this.#log = options.log;
    this.#maxBytes = options.maxBytes;
  }

  /** Lines that `read` has not handed out. */
  get unread(): number {
    return this.#lines - this.#readLines;
  }

  /**
   * Takes up what an earlier process left. Returns how many lines wait. A file that is no spool of this key is put
   * aside as `PATH.unreadable-…`, never deleted and never silently skipped.
   */
  async recover(): Promise<number> {
    await mkdir(dirname(this.#path), { recursive: true, mode: 0o700 });
    const found = await stat(this.#path).catch(() => null);
    if (found === null) return 0;
    const file = await open(this.#path, "r+");
    const header = await readHeader(file);
    if (header === null) {
      await file.close();
      if (found.size > 0) await this.#putAside("header");
      else await rm(this.#path, { force: true });
      return 0;
    }
    this.#file = file;
    this.#spoolId = header.spoolId;
    this.#readBytes = header.bytes;
    const whole = await countLines(file, header.bytes);
    this.#bytes = whole.bytes;
    this.#lines = whole.lines;
    if (found.size > whole.bytes) {
      this.#log.warn({ cutBytes: found.size - whole.bytes }, "the journal spool ends in a line that was cut off");
      await file.truncate(whole.bytes);
    }
    return this.#lines;
  }

  /** Appends and syncs to disk; when it rejects, nothing of it counts. */
  append(writes: readonly JournalWrite[]): Promise<void> {
    return this.#inTurn(() => this.#append(writes));
  }

  async #append(writes: readonly JournalWrite[]): Promise<void> {
    const file = this.#file ?? (await this.#create());
    const lines = writes.map((write, index) => `${this.#seal(write, this.#lines + index)}\n`);
    const text = Buffer.from(lines.join(""), "ascii");
    if (this.#bytes + text.length > this.#maxBytes) throw new IncidentsError("spool-unusable", { cause: "full" });
    try {
      await writeAll(file, text, this.#bytes);
      await file.datasync();
    } catch (cause) {
      await file.truncate(this.#bytes).catch(() => {});
      throw new IncidentsError("spool-unusable", { cause });
    }
    this.#bytes += text.length;
    this.#lines += writes.length;
  }

  /** The next writes in the order they came, at most `limit`; they stay until `forget`. */
  read(limit: number): Promise<SpoolBatch> {
    return this.#inTurn(() => this.#read(limit));
  }

  async #read(limit: number): Promise<SpoolBatch> {
    const writes: JournalWrite[] = [];
    let bytes = this.#readBytes;
    let lines = this.#readLines;
    let unreadable = 0;
    if (this.#file !== null) {
      for await (const line of linesFrom(this.#file, bytes, this.#bytes)) {
        const write = this.#open(line, lines);
        if (write === null) unreadable += 1;
        else writes.push(write);
        bytes += line.length + 1;
        lines += 1;
        if (lines - this.#readLines >= limit) break;
      }
    }
    return { writes, unreadable, bytes, lines };
  }

  /** The batch is in the database: goes past it. When nothing is left, the file goes. */
  forget(batch: SpoolBatch): Promise<void> {
    return this.#inTurn(() => this.#forget(batch));
  }

  async #forget({ bytes, lines, unreadable }: SpoolBatch): Promise<void> {
    if (this.#file === null) return;
    this.#readBytes = bytes;
    this.#readLines = lines;
    if (unreadable > 0) this.#damaged = true;
    if (this.unread > 0) return;
    const file = this.#file;
    this.#reset();
    await file.close();
    if (this.#damaged) await this.#putAside("line");
    else await rm(this.#path, { force: true });
    this.#damaged = false;
  }

  close(): Promise<void> {
    return this.#inTurn(async () => {
      const file = this.#file;
      this.#reset();
      await file?.close();
    });
  }

  /** One at a time: the last line read must not take away the file that is being appended to. */
  #inTurn<T>(action: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(action);
    this.#last = turn.catch(() => {});
    return turn;
  }

  #reset(): void {
    this.#file = null;
    this.#bytes = 0;
    this.#lines = 0;
    this.#readBytes = 0;
    this.#readLines = 0;
  }

  async #create(): Promise<FileHandle> {
    try {
      const file = await open(this.#path, "wx+", 0o600);
      this.#spoolId = this.#random.hex(16);
      const header = Buffer.from(`${headerStart}${this.#spoolId}\n`, "ascii");
      await writeAll(file, header, 0);
      this.#file = file;
      this.#bytes = header.length;
      this.#readBytes = header.length;
      return file;
    } catch (cause) {
      throw new IncidentsError("spool-unusable", { cause });
    }
  }

  async #putAside(what: "header" | "line"): Promise<void> {
    const aside = `${this.#path}.unreadable-${this.#random.hex(4)}`;
    await rename(this.#path, aside);
    this.#log.error({ what, file: aside }, "part of the journal spool could not be read and was put aside");
  }

  #seal(write: JournalWrite, line: number): string {
    const nonce = this.#random.bytes(12);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce).setAAD(this.#context(line));
    const sealed = Buffer.concat([cipher.update(JSON.stringify(write), "utf8"), cipher.final()]);
    return Buffer.concat([nonce, sealed, cipher.getAuthTag()]).toString("base64");
  }

  #open(line: Buffer, number: number): JournalWrite | null {
    const bytes = Buffer.from(line.toString("ascii"), "base64");
    if (bytes.length < 28) return null;
    const decipher = createDecipheriv("aes-256-gcm", this.#key, bytes.subarray(0, 12), { authTagLength: 16 })
      .setAAD(this.#context(number))
      .setAuthTag(bytes.subarray(-16));
    try {
      const clear = Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
      return JSON.parse(clear.toString("utf8")) as JournalWrite;
    } catch {
      return null;
    }
  }

  #context(line: number): Buffer {
    return Buffer.from(`${this.#spoolId}:${line}`, "ascii");
  }
}

export type SpoolOptions = {
  readonly path: string;
  /** AES-256: 32 bytes. */
  readonly key: Uint8Array;
  readonly random: Random;
  readonly log: Log;
  readonly maxBytes: number;
};

export type SpoolBatch = {
  readonly writes: readonly JournalWrite[];
  /** Lines that did not open: damaged, or sealed with another key. */
  readonly unreadable: number;
  readonly bytes: number;
  readonly lines: number;
};

const headerStart = "jikimi-journal-spool 1 ";
const headerPattern = /^jikimi-journal-spool 1 ([0-9a-f]{32})\n/;

async function readHeader(file: FileHandle): Promise<{ spoolId: string; bytes: number } | null> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(64), 0, 64, 0);
  const match = headerPattern.exec(buffer.toString("ascii", 0, bytesRead));
  return match?.[1] === undefined ? null : { spoolId: match[1], bytes: match[0].length };
}

async function countLines(file: FileHandle, fromByte: number): Promise<{ bytes: number; lines: number }> {
  let bytes = fromByte;
  let lines = 0;
  for await (const line of linesFrom(file, fromByte, Number.MAX_SAFE_INTEGER)) {
    bytes += line.length + 1;
    lines += 1;
  }
  return { bytes, lines };
}

/** Whole lines without their line feed; what follows the last line feed is not handed out. */
async function* linesFrom(file: FileHandle, fromByte: number, endByte: number): AsyncGenerator<Buffer> {
  let position = fromByte;
  let rest = Buffer.alloc(0);
  while (position < endByte) {
    const chunk = Buffer.alloc(Math.min(65_536, endByte - position));
    const { bytesRead } = await file.read(chunk, 0, chunk.length, position);
    if (bytesRead === 0) return;
    position += bytesRead;
    let text = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
    for (let end = text.indexOf(0x0a); end >= 0; end = text.indexOf(0x0a)) {
      yield text.subarray(0, end);
      text = text.subarray(end + 1);
    }
    rest = text;
  }
}

async function writeAll(file: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let written = 0; written < bytes.length; ) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written);
    written += bytesWritten;
  }
}
