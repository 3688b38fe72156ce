type FramerLimits = { readonly maxHeaderBytes: number; readonly maxMessageBytes: number };

const DEFAULT_LIMITS: FramerLimits = { maxHeaderBytes: 16_384, maxMessageBytes: 65_535 };

export type FramerEvent =
  | { readonly kind: "message"; readonly bytes: Buffer }
  /** A double CRLF between messages: answer with one CRLF (RFC 5626 §4.4.1). */
  | { readonly kind: "ping" }
  /** Out of step for good: close the connection. */
  | { readonly kind: "garbage"; readonly why: string };

/**
 * Cuts a stream into messages by Content-Length (RFC 3261 §18.3). Holds at most one message; a message without
 * Content-Length is taken to have no body. After `garbage` nothing more comes out.
 */
export class StreamFramer {
  readonly #limits: FramerLimits;
  #pending: Buffer = Buffer.alloc(0);
  #broken = false;

  constructor(limits: Partial<FramerLimits> = {}) {
    this.#limits = { ...DEFAULT_LIMITS, ...limits };
  }

  push(chunk: Buffer): FramerEvent[] {
    if (this.#broken) return [];
    this.#pending = this.#pending.length === 0 ? chunk : Buffer.concat([this.#pending, chunk]);
    const events: FramerEvent[] = [];
    for (;;) {
      const event = this.#next();
      if (event === null) return events;
      events.push(event);
      if (event.kind === "garbage") {
        this.#broken = true;
        this.#pending = Buffer.alloc(0);
        return events;
      }
    }
  }

  #next(): FramerEvent | null {
    const pending = this.#pending;
    if (pending.length === 0) return null;
    if (pending[0] === 13 || pending[0] === 10) return this.#skipEmptyLines(pending);
    const end = pending.indexOf("\r\n\r\n", 0, "latin1");
    if (end < 0) {
      if (pending.length > this.#limits.maxHeaderBytes) return { kind: "garbage", why: "headers never end" };
      return null;
    }
    if (end > this.#limits.maxHeaderBytes) return { kind: "garbage", why: "headers too long" };
    const length = contentLength(pending.toString("latin1", 0, end));
    if (length === null) return { kind: "garbage", why: "bad Content-Length" };
    const total = end + 4 + length;
    if (total > this.#limits.maxMessageBytes) return { kind: "garbage", why: "message too long" };
    if (pending.length < total) return null;
    this.#pending = pending.subarray(total);
    return { kind: "message", bytes: pending.subarray(0, total) };
  }

  #skipEmptyLines(pending: Buffer): FramerEvent | null {
    if (pending.length >= 4 && pending.toString("latin1", 0, 4) === "\r\n\r\n") {
      this.#pending = pending.subarray(4);
      return { kind: "ping" };
    }
    // A lone CRLF is a pong or padding; wait while it may still become a ping.
    if (pending.length < 4 && "\r\n\r\n".startsWith(pending.toString("latin1"))) return null;
    let at = 0;
    while (at < pending.length && (pending[at] === 13 || pending[at] === 10)) at += 1;
    this.#pending = pending.subarray(at);
    return this.#next();
  }
}

/** Null when it is no number, too large, or two differ; 0 when absent. */
function contentLength(head: string): number | null {
  let found: number | null = null;
  let at = head.indexOf("\n");
  while (at >= 0) {
    const next = head.indexOf("\n", at + 1);
    const first = head.charCodeAt(at + 1);
    // "C", "c", "L" or "l": only these lines are worth a closer look.
    if (first === 67 || first === 99 || first === 76 || first === 108) {
      const line = head.slice(at + 1, next < 0 ? head.length : next);
      const match = /^(?:content-length|l)[ \t]*:[ \t]*(\S*)[ \t\r]*$/i.exec(line);
      if (match) {
        const digits = match[1] ?? "";
        if (!/^\d{1,9}$/.test(digits)) return null;
        if (found !== null && found !== Number(digits)) return null;
        found = Number(digits);
      }
    }
    at = next;
  }
  return found ?? 0;
}
