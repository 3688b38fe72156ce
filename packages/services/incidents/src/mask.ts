/**
 * A telephone number as it may be shown to everybody: the middle four digits hidden (`010-****-5678`), the usual rule
 * in Korea where no statute names one. What is not a Korean subscriber number keeps its last four digits only, and
 * what is too short to hide anything in is hidden whole.
 */
export function maskNumber(number: string | null): string | null {
  if (number === null) return null;
  const bare = number
    .replace(/^(?:sips?:|tel:)/i, "")
    .replace(/@.*$/s, "")
    .replace(/[ ().-]/g, "");
  const national = bare.replace(/^\+82/, "0");
  const parts = /^(02|0[0-9]{2}|050[0-9])([0-9]{3,4})([0-9]{4})$/.exec(national);
  if (parts !== null) return `${parts[1]}-${"*".repeat((parts[2] ?? "").length)}-${parts[3]}`;
  const digits = bare.replace(/[^0-9]/g, "");
  const international = bare.startsWith("+") ? "+" : "";
  if (digits.length < 8) return "*".repeat(Math.max(4, digits.length));
  return `${international}${"*".repeat(digits.length - 4)}${digits.slice(-4)}`;
}

/** An event as everybody may see it: telephone numbers masked, all else as it is. What was said is not hidden here. */
export function maskEvent<Event extends { readonly kind: string }>(event: Event): Event {
  const fields = numberFields[event.kind] ?? [];
  const masked = Object.entries(event).map(([key, value]) => [
    key,
    fields.includes(key) && typeof value === "string" && looksLikeNumber(value) ? maskNumber(value) : value,
  ]);
  return Object.fromEntries(masked) as Event;
}

const numberFields: Readonly<Record<string, readonly string[]>> = {
  invite: ["from", "to"],
  dialled: ["number"],
  transferring: ["to"],
  transferred: ["to"],
  "transfer-failed": ["to"],
  "consultation-started": ["to"],
};

/** Not an agent's id or user name, which say nothing of a customer. */
function looksLikeNumber(text: string): boolean {
  return /^(?:sips?:|tel:)?\+?[0-9][0-9 ().-]{2,}(?:@.*)?$/i.test(text);
}
