import { readFile, stat } from "node:fs/promises";
import { readSound } from "@jikimi/audio";
import { TelephoneSound } from "./telephone-sound.ts";

/** A minute of sound takes 1 MB here (both codecs). */
const CAPACITY_BYTES = 64 * 1024 * 1024;
/** A sound file longer than this is not an announcement. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

export type SoundLoad =
  | { readonly kind: "ok"; readonly sound: TelephoneSound }
  | { readonly kind: "unreadable"; readonly why: string };

type Kept = { readonly version: string; readonly load: Promise<SoundLoad>; bytes: number };

/** Sounds by path, read once and again when the file has changed; the least recently played go when memory is full. */
export class SoundShelf {
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;

  /** Never rejects. */
  async load(path: string): Promise<SoundLoad> {
    let version: string;
    try {
      const { mtimeMs, size } = await stat(path);
      if (size > MAX_FILE_BYTES) return { kind: "unreadable", why: `${size} bytes are too many for a sound` };
      version = `${mtimeMs}/${size}`;
    } catch (cause) {
      this.#drop(path);
      return { kind: "unreadable", why: reason(cause) };
    }
    const kept = this.#kept.get(path);
    if (kept?.version === version) {
      this.#kept.delete(path);
      this.#kept.set(path, kept);
      return kept.load;
    }
    this.#drop(path);
    const fresh: Kept = { version, load: readTelephoneSound(path), bytes: 0 };
    this.#kept.set(path, fresh);
    const load = await fresh.load;
    if (load.kind === "unreadable") this.#drop(path, fresh);
    else this.#count(path, fresh, load.sound.bytes);
    return load;
  }

  #count(path: string, kept: Kept, bytes: number): void {
    if (this.#kept.get(path) !== kept) return;
    kept.bytes = bytes;
    this.#bytes += bytes;
    for (const [oldest, { bytes: freed }] of this.#kept) {
      if (this.#bytes <= CAPACITY_BYTES || oldest === path) break;
      if (freed > 0) this.#drop(oldest);
    }
  }

  #drop(path: string, only?: Kept): void {
    const kept = this.#kept.get(path);
    if (kept === undefined || (only !== undefined && only !== kept)) return;
    this.#kept.delete(path);
    this.#bytes -= kept.bytes;
  }
}

async function readTelephoneSound(path: string): Promise<SoundLoad> {
  try {
    const read = readSound(await readFile(path));
    return read.kind === "ok" ? { kind: "ok", sound: new TelephoneSound(read.pcm) } : read;
  } catch (cause) {
    return { kind: "unreadable", why: reason(cause) };
  }
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
