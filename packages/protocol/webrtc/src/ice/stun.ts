import { createHmac, timingSafeEqual } from "node:crypto";
import { isIPv4 } from "node:net";
import { crc32 } from "node:zlib";

/** A STUN Binding message (RFC 8489) with what ICE adds to it (RFC 8445 §16.1). */
export type StunMessage = {
  readonly kind: "request" | "success" | "error" | "indication";
  /** 12 bytes in hexadecimal. */
  readonly transactionId: string;
  /** `receiver:sender`. */
  readonly username: string | null;
  readonly priority: number | null;
  readonly useCandidate: boolean;
  /** The sender's role and its tie-breaker. */
  readonly role: { readonly kind: "controlling" | "controlled"; readonly tieBreaker: bigint } | null;
  readonly errorCode: number | null;
};

const MAGIC_COOKIE = 0x2112a442;
const HEADER_BYTES = 20;
const INTEGRITY_BYTES = 24;
const FINGERPRINT_BYTES = 8;
const FINGERPRINT_XOR = 0x5354554e;
const KINDS = new Map([
  [0x0001, "request"],
  [0x0011, "indication"],
  [0x0101, "success"],
  [0x0111, "error"],
] as const);
const ATTRIBUTE = {
  username: 0x0006,
  integrity: 0x0008,
  errorCode: 0x0009,
  xorMappedAddress: 0x0020,
  priority: 0x0024,
  useCandidate: 0x0025,
  fingerprint: 0x8028,
  controlled: 0x8029,
  controlling: 0x802a,
} as const;

/** What tells STUN from DTLS and SRTP on one port (RFC 7983). */
export function looksLikeStun(bytes: Uint8Array): boolean {
  return bytes.length >= HEADER_BYTES && (bytes[0] as number) < 4;
}

/**
 * Reads a Binding message whose MESSAGE-INTEGRITY was made with `password`; null for anything else, which includes one
 * without integrity: nobody speaks here who has not seen our description.
 */
export function readStun(bytes: Buffer, password: (username: string | null) => string | null): StunMessage | null {
  if (!looksLikeStun(bytes) || bytes.readUInt32BE(4) !== MAGIC_COOKIE) return null;
  const kind = KINDS.get(bytes.readUInt16BE(0) as 0x0001);
  if (kind === undefined || bytes.readUInt16BE(2) !== bytes.length - HEADER_BYTES || bytes.length % 4 !== 0) return null;
  let username: string | null = null;
  let priority: number | null = null;
  let useCandidate = false;
  let role: StunMessage["role"] = null;
  let errorCode: number | null = null;
  for (let at = HEADER_BYTES; at + 4 <= bytes.length; ) {
    const type = bytes.readUInt16BE(at);
    const start = at + 4;
    const end = start + bytes.readUInt16BE(at + 2);
    if (end > bytes.length) return null;
    const value = bytes.subarray(start, end);
    if (type === ATTRIBUTE.integrity) {
      const key = password(username);
      if (key === null || !hasIntegrity(bytes, at, value, key)) return null;
      return { kind, transactionId: bytes.toString("hex", 8, HEADER_BYTES), username, priority, useCandidate, role, errorCode };
    }
    if (type === ATTRIBUTE.username && value.length <= 513) username = value.toString("utf8");
    else if (type === ATTRIBUTE.priority && value.length === 4) priority = value.readUInt32BE(0);
    else if (type === ATTRIBUTE.useCandidate) useCandidate = true;
    else if (type === ATTRIBUTE.controlling && value.length === 8) role = roleOf("controlling", value);
    else if (type === ATTRIBUTE.controlled && value.length === 8) role = roleOf("controlled", value);
    else if (type === ATTRIBUTE.errorCode && value.length >= 4) {
      errorCode = ((value[2] as number) & 7) * 100 + (value[3] as number);
    }
    at = end + ((4 - (end % 4)) % 4);
  }
  return null;
}

export type StunRequest = {
  /** 12 bytes in hexadecimal. */
  readonly transactionId: string;
  readonly username: string;
  readonly password: string;
  readonly priority: number;
  readonly role: "controlling" | "controlled";
  readonly tieBreaker: bigint;
  readonly useCandidate: boolean;
};

