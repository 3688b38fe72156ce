import type { Config } from "./parse-config.ts";

/** What `os.networkInterfaces()` says of one address. */
export type InterfaceAddress = { readonly address: string; readonly family: string; readonly internal: boolean };

/**
 * The address phones are told in Contact and SDP: the configured one, else the bound one, else (bound to all)
 * the first IPv4 address of this machine that is not loopback, else loopback.
 */
export function advertisedAddress(
  { bindAddress, publicAddress }: Pick<Config, "bindAddress" | "publicAddress">,
  interfaces: Readonly<Record<string, readonly InterfaceAddress[] | undefined>>,
): string {
  if (publicAddress !== null) return publicAddress;
  if (bindAddress !== "0.0.0.0") return bindAddress;
  const outside = Object.values(interfaces)
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === "IPv4" && !internal);
  return outside?.address ?? "127.0.0.1";
}
