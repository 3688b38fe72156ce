/** For answers that are read by programs: nothing in them may do anything if a browser shows them as a page. */
const dataPolicy = "default-src 'none'; frame-ancestors 'none'";

/**
 * For the page: everything from here, nothing inline. React sets styles through the CSSOM, which needs no exception;
 * the theme is a file. `data:` and `blob:` are pictures and sounds that the page makes by itself.
 */
const pagePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "media-src 'self' blob:",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join("; ");

/** `https`: only then is a browser told to come back by https alone; a LAN without it goes on working. */
export function securityHeaders(kind: "data" | "page", { https }: { https: boolean }): Record<string, string> {
  return {
    "content-security-policy": kind === "page" ? pagePolicy : dataPolicy,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "microphone=(self), camera=(), geolocation=(), payment=(), usb=(), display-capture=()",
    ...(https ? { "strict-transport-security": "max-age=31536000" } : {}),
  };
}

/** The status page is one file with its style in it, named by its hash. */
export function statusPolicy(styleSha256: string): string {
  return `default-src 'none'; style-src 'sha256-${styleSha256}'; frame-ancestors 'none'`;
}
