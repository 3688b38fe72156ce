import type { SipMessage } from "./message.ts";
import { parseParams } from "./params.ts";

/** The session description a message carries, also as a part of multipart/mixed (RFC 5621); null without one. */
export function sdpOf(message: SipMessage): string | null {
  if (message.body === "") return null;
  const contentType = message.headers.get("content-type");
  if (contentType === null) return message.body.startsWith("v=0") ? message.body : null;
  const type = mediaType(contentType);
  if (type === "application/sdp") return message.body;
  return type.startsWith("multipart/") ? sdpPart(message.body, contentType) : null;
}

/** `type/subtype` in lower case, parameters cut off. */
export function mediaType(contentType: string): string {
  const semicolon = contentType.indexOf(";");
  return (semicolon < 0 ? contentType : contentType.slice(0, semicolon)).trim().toLowerCase();
}

function sdpPart(body: string, contentType: string): string | null {
  const semicolon = contentType.indexOf(";");
  const boundary = semicolon < 0 ? null : parseParams(contentType, semicolon).get("boundary");
  if (!boundary) return null;
  for (const part of body.split(`--${boundary}`).slice(1)) {
    const text = part.replace(/^\r?\n/, "");
    const end = text.search(/\r?\n\r?\n/);
    if (end < 0 || !/^content-type[ \t]*:[ \t]*application\/sdp/im.test(text.slice(0, end))) continue;
    return text.slice(end).replace(/^\r?\n\r?\n/, "");
  }
  return null;
}
