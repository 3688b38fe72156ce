import { parseNameAddr } from "../message/fields.ts";
import type { NameAddr, SipRequest } from "../message/message.ts";

/** What one REGISTER asks for (RFC 3261 §10.3). `null` seconds: nothing was asked. */
type ContactRequest =
  | { readonly kind: "query" }
  | { readonly kind: "remove-all" }
  | { readonly kind: "update"; readonly contacts: readonly AskedContact[] }
  | { readonly kind: "bad"; readonly why: string };

export type AskedContact = {
  readonly uri: string;
  readonly q: number;
  readonly expiresSeconds: number | null;
  readonly instanceId: string | null;
};

const MAX_CONTACTS = 10;

export function readContacts(request: SipRequest): ContactRequest {
  const values = request.headers.values("contact");
  if (values.length === 0) return { kind: "query" };
  const expires = seconds(request.headers.get("expires"));
  if (values.includes("*")) {
    return values.length === 1 && expires === 0
      ? { kind: "remove-all" }
      : { kind: "bad", why: "Contact * needs Expires 0 and no other contact" };
  }
  if (values.length > MAX_CONTACTS) return { kind: "bad", why: "Too many contacts" };
  const contacts: AskedContact[] = [];
  for (const value of values) {
    const address = parseNameAddr(value);
    if (address === null || !/^sips?:/i.test(address.uri)) return { kind: "bad", why: "Bad Contact" };
    contacts.push(asked(address, expires));
  }
  return { kind: "update", contacts };
}

function asked(address: NameAddr, expires: number | null): AskedContact {
  const q = Number(address.params.get("q") ?? "1");
  return {
    uri: address.uri,
    q: Number.isFinite(q) ? Math.min(1, Math.max(0, q)) : 1,
    expiresSeconds: seconds(address.params.get("expires") ?? null) ?? expires,
    instanceId: address.params.get("+sip.instance") ?? null,
  };
}

/** Delta-seconds below 2³²; anything else counts as not given (RFC 3261 §10.2.1.1). */
function seconds(text: string | null): number | null {
  return text !== null && /^\d{1,10}$/.test(text) ? Math.min(Number(text), 2 ** 32 - 1) : null;
}
