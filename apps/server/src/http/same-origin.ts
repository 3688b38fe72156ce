import type { IncomingMessage } from "node:http";

/**
 * Whether a request was caused by a page that is not ours (cross-site request forgery). What changes something has to
 * name our own origin; every browser does. Without one it has to come from a program, which carries no cookies. What
 * only reads is refused where the browser says that another site asks.
 */
export function isFromElsewhere({ method, headers, url }: IncomingMessage, origin: string): boolean {
  const site = headers["sec-fetch-site"];
  if (method === "GET" || method === "HEAD") {
    return (url ?? "").startsWith("/api/") && (site === "cross-site" || site === "same-site");
  }
  if (headers.origin !== undefined) return headers.origin !== origin;
  return headers.cookie !== undefined || site !== undefined;
}
