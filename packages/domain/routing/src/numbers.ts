import type { Brand } from "@jikimi/kernel";

/**
 * A telephone number in the one form in which numbers are compared: E.164 (`+8221200000`, ITU-T E.164 §6) or, for
 * what has no country form, a Korean short code's digits (`112`, `1393`). Only `parsePhoneNumber` makes one.
 */
export type PhoneNumber = Brand<string, "PhoneNumber">;

export type ParsedNumber =
  | { readonly kind: "ok"; readonly number: PhoneNumber }
  | { readonly kind: "invalid"; readonly why: "not-a-number" | "too-short" | "too-long" | "unknown-form" };

/**
 * Reads a number as people, carriers and SIP write it: `02-120`, `(02) 2133-1234`, `010.1234.5678`, `+82 (0)2 120`,
 * `tel:+82-10-1234-5678`, `001 81 3 1234 5678`, `０１０…`. Every digit counts: `02-120` is not `02-1200`.
 */
export function parsePhoneNumber(text: string): ParsedNumber {
  if (text.length > 64) return { kind: "invalid", why: "too-long" };
  const plain = text
    .normalize("NFKC")
    .trim()
    .replace(/^tel:/i, "")
    .replace(/;.*$/, "")
    .replace(/[\s().\-/\u2010-\u2015\u00ad]/g, "");
  const match = /^(\+?)([0-9]+)$/.exec(plain);
  if (match === null) return { kind: "invalid", why: "not-a-number" };
  const digits = match[2] ?? "";
  if (digits.length < 3) return { kind: "invalid", why: "too-short" };
  if (match[1] === "+") return digits.startsWith("82") ? korean(digits.slice(2).replace(/^0/, "")) : foreign(digits);
  if (/^0082[1-9]/.test(digits)) {
    const home = korean(digits.slice(4));
    if (home.kind === "ok") return home;
  }
  if (digits.startsWith("00")) return foreign(digits.replace(/^(00[37]\d\d|00[12568])/, ""));
  if (digits.startsWith("0")) return korean(digits.slice(1));
  if (shortCode.test(digits)) return { kind: "ok", number: digits as PhoneNumber };
  if (representative.test(digits)) return { kind: "ok", number: `+82${digits}` as PhoneNumber };
  return { kind: "invalid", why: "unknown-form" };
}

/** What a Korean telephone line dials and shows: `021200000`, `15881234`, `112`; foreign numbers with their `+`. */
export function nationalDigits(number: PhoneNumber): string {
  if (!number.startsWith("+82")) return number;
  const rest = number.slice(3);
  return representative.test(rest) ? rest : `0${rest}`;
}

/** With the hyphens Koreans expect: `02-120`, `02-2133-1234`, `010-1234-5678`, `1588-1234`, `+81312345678`. */
export function formatPhoneNumber(number: PhoneNumber): string {
  const digits = nationalDigits(number);
  if (digits.startsWith("+") || shortCode.test(digits)) return digits;
  if (representative.test(digits)) return `${digits.slice(0, 4)}-${digits.slice(4)}`;
  const area = areaCode.exec(digits)?.[0] ?? "";
  const local = digits.slice(area.length);
  return local.length < 7 ? `${area}-${local}` : `${area}-${local.slice(0, -4)}-${local.slice(-4)}`;
}

/** 112, 119, 120, 1393 … : dialled alone, never behind +82. */
const shortCode = /^1[0-9]{2,3}$/;
/** 1588-1234 and its like: dialled without an area code. */
const representative = /^1[4-9][0-9]{6}$/;
/** 02; 0502…0508 and 0303 (virtual numbers); every other code has three digits. */
const areaCode = /^(02|050[0-9]|0303|0[1-9][0-9])/;

/**
 * `rest` is what follows the 0 or the +82. Lengths by Korea's numbering plan (전기통신번호관리세칙): subscriber
 * numbers of 7 or 8 digits, or a short code behind an area code (02-120).
 */
function korean(rest: string): ParsedNumber {
  if (representative.test(rest)) return { kind: "ok", number: `+82${rest}` as PhoneNumber };
  const area = areaCode.exec(`0${rest}`)?.[0];
  if (area === undefined) return { kind: "invalid", why: "unknown-form" };
  const local = `0${rest}`.slice(area.length);
  const geographic = /^0(2|[3-6][1-5]|44)$/.test(area);
  if (geographic && shortCode.test(local)) return { kind: "ok", number: `+82${rest}` as PhoneNumber };
  if (local.length < 7) return { kind: "invalid", why: "too-short" };
  if (local.length > 8) return { kind: "invalid", why: "too-long" };
  if (area === "010" && local.length !== 8) return { kind: "invalid", why: "too-short" };
  return { kind: "ok", number: `+82${rest}` as PhoneNumber };
}

function foreign(digits: string): ParsedNumber {
  if (digits.startsWith("82")) return korean(digits.slice(2).replace(/^0/, ""));
  if (!/^[1-9]/.test(digits)) return { kind: "invalid", why: "unknown-form" };
  if (digits.length < 7) return { kind: "invalid", why: "too-short" };
  if (digits.length > 15) return { kind: "invalid", why: "too-long" };
  return { kind: "ok", number: `+${digits}` as PhoneNumber };
}
