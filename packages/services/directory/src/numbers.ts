/**
 * Reads a telephone number however a carrier or a person writes it and returns E.164 with its plus sign
 * (ITU-T E.164: at most 15 digits), or null. National forms are read as Korean: `02-1234-5678`, `1588-1234`, `120`.
 * A special number without an area code keeps its digits after the country code (`120` → `+82120`), so that the
 * same number always reads the same.
 */
export function readNumber(text: string, countryCode = "82"): string | null {
  const bare = text
    .trim()
    .replace(/^tel:/i, "")
    .replace(/;.*$/s, "")
    .replace(/[\s().-]/g, "");
  if (/^\+[1-9][0-9]{2,14}$/.test(bare)) return dropTrunkZero(bare, countryCode);
  if (!/^[0-9]{3,15}$/.test(bare)) return null;
  if (bare.startsWith("00")) return null;
  if (bare.startsWith("0")) return bare.length >= 8 && bare.length <= 12 ? `+${countryCode}${bare.slice(1)}` : null;
  if (bare.startsWith(countryCode) && bare.length >= countryCode.length + 8)
    return dropTrunkZero(`+${bare}`, countryCode);
  const nationwide = /^1[568][0-9]{6}$/.test(bare);
  const special = /^1[0-9]{2,3}$/.test(bare);
  return nationwide || special ? `+${countryCode}${bare}` : null;
}

/** `+82 (0)2 …` is a common slip: the zero is not part of E.164. */
function dropTrunkZero(number: string, countryCode: string): string | null {
  const plain = number.replace(new RegExp(`^\\+${countryCode}0+`), `+${countryCode}`);
  return plain.length >= countryCode.length + 4 ? plain : null;
}
