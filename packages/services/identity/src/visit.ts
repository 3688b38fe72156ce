/** What is known of a request besides what it asks: where it comes from, and which cookies it carries. */
export type Visit = {
  /** What the browser has in its address bar, e.g. `https://desk.example.kr` or `http://127.0.0.1:8080`. */
  readonly origin: string;
  /** Who is counted when passwords are guessed: an IPv4 address, or an IPv6 network of 64 bits. */
  readonly source: string;
  /** Asked on this very machine, through no proxy. */
  readonly local: boolean;
  /** The Cookie header as it came; empty without one. */
  readonly cookies: string;
  /** Adds a Set-Cookie header to the answer. */
  readonly setCookie: (header: string) => void;
};

/** The value of a cookie, or null. Where a name comes twice the first counts, as RFC 6265 §4.2.2 leaves it to servers. */
export function cookieOf(cookies: string, name: string): string | null {
  for (const part of cookies.split(";")) {
    const at = part.indexOf("=");
    if (at > 0 && part.slice(0, at).trim() === name) return part.slice(at + 1).trim();
  }
  return null;
}
