import { promises as dns } from "node:dns";
import { isIP } from "node:net";
import type { ResolvedAddress, Resolver, TransportName } from "../api.ts";
import { unbracketed } from "../message/uri.ts";

const DEFAULT_PORTS: Readonly<Record<TransportName, number>> = { UDP: 5060, TCP: 5060, TLS: 5061, WS: 80, WSS: 443 };

export function defaultPort(transport: TransportName): number {
  return DEFAULT_PORTS[transport];
}

/** What an address literal resolves to without asking anybody; null for a host name. */
export function resolveLiteral(name: {
  host: string;
  port: number | null;
  transport: TransportName | null;
  secure: boolean;
}): ResolvedAddress | null {
  const host = unbracketed(name.host);
  if (isIP(host) === 0) return null;
  const transport = name.transport ?? (name.secure ? "TLS" : "UDP");
  return { transport, host, port: name.port ?? defaultPort(transport) };
}

/**
 * RFC 3263 with SRV and address records (NAPTR is left out: a transport is either named or UDP is taken first).
 * A port in the URI skips SRV, as §4.2 says. A name that does not resolve gives an empty list.
 */
export class DnsResolver implements Resolver {
  async resolve(name: {
    host: string;
    port: number | null;
    transport: TransportName | null;
    secure: boolean;
  }): Promise<readonly ResolvedAddress[]> {
    const literal = resolveLiteral(name);
    if (literal !== null) return [literal];
    const transport = name.transport ?? (name.secure ? "TLS" : "UDP");
    if (name.port === null) {
      const byService = await this.#byService(name.host, transport);
      if (byService.length > 0) return byService;
    }
    return this.#byAddress(name.host, name.port ?? defaultPort(transport), transport);
  }

  async #byService(host: string, transport: TransportName): Promise<ResolvedAddress[]> {
    const service = transport === "TLS" ? "_sips._tcp" : transport === "TCP" ? "_sip._tcp" : "_sip._udp";
    const records = await dns.resolveSrv(`${service}.${host}`).catch(() => []);
    records.sort((a, b) => a.priority - b.priority || b.weight - a.weight);
    const found = await Promise.all(records.map((record) => this.#byAddress(record.name, record.port, transport)));
    return found.flat();
  }

  async #byAddress(host: string, port: number, transport: TransportName): Promise<ResolvedAddress[]> {
    const addresses = await dns.lookup(host, { all: true, family: 4 }).catch(() => []);
    return addresses.map(({ address }) => ({ transport, host: address, port }));
  }
}
