import { createCipheriv, createDecipheriv, createHash, createSecretKey, hkdfSync, type KeyObject } from "node:crypto";
import {
  chmodSync,
  closeSync,
  fstatSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readSync,
  rmSync,
  writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { type Random, SystemRandom } from "@jikimi/kernel";
import { RecordingError } from "./errors.ts";

const KEY_BYTES = 32;
const KEY_ID_BYTES = 8;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;
/** How a call's key is wrapped: other modes (DESIGN §8: ARIA-256-GCM, a public key) get the next numbers. */
const WRAP_AES_256_GCM = 1;
const HEAD_BYTES = 1 + KEY_ID_BYTES + NONCE_BYTES;
const WRAPPED_BYTES = HEAD_BYTES + KEY_BYTES + TAG_BYTES;

export type CallKey = {
  /** 32 bytes, for the writer alone. */
  readonly key: Uint8Array;
  /** 69 bytes for the file's header: algorithm, key id, nonce, sealed key, tag. */
  readonly wrapped: Uint8Array;
};

export type Unwrapped =
  | { readonly kind: "key"; readonly key: Uint8Array }
  /** Wrapped by another site's key, whose id this is (hexadecimal). */
  | { readonly kind: "other-key"; readonly keyId: string }
  | { readonly kind: "unknown-algorithm"; readonly algorithm: number }
  | { readonly kind: "altered" };

/** Makes and opens the keys of single calls under the site's key. */
export class Keyring {
  /** Names the site's key without telling it: hexadecimal. */
  readonly keyId: string;
  readonly #key: KeyObject;
  readonly #keyId: Buffer;
  readonly #random: Random;

  constructor(siteKey: Uint8Array, random: Random = new SystemRandom()) {
    if (siteKey.length !== KEY_BYTES) throw new RangeError(`a site key of ${siteKey.length} bytes: 32 are needed`);
    this.#key = createSecretKey(siteKey);
    this.#keyId = createHash("sha256")
      .update("jikimi site key id v1\0")
      .update(siteKey)
      .digest()
      .subarray(0, KEY_ID_BYTES);
    this.keyId = this.#keyId.toString("hex");
    this.#random = random;
  }

  /**
   * Reads the site's key, or makes it on the first start (folder 0700, file 0600, 32 random bytes, synced before it is
   * named). Throws `key-exposed` where others may read or change the file, `key-unusable` where it is no key.
   */
  static open(path: string, random: Random = new SystemRandom()): Keyring {
    const existing = readSiteKey(path);
    const key = existing ?? makeSiteKey(path, random);
    try {
      return new Keyring(key, random);
    } finally {
      key.fill(0);
    }
  }

  newCallKey(): CallKey {
    const key = this.#random.bytes(KEY_BYTES);
    const nonce = this.#random.bytes(NONCE_BYTES);
    const head = Buffer.concat([Uint8Array.of(WRAP_AES_256_GCM), this.#keyId, nonce]);
    const cipher = createCipheriv("aes-256-gcm", this.#key, nonce);
    cipher.setAAD(head);
    const sealed = Buffer.concat([cipher.update(key), cipher.final()]);
    return { key, wrapped: Buffer.concat([head, sealed, cipher.getAuthTag()]) };
  }

  /** 32 bytes for another purpose under the same site key (HKDF-SHA256, RFC 5869); each purpose has its own. */
  derive(purpose: string): Uint8Array {
    return new Uint8Array(hkdfSync("sha256", this.#key, new Uint8Array(0), `jikimi ${purpose} v1`, KEY_BYTES));
  }

  /** Never throws: what lies on a disk may be anything. */
  unwrap(wrapped: Uint8Array): Unwrapped {
    const bytes = Buffer.from(wrapped);
    const algorithm = bytes[0];
    if (algorithm === undefined) return { kind: "altered" };
    if (algorithm !== WRAP_AES_256_GCM) return { kind: "unknown-algorithm", algorithm };
    if (bytes.length !== WRAPPED_BYTES) return { kind: "altered" };
    const keyId = bytes.subarray(1, 1 + KEY_ID_BYTES);
    if (!keyId.equals(this.#keyId)) return { kind: "other-key", keyId: keyId.toString("hex") };
    const decipher = createDecipheriv("aes-256-gcm", this.#key, bytes.subarray(HEAD_BYTES - NONCE_BYTES, HEAD_BYTES));
    decipher.setAAD(bytes.subarray(0, HEAD_BYTES));
    decipher.setAuthTag(bytes.subarray(WRAPPED_BYTES - TAG_BYTES));
    try {
      const key = Buffer.concat([
        decipher.update(bytes.subarray(HEAD_BYTES, HEAD_BYTES + KEY_BYTES)),
        decipher.final(),
      ]);
      return { kind: "key", key };
    } catch {
      return { kind: "altered" };
    }
  }
}

/** Null where there is no file yet. */
function readSiteKey(path: string): Buffer | null {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (cause) {
    if (isCode(cause, "ENOENT")) return null;
    throw new RecordingError("key-unusable", `the site's key ${path} cannot be read: check who owns it`, { cause });
  }
  try {
    const { mode, size } = fstatSync(file);
    if ((mode & 0o077) !== 0) {
      const octal = (mode & 0o777).toString(8).padStart(4, "0");
      throw new RecordingError(
        "key-exposed",
        `others on this machine may reach the site's key ${path} (mode ${octal}). Run: chmod 600 ${path} (and, if others were on the machine, think of the recordings made with it as readable by them)`,
      );
    }
    const key = Buffer.alloc(KEY_BYTES);
    if (size !== KEY_BYTES || readSync(file, key, 0, KEY_BYTES, 0) !== KEY_BYTES) {
      throw new RecordingError(
        "key-unusable",
        `the site's key ${path} has ${size} bytes, not 32. Put back the right file from your backup: a new key cannot open the recordings made with the old one`,
      );
    }
    return key;
  } finally {
    closeSync(file);
  }
}

function makeSiteKey(path: string, random: Random): Buffer {
  const key = Buffer.from(random.bytes(KEY_BYTES));
  const draft = `${path}.${random.hex(6)}.new`;
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    const file = openSync(draft, "wx", 0o600);
    try {
      writeSync(file, key);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    chmodSync(draft, 0o600);
    // A link takes the name only where nobody has it: of two first starts at once, one makes the key and both use it.
    linkSync(draft, path);
    rmSync(draft);
    syncFolder(dirname(path));
    return key;
  } catch (cause) {
    rmSync(draft, { force: true });
    if (isCode(cause, "EEXIST")) {
      const theirs = readSiteKey(path);
      if (theirs !== null) return theirs;
    }
    throw new RecordingError(
      "key-unusable",
      `the site's key ${path} could not be made: check that its folder can be written`,
      {
        cause,
      },
    );
  }
}

function syncFolder(path: string): void {
  const folder = openSync(path, "r");
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}

function isCode(cause: unknown, code: string): boolean {
  return cause instanceof Error && "code" in cause && cause.code === code;
}
