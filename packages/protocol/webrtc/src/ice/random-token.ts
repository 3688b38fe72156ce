import type { Random } from "@jikimi/kernel";

const ICE_CHARACTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Of `ice-char` (RFC 8839 §5.1): 6 bits of chance a character. */
export function randomToken(random: Random, length: number): string {
  return [...random.bytes(length)].map((byte) => ICE_CHARACTERS.charAt(byte & 63)).join("");
}
