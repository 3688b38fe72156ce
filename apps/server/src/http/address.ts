import type { IncomingMessage } from "node:http";
import { BlockList, isIP } from "node:net";

/** Where a request came to, and from whom. */
export type Address = {
  /** What the browser has in its address bar, e.g. `https://desk.example.kr`. */
  readonly origin: string;
  /** An IPv4 address, or an IPv6 network of 64 bits: one household or office has all of it. */
  readonly source: string;
  /** Asked on this very machine, through no proxy. */
  readonly local: boolean;
};

export type AddressesOptions = {
  readonly publicUrl: string | null;
  readonly trustedProxies: readonly string[];
  /** Names under which this machine is known, besides `localhost`. */
  readonly names: readonly string[];
};

/**
 * Reads where a request came to and from. A name that is not ours is refused: otherwise a page anywhere could point
 * its own name at us and be taken for one of ours (DNS rebinding). Forwarding headers count only from trusted proxies.
 */
export class Addresses {
  readonly #publicUrl: URL | null;
  readonly #proxies = new BlockList();
  readonly #names: ReadonlySet<string>;

  constructor({ publicUrl, trustedProxies, names }: AddressesOptions) {
    this.#publicUrl = publicUrl === null ? null : new URL(publicUrl);
    this.#names = new Set(names.map((name) => name.toLowerCase()));
    for (const proxy of trustedProxies) {
      const [address = "", prefix] = proxy.split("/");
      const family = isIP(address) === 6 ? "ipv6" : "ipv4";
      if (prefix === undefined) this.#proxies.addAddress(address, family);
      else this.#proxies.addSubnet(address, Number(prefix), family);
    }
  }

  /** Null when it did not come to an address of ours. */
  read(request: IncomingMessage): Address | null {
    const peer = plainAddress(request.socket.remoteAddress ?? "");
    const proxied = this.#isProxy(peer);
    const host = (proxied ? firstOf(request, "x-forwarded-host") : null) ?? request.headers.host ?? "";
    const origin = this.#originOf(host);
    if (origin === null) return null;
    const from = proxied ? this.#beforeProxies(request, peer) : peer;
    const forwarded = Object.keys(request.headers).some((name) => /^(?:x-)?forwarded|^via$|^x-real-ip$/.test(name));
    const local = isLoopback(peer) && !forwarded && isLoopbackName(new URL(origin).hostname);
    return { origin, source: sourceOf(from), local };
  }

  #originOf(host: string): string | null {
    if (!/^(?:[a-z0-9._-]{1,253}|\[[0-9a-f:.]{2,45}\])(?::\d{1,5})?$/i.test(host)) return null;
    if (!URL.canParse(`http://${host}`)) return null;
    const url = new URL(`http://${host}`);
    if (this.#publicUrl !== null && isSameHost(host, this.#publicUrl)) return this.#publicUrl.origin;
    const name = url.hostname.replace(/^\[|\]$/g, "");
    const ours = isIP(name) !== 0 || isLoopbackName(url.hostname) || this.#names.has(name);
    return ours ? url.origin : null;
  }

  /** The last address in the chain that no trusted proxy has: what stands before it anybody may have written. */
  #beforeProxies(request: IncomingMessage, peer: string): string {
    const chain = [request.headers["x-forwarded-for"] ?? []].flat().join(",").split(",");
    for (const text of chain.reverse()) {
      const address = plainAddress(text.trim());
      if (isIP(address) === 0) return peer;
      if (!this.#isProxy(address)) return address;
    }
    return peer;
  }

  #isProxy(address: string): boolean {
    const version = isIP(address);
    return version !== 0 && this.#proxies.check(address, version === 4 ? "ipv4" : "ipv6");
  }
}

function isSameHost(host: string, publicUrl: URL): boolean {
  const given = new URL(`${publicUrl.protocol}//${host}`);
  return given.host === publicUrl.host;
}

function firstOf(request: IncomingMessage, header: string): string | null {
  const [first] = [request.headers[header] ?? []].flat().join(",").split(",");
  return first === undefined || first.trim() === "" ? null : first.trim();
}

/** `::ffff:192.0.2.1` is 192.0.2.1 on a socket for both. */
function plainAddress(address: string): string {
  return address.replace(/^::ffff:(?=[0-9.]+$)/i, "").replace(/%.*$/, "");
}

function isLoopback(address: string): boolean {
  return address === "::1" || (isIP(address) === 4 && address.startsWith("127."));
}

/** `hostname` as `URL` gives it: an IPv6 address in brackets. */
export function isLoopbackName(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, "");
  return name === "localhost" || name.endsWith(".localhost") || isLoopback(name);
}

function sourceOf(address: string): string {
  if (isIP(address) !== 6) return address === "" ? "unknown" : address;
  const [head = "", tail] = address.toLowerCase().split("::");
  const left = head === "" ? [] : head.split(":");
  const right = tail === undefined || tail === "" ? [] : tail.split(":");
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - left.length - right.length);
  const groups = [...left, ...Array.from({ length: zeros }, () => "0"), ...right];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}
