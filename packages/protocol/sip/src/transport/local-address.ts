import { networkInterfaces } from "node:os";

/** What peers are told when no address was given: the bound one or, bound to all, the first that is not loopback. */
export function advertisableHost(boundHost: string): string {
  if (boundHost !== "0.0.0.0" && boundHost !== "::") return boundHost;
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  return addresses.find((address) => address.family === "IPv4" && !address.internal)?.address ?? "127.0.0.1";
}

/** Node reports IPv4 peers of a dual-stack socket as `::ffff:a.b.c.d`. */
export function plainAddress(address: string | undefined): string {
  if (address === undefined) return "";
  return address.startsWith("::ffff:") ? address.slice(7) : address;
}

export function isTaken(failure: unknown): boolean {
  return failure instanceof Error && "code" in failure && failure.code === "EADDRINUSE";
}
