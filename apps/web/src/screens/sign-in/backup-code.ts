/** A backup code as it was given out (`7KQ2M-XN4RT`), however it is typed; null while it is none. */
export function backupCodeFrom(typed: string): string | null {
  const letters = typed.toUpperCase().replaceAll(/[\s-]/g, "");
  return /^[A-Z0-9]{10}$/.test(letters) ? `${letters.slice(0, 5)}-${letters.slice(5)}` : null;
}
