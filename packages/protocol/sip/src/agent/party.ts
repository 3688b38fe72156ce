import type { Party } from "../api.ts";
import { parseNameAddr } from "../message/fields.ts";
import type { NameAddr } from "../message/message.ts";
import { parseSipUri, sipUri } from "../message/uri.ts";

/** A URI of a scheme we do not know leaves nobody to name: an empty host, no user. */
export function partyOf(address: NameAddr): Party {
  const uri = parseSipUri(address.uri) ?? sipUri({ host: "" });
  return { uri, user: uri.user, displayName: address.displayName };
}

export function partyOfText(text: string | undefined): Party | null {
  const address = text === undefined ? null : parseNameAddr(text);
  return address === null ? null : partyOf(address);
}
