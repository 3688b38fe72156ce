/** The long form of each compact header name (RFC 3261 §7.3.3 and the IANA registry). */
const LONG_FORMS: ReadonlyMap<string, string> = new Map([
  ["a", "accept-contact"],
  ["b", "referred-by"],
  ["c", "content-type"],
  ["d", "request-disposition"],
  ["e", "content-encoding"],
  ["f", "from"],
  ["i", "call-id"],
  ["j", "reject-contact"],
  ["k", "supported"],
  ["l", "content-length"],
  ["m", "contact"],
  ["n", "identity-info"],
  ["o", "event"],
  ["r", "refer-to"],
  ["s", "subject"],
  ["t", "to"],
  ["u", "allow-events"],
  ["v", "via"],
  ["x", "session-expires"],
  ["y", "identity"],
]);

/** Spellings met on nearly every message, so that their key costs one map look-up and no new string. */
const COMMON_KEYS: ReadonlyMap<string, string> = new Map(
  [
    ...["Via", "From", "To", "Call-ID", "CSeq", "Contact", "Max-Forwards", "Content-Length", "Content-Type"],
    ...["Route", "Record-Route", "Allow", "Supported", "Require", "User-Agent", "Server", "Expires", "Authorization"],
  ].flatMap((name) => [[name, name.toLowerCase()] as const, [name.toLowerCase(), name.toLowerCase()] as const]),
);

/** The key under which a header is found: lower case, compact forms made long. */
function headerKey(name: string): string {
  const common = COMMON_KEYS.get(name);
  if (common !== undefined) return common;
  const lower = name.toLowerCase();
  return lower.length === 1 ? (LONG_FORMS.get(lower) ?? lower) : lower;
}

type Entry = { readonly key: string; readonly name: string; readonly value: string };

/** Header lines in their order, each unfolded and trimmed; nothing is interpreted until asked for. */
export class SipHeaders {
  readonly #entries: Entry[];

  constructor(lines: readonly (readonly [name: string, value: string])[] = []) {
    this.#entries = lines.map(([name, value]) => ({ key: headerKey(name), name, value }));
  }

  get count(): number {
    return this.#entries.length;
  }

  /** The first value as it stands, or null. Names are found in any case and form. */
  get(name: string): string | null {
    const key = headerKey(name);
    for (const entry of this.#entries) if (entry.key === key) return entry.value;
    return null;
  }

  /** Every line of this name, uninterpreted. */
  lines(name: string): string[] {
    const key = headerKey(name);
    const found: string[] = [];
    for (const entry of this.#entries) if (entry.key === key) found.push(entry.value);
    return found;
  }

  /** Every value of this name, lines split at the commas that separate values. */
  values(name: string): string[] {
    const key = headerKey(name);
    const found: string[] = [];
    for (const entry of this.#entries) {
      if (entry.key !== key) continue;
      if (!entry.value.includes(",")) {
        if (entry.value !== "") found.push(entry.value);
      } else found.push(...splitValues(entry.value));
    }
    return found;
  }

  has(name: string): boolean {
    return this.get(name) !== null;
  }

  /** True when a comma-separated list of tokens contains `token`, in any case. */
  lists(name: string, token: string): boolean {
    const wanted = token.toLowerCase();
    return this.values(name).some((value) => value.toLowerCase() === wanted);
  }

  /** Returns the key it was filed under. */
  append(name: string, value: string): string {
    const key = headerKey(name);
    this.#entries.push({ key, name, value });
    return key;
  }

  /** Replaces every line of this name by one, in place of the first. */
  set(name: string, value: string): void {
    const key = headerKey(name);
    const at = this.#entries.findIndex((entry) => entry.key === key);
    if (at < 0) {
      this.append(name, value);
      return;
    }
    this.remove(name);
    this.#entries.splice(at, 0, { key, name, value });
  }

  /** Replaces only the first line of this name (the topmost Via). */
  replaceFirst(name: string, value: string): void {
    const key = headerKey(name);
    const at = this.#entries.findIndex((entry) => entry.key === key);
    if (at >= 0) this.#entries[at] = { key, name, value };
  }

  remove(name: string): void {
    const key = headerKey(name);
    for (let at = this.#entries.length - 1; at >= 0; at -= 1) {
      if (this.#entries[at]?.key === key) this.#entries.splice(at, 1);
    }
  }

  *[Symbol.iterator](): Generator<readonly [name: string, value: string]> {
    for (const entry of this.#entries) yield [entry.name, entry.value];
  }

  toJSON(): readonly (readonly [string, string])[] {
    return [...this];
  }
}

/** Splits at commas outside quotes and angle brackets. One pass, no backtracking; empty values vanish. */
export function splitValues(text: string): string[] {
  const parts: string[] = [];
  let start = 0;
  let quoted = false;
  let bracketed = false;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (quoted) {
      if (code === 92 /* \ */) at += 1;
      else if (code === 34 /* " */) quoted = false;
    } else if (code === 34) quoted = true;
    else if (code === 60 /* < */) bracketed = true;
    else if (code === 62 /* > */) bracketed = false;
    else if (code === 44 /* , */ && !bracketed) {
      const part = text.slice(start, at).trim();
      if (part !== "") parts.push(part);
      start = at + 1;
    }
  }
  const last = text.slice(start).trim();
  if (last !== "") parts.push(last);
  return parts;
}