export function writeStunRequest(request: StunRequest): Buffer {
  const priority = Buffer.alloc(4);
  priority.writeUInt32BE(request.priority);
  const tieBreaker = Buffer.alloc(8);
  tieBreaker.writeBigUInt64BE(request.tieBreaker);
  const attributes = [
    attribute(ATTRIBUTE.username, Buffer.from(request.username)),
    attribute(ATTRIBUTE.priority, priority),
    attribute(ATTRIBUTE[request.role], tieBreaker),
    ...(request.useCandidate ? [attribute(ATTRIBUTE.useCandidate, Buffer.alloc(0))] : []),
  ];
  return seal(0x0001, request.transactionId, attributes, request.password);
}

/** Tells the asker how we see it (RFC 8489 §14.2); IPv4 only. */
export function writeStunSuccess(transactionId: string, to: { address: string; port: number }, password: string): Buffer {
  const value = Buffer.alloc(8);
  value[1] = 1;
  value.writeUInt16BE(to.port ^ (MAGIC_COOKIE >>> 16), 2);
  value.writeUInt32BE((ipv4Number(to.address) ^ MAGIC_COOKIE) >>> 0, 4);
  return seal(0x0101, transactionId, [attribute(ATTRIBUTE.xorMappedAddress, value)], password);
}

export function writeStunError(transactionId: string, code: number, reason: string, password: string): Buffer {
  const value = Buffer.concat([Buffer.of(0, 0, Math.floor(code / 100), code % 100), Buffer.from(reason)]);
  return seal(0x0111, transactionId, [attribute(ATTRIBUTE.errorCode, value)], password);
}

function roleOf(kind: "controlling" | "controlled", value: Buffer): StunMessage["role"] {
  return { kind, tieBreaker: value.readBigUInt64BE(0) };
}

/** RFC 8489 §14.5: the HMAC covers all before it, under a length that ends with itself. */
function hasIntegrity(bytes: Buffer, at: number, mac: Buffer, password: string): boolean {
  if (mac.length !== 20) return false;
  const covered = Buffer.from(bytes.subarray(0, at));
  covered.writeUInt16BE(at + INTEGRITY_BYTES - HEADER_BYTES, 2);
  return timingSafeEqual(createHmac("sha1", password).update(covered).digest(), mac);
}

function attribute(type: number, value: Buffer): Buffer {
  const bytes = Buffer.alloc(4 + value.length + ((4 - (value.length % 4)) % 4));
  bytes.writeUInt16BE(type, 0);
  bytes.writeUInt16BE(value.length, 2);
  value.copy(bytes, 4);
  return bytes;
}

function seal(type: number, transactionId: string, attributes: readonly Buffer[], password: string): Buffer {
  const body = Buffer.concat(attributes);
  const message = Buffer.alloc(HEADER_BYTES + body.length + INTEGRITY_BYTES + FINGERPRINT_BYTES);
  message.writeUInt16BE(type, 0);
  message.writeUInt32BE(MAGIC_COOKIE, 4);
  message.write(transactionId, 8, "hex");
  body.copy(message, HEADER_BYTES);
  const integrityAt = HEADER_BYTES + body.length;
  message.writeUInt16BE(body.length + INTEGRITY_BYTES, 2);
  const mac = createHmac("sha1", password).update(message.subarray(0, integrityAt)).digest();
  attribute(ATTRIBUTE.integrity, mac).copy(message, integrityAt);
  message.writeUInt16BE(message.length - HEADER_BYTES, 2);
  const fingerprintAt = integrityAt + INTEGRITY_BYTES;
  const fingerprint = Buffer.alloc(4);
  fingerprint.writeUInt32BE((crc32(message.subarray(0, fingerprintAt)) ^ FINGERPRINT_XOR) >>> 0);
  attribute(ATTRIBUTE.fingerprint, fingerprint).copy(message, fingerprintAt);
  return message;
}

function ipv4Number(address: string): number {
  if (!isIPv4(address)) return 0;
  return address.split(".").reduce((number, part) => (number * 256 + Number(part)) >>> 0, 0);
}
