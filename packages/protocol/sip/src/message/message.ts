import type { SipHeaders } from "./headers.ts";

/** A parameter without a value (`;lr`, `;rport`) maps to `null`. Names are lower case, values unquoted. */
export type SipParams = ReadonlyMap<string, string | null>;

/** `sip:`, `sips:` or `tel:` (RFC 3261 §19.1, RFC 3966). `host` is empty for `tel:`; IPv6 keeps its brackets. */
export type SipUri = {
  readonly scheme: "sip" | "sips" | "tel";
  /** Percent-decoded; for `tel:` the number. */
  readonly user: string | null;
  readonly host: string;
  readonly port: number | null;
  readonly params: SipParams;
};

/** `"Display" <uri>;param` (RFC 3261 §20.10). `uri` stays text: parse it with `parseSipUri` where its parts are needed. */
export type NameAddr = {
  readonly displayName: string | null;
  readonly uri: string;
  readonly params: SipParams;
};

/** The topmost Via (RFC 3261 §20.42). `port` is null when absent. */
export type Via = {
  readonly transport: string;
  readonly host: string;
  readonly port: number | null;
  readonly branch: string | null;
  readonly params: SipParams;
};

export type CSeq = { readonly number: number; readonly method: string };

type Common = {
  readonly headers: SipHeaders;
  /** Decoded as UTF-8; empty when there is none. */
  readonly body: string;
  readonly via: Via;
  readonly from: NameAddr;
  readonly to: NameAddr;
  readonly callId: string;
  readonly cseq: CSeq;
};

export type SipRequest = Common & { readonly kind: "request"; readonly method: string; readonly uri: string };

export type SipResponse = Common & { readonly kind: "response"; readonly status: number; readonly reason: string };

export type SipMessage = SipRequest | SipResponse;
