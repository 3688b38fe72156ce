import { type MediaDescription, parseSdp, type SessionDescription } from "./description.ts";
import { isSecureProtocol } from "./secure-transport.ts";

/** Which way audio flows, seen by whoever wrote the description (RFC 3264 §5.1). */
export type Direction = "sendrecv" | "sendonly" | "recvonly" | "inactive";

/**
 * What the writer of this description wants for its audio; null when there is no audio in it or it cannot be read.
 * The hold of RFC 2543 (`c=0.0.0.0`) counts as not receiving.
 */
export function readDirection(sdp: string): Direction | null {
  const parsed = parseSdp(sdp);
  if (parsed.kind === "malformed") return null;
  const audio = parsed.description.media.find(({ media, port }) => media === "audio" && port !== 0);
  return audio === undefined ? null : directionOf(parsed.description, audio);
}

export function directionOf(description: SessionDescription, media: MediaDescription): Direction {
  const stated = statedDirection(media.attributes) ?? statedDirection(description.attributes) ?? "sendrecv";
  // A browser's line may have no address, because its candidates have: that is no hold.
  if (isSecureProtocol(media.protocol)) return stated;
  const address = media.connection ?? description.connection;
  return address === "0.0.0.0" || address === "::" ? direction(sends(stated), false) : stated;
}

function sends(value: Direction): boolean {
  return value === "sendrecv" || value === "sendonly";
}

export function receives(value: Direction): boolean {
  return value === "sendrecv" || value === "recvonly";
}

/** The most that both sides want: ours, seen by us. */
export function agreedDirection(ours: Direction, theirs: Direction): Direction {
  return direction(sends(ours) && receives(theirs), receives(ours) && sends(theirs));
}

function direction(send: boolean, receive: boolean): Direction {
  if (send) return receive ? "sendrecv" : "sendonly";
  return receive ? "recvonly" : "inactive";
}

function statedDirection(attributes: MediaDescription["attributes"]): Direction | null {
  for (const { name } of attributes) {
    if (name === "sendrecv" || name === "sendonly" || name === "recvonly" || name === "inactive") return name;
  }
  return null;
}
