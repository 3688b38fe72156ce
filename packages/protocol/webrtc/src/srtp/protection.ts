import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from "node:crypto";

/** RFC 5764 §4.1.2 and RFC 7714 §14.2; by the numbers that DTLS knows them by. */
export type SrtpProfile = 0x0001 | 0x0007;
export const AES128_CM_SHA1_80: SrtpProfile = 0x0001;
export const AEAD_AES_128_GCM: SrtpProfile = 0x0007;

/** Master key and salt of one direction. */
export type SrtpKeys = { readonly key: Uint8Array; readonly salt: Uint8Array };

export function keyLengths(profile: SrtpProfile): { readonly key: number; readonly salt: number } {
  return { key: 16, salt: profile === AEAD_AES_128_GCM ? 12 : 14 };
}

/**
 * How one direction's packets are made unreadable and unforgeable. `clear` bytes at the front stay readable; `high` and
 * `low` number the packet: rollover counter and sequence for RTP, zero and the SRTCP index for RTCP. For RTCP `trailer` is
 * the four bytes of flag and index, authenticated and sent after the payload.
 */
export interface Protection {
  readonly tagBytes: number;
  /** `packet` encrypted with its tag, written into `to` at 0; returns how many bytes that are. */
  protect(packet: Uint8Array, clear: number, number: PacketNumber, to: Buffer): number;
  /** The plain packet, in memory of its own; null when it is not authentic. */
  unprotect(packet: Buffer, clear: number, number: PacketNumber): Buffer | null;
}

export type PacketNumber = {
  readonly ssrc: number;
  readonly high: number;
  readonly low: number;
  readonly trailer: Buffer | null;
};

type Labels = { readonly key: number; readonly salt: number; readonly auth: number };
/** RFC 3711 §4.3.2. */
export const RTP_LABELS: Labels = { key: 0, auth: 1, salt: 2 };
export const RTCP_LABELS: Labels = { key: 3, auth: 4, salt: 5 };

export function createProtection(profile: SrtpProfile, master: SrtpKeys, labels: Labels): Protection {
  const key = derive(master, labels.key, 16);
  if (profile === AEAD_AES_128_GCM) return new GcmProtection(key, derive(master, labels.salt, 12), labels === RTCP_LABELS);
  return new CounterProtection(key, derive(master, labels.salt, 14), derive(master, labels.auth, 20), labels === RTCP_LABELS);
}

/** RFC 3711 §4.3.1 with a derivation rate of zero. */
function derive({ key, salt }: SrtpKeys, label: number, bytes: number): Buffer {
  const counter = Buffer.alloc(16);
  counter.set(salt);
  counter[7] = (counter[7] as number) ^ label;
  return createCipheriv("aes-128-ctr", key, counter).update(Buffer.alloc(bytes));
}

const SHA1_80_BYTES = 10;

/** AES in counter mode and HMAC-SHA1 (RFC 3711 §4.1.1, §4.2.1). */
class CounterProtection implements Protection {
  readonly tagBytes = SHA1_80_BYTES;
  readonly #key: Buffer;
  readonly #salt: Buffer;
  readonly #authKey: Buffer;
  readonly #isRtcp: boolean;
  readonly #counter = Buffer.alloc(16);
  readonly #high = Buffer.alloc(4);

  constructor(key: Buffer, salt: Buffer, authKey: Buffer, isRtcp: boolean) {
    this.#key = key;
    this.#salt = salt;
    this.#authKey = authKey;
    this.#isRtcp = isRtcp;
  }

