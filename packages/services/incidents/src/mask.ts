/**
 * A telephone number as it may be shown to everybody: the middle four digits hidden (`010-****-5678`), the usual rule
 * in Korea where no statute names one. What is not a Korean subscriber number keeps its last four digits only, and
 * what is too short to hide anything in is hidden whole.
 */
export function maskNumber(number: string | null): string | null {
  if (number === null) return null;
  const national = number.replace(/^\+82/, "0");
  const parts = /^(02|0[0-9]{2}|050[0-9])([0-9]{3,4})([0-9]{4})$/.exec(national);
  if (parts !== null) return `${parts[1]}-${"*".repeat((parts[2] ?? "").length)}-${parts[3]}`;
  const digits = number.replace(/[^0-9]/g, "");
  const international = number.startsWith("+") ? "+" : "";
  if (digits.length < 8) return "*".repeat(Math.max(4, digits.length));
  return `${international}${"*".repeat(digits.length - 4)}${digits.slice(-4)}`;
}
