import type { ReasonHeader } from "../api.ts";
import type { SipHeaders } from "./headers.ts";
import { parseParams, quote } from "./params.ts";

/** Every value of the Reason headers (RFC 3326) that names a protocol. */
export function parseReasons(headers: SipHeaders): ReasonHeader[] {
  const reasons: ReasonHeader[] = [];
  for (const value of headers.values("reason")) {
    const semicolon = value.indexOf(";");
    const protocol = (semicolon < 0 ? value : value.slice(0, semicolon)).trim();
    if (protocol === "") continue;
    const params = parseParams(value, semicolon < 0 ? value.length : semicolon);
    const cause = params.get("cause") ?? "";
    reasons.push({
      protocol,
      cause: /^\d{1,4}$/.test(cause) ? Number(cause) : null,
      text: params.get("text") ?? null,
    });
  }
  return reasons;
}

export function formatReason(reason: ReasonHeader): string {
  const cause = reason.cause === null ? "" : `;cause=${reason.cause}`;
  const text = reason.text === null ? "" : `;text=${quote(reason.text)}`;
  return `${reason.protocol}${cause}${text}`;
}
