import type { Flow } from "@jikimi/sip";

/** Over WebSocket come browsers (RFC 7118). */
export function isPage({ transport }: Flow): boolean {
  return transport === "WS" || transport === "WSS";
}
