export type * from "./api.ts";
export type { CSeq, NameAddr, SipMessage, SipParams, SipRequest, SipResponse, SipUri, Via } from "./message/message.ts";