  protect(packet: Uint8Array, clear: number, number: PacketNumber, to: Buffer): number {
    const { length } = packet;
    to.set(packet.subarray(0, clear));
    createCipheriv("aes-128-ctr", this.#key, this.#counterOf(number)).update(packet.subarray(clear)).copy(to, clear);
    let end = length;
    if (number.trailer !== null) end += number.trailer.copy(to, end);
    this.#tag(to.subarray(0, end), number).copy(to, end);
    return end + SHA1_80_BYTES;
  }

  unprotect(packet: Buffer, clear: number, number: PacketNumber): Buffer | null {
    const end = packet.length - SHA1_80_BYTES;
    const plainEnd = end - (number.trailer?.length ?? 0);
    if (plainEnd < clear) return null;
    if (!timingSafeEqual(this.#tag(packet.subarray(0, end), number), packet.subarray(end))) return null;
    const plain = Buffer.allocUnsafe(plainEnd);
    packet.copy(plain, 0, 0, clear);
    const decipher = createDecipheriv("aes-128-ctr", this.#key, this.#counterOf(number));
    decipher.update(packet.subarray(clear, plainEnd)).copy(plain, clear);
    return plain;
  }

  #tag(covered: Buffer, { high }: PacketNumber): Buffer {
    const hmac = createHmac("sha1", this.#authKey).update(covered);
    if (!this.#isRtcp) {
      this.#high.writeUInt32BE(high);
      hmac.update(this.#high);
    }
    return hmac.digest().subarray(0, SHA1_80_BYTES);
  }

  #counterOf({ ssrc, high, low }: PacketNumber): Buffer {
    const counter = this.#counter.fill(0);
    counter.writeUInt32BE(ssrc, 4);
    if (this.#isRtcp) counter.writeUInt32BE(low, 10);
    else {
      counter.writeUInt32BE(high, 8);
      counter.writeUInt16BE(low, 12);
    }
    return mask(counter, this.#salt);
  }
}

const GCM_TAG_BYTES = 16;

/** AES-GCM (RFC 7714 §8, §9). */
class GcmProtection implements Protection {
  readonly tagBytes = GCM_TAG_BYTES;
  readonly #key: Buffer;
  readonly #salt: Buffer;
  readonly #isRtcp: boolean;
  readonly #nonce = Buffer.alloc(12);

  constructor(key: Buffer, salt: Buffer, isRtcp: boolean) {
    this.#key = key;
    this.#salt = salt;
    this.#isRtcp = isRtcp;
  }

  protect(packet: Uint8Array, clear: number, number: PacketNumber, to: Buffer): number {
    const { length } = packet;
    to.set(packet.subarray(0, clear));
    const cipher = createCipheriv("aes-128-gcm", this.#key, this.#nonceOf(number));
    cipher.setAAD(aadOf(to.subarray(0, clear), number));
    cipher.update(packet.subarray(clear)).copy(to, clear);
    cipher.final();
    cipher.getAuthTag().copy(to, length);
    const end = length + GCM_TAG_BYTES;
    return number.trailer === null ? end : end + number.trailer.copy(to, end);
  }

  unprotect(packet: Buffer, clear: number, number: PacketNumber): Buffer | null {
    const end = packet.length - (number.trailer?.length ?? 0);
    const plainEnd = end - GCM_TAG_BYTES;
    if (plainEnd < clear) return null;
    const decipher = createDecipheriv("aes-128-gcm", this.#key, this.#nonceOf(number));
    decipher.setAAD(aadOf(packet.subarray(0, clear), number));
    decipher.setAuthTag(packet.subarray(plainEnd, end));
    const plain = Buffer.allocUnsafe(plainEnd);
    packet.copy(plain, 0, 0, clear);
    decipher.update(packet.subarray(clear, plainEnd)).copy(plain, clear);
    try {
      decipher.final();
    } catch {
      return null;
    }
    return plain;
  }

  #nonceOf({ ssrc, high, low }: PacketNumber): Buffer {
    const nonce = this.#nonce.fill(0);
    nonce.writeUInt32BE(ssrc, 2);
    if (this.#isRtcp) nonce.writeUInt32BE(low, 8);
    else {
      nonce.writeUInt32BE(high, 6);
      nonce.writeUInt16BE(low, 10);
    }
    return mask(nonce, this.#salt);
  }
}

function aadOf(clear: Buffer, { trailer }: PacketNumber): Buffer {
  return trailer === null ? clear : Buffer.concat([clear, trailer]);
}

function mask(bytes: Buffer, salt: Buffer): Buffer {
  for (let i = 0; i < salt.length; i++) bytes[i] = (bytes[i] as number) ^ (salt[i] as number);
  return bytes;
}
