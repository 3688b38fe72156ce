import { createHmac, timingSafeEqual } from "node:crypto";

/** Time-based one-time passwords as every authenticator app makes them: RFC 6238, SHA-1, six digits, 30 s. */
const stepMs = 30_000;

/**
 * The time step that `code` belongs to, or null when it is not a code of now, of the step before or of the next
 * (clocks of telephones differ). The caller keeps the step, so that it is taken once only.
 */
export function totpStep(secret: Uint8Array, code: string, nowMs: number): number | null {
  const current = Math.floor(nowMs / stepMs);
  let found: number | null = null;
  for (const step of [current - 1, current, current + 1]) {
    const wanted = Buffer.from(totpCode(secret, step), "utf8");
    const given = Buffer.from(code, "utf8");
    if (given.length === wanted.length && timingSafeEqual(given, wanted)) found = step;
  }
  return found;
}

/** RFC 4226 §5.3 on a step counter. */
export function totpCode(secret: Uint8Array, step: number): string {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(step));
  const mac = createHmac("sha1", secret).update(counter).digest();
  const offset = (mac[19] ?? 0) & 0x0f;
  const number = mac.readUInt32BE(offset) & 0x7fff_ffff;
  return String(number % 1_000_000).padStart(6, "0");
}

/** What the QR code says (the de facto `otpauth` scheme). */
export function totpUri({ secret, issuer, account }: { secret: Uint8Array; issuer: string; account: string }): string {
  const label = `${encodeURIComponent(issuer)}:${encodeURIComponent(account)}`;
  const search = `secret=${base32(secret)}&issuer=${encodeURIComponent(issuer)}&algorithm=SHA1&digits=6&period=30`;
  return `otpauth://totp/${label}?${search}`;
}

/** RFC 4648 §6 without padding. */
function base32(bytes: Uint8Array): string {
  const alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  const bits = Array.from(bytes, (byte) => byte.toString(2).padStart(8, "0")).join("");
  const groups = bits.match(/.{1,5}/g) ?? [];
  return groups.map((group) => alphabet[Number.parseInt(group.padEnd(5, "0"), 2)]).join("");
}
