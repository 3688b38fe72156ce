import { createHash, createHmac, timingSafeEqual, verify, X509Certificate } from "node:crypto";

/** A handshake message as it was exchanged, whole. */
export type HandshakeMessage = { readonly type: number; readonly bytes: Buffer; readonly body: Buffer };

const CERTIFICATE_VERIFY = 15;
const FINISHED = 20;
const FINISHED_BYTES = 12;
/** TLS 1.2 signature schemes (RFC 8446 §4.2.3), by the hash they use. */
const SCHEMES = new Map([
  [0x0403, "sha256"],
  [0x0503, "sha384"],
  [0x0603, "sha512"],
  [0x0401, "sha256"],
  [0x0501, "sha384"],
  [0x0601, "sha512"],
]);

/**
 * What a DTLS 1.2 server must check of its client and werift 0.24 does not: that who showed the certificate holds its key
 * (RFC 5246 §7.4.8), and that both saw the same handshake (§7.4.9). Without it a fingerprint proves nothing, because a
 * certificate can be copied. `messages` in order, up to the client's Finished. Null when all is well, else what is wrong.
 */
export function verifyClient(
  messages: readonly HandshakeMessage[],
  certificate: Buffer,
  masterSecret: Buffer,
): string | null {
  const verifyAt = messages.findIndex(({ type }) => type === CERTIFICATE_VERIFY);
  const finishedAt = messages.findIndex(({ type }) => type === FINISHED);
  const proof = messages[verifyAt]?.body;
  const finished = messages[finishedAt]?.body;
  if (proof === undefined || proof.length < 4) return "the browser did not prove to hold its certificate's key";
  if (finished === undefined || finishedAt < verifyAt) return "the browser did not finish the handshake";
  const hash = SCHEMES.get(proof.readUInt16BE(0));
  const signature = proof.subarray(4, 4 + proof.readUInt16BE(2));
  const signed = Buffer.concat(messages.slice(0, verifyAt).map(({ bytes }) => bytes));
  if (hash === undefined) return "the browser signs in a way that is not known";
  try {
    if (!verify(hash, signed, new X509Certificate(certificate).publicKey, signature)) {
      return "the browser does not hold its certificate's key";
    }
  } catch {
    return "the browser's certificate cannot be read";
  }
  const transcript = createHash("sha256");
  for (const { bytes } of messages.slice(0, finishedAt)) transcript.update(bytes);
  const expected = prf(masterSecret, "client finished", transcript.digest(), FINISHED_BYTES);
  if (finished.length !== FINISHED_BYTES || !timingSafeEqual(expected, finished)) {
    return "the browser saw another handshake";
  }
  return null;
}

/** P_SHA256 (RFC 5246 §5). */
export function prf(secret: Buffer, label: string, seed: Buffer, bytes: number): Buffer {
  const labelled = Buffer.concat([Buffer.from(label), seed]);
  const parts: Buffer[] = [];
  let a = labelled;
  for (let length = 0; length < bytes; length += 32) {
    a = createHmac("sha256", secret).update(a).digest();
    parts.push(createHmac("sha256", secret).update(a).update(labelled).digest());
  }
  return Buffer.concat(parts).subarray(0, bytes);
}
