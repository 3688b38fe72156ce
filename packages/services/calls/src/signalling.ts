import type { Person, Trunk } from "@jikimi/directory";
import type { Binding, DigestAuthority, OutgoingInvite, UserAgent } from "@jikimi/sip";
import type { Call } from "./call.ts";

/** What calls need of the SIP side besides the user agent itself. */
export interface Signalling {
  readonly userAgent: UserAgent;
  /** Checks that an INVITE comes from one of our people. */
  readonly authority: DigestAuthority;
  /** What an agent's telephone shows for this call. */
  identityForAgent(call: Call): { uri: string; displayName: string | null };
  /** Places a call through a trunk: its number format, its credentials, our number in From; no inside address. */
  dialTrunk(trunk: Trunk, request: TrunkDialling): OutgoingInvite;
}

/** The telephones that people have registered. */
export interface AgentPhones {
  /** Best first (q of RFC 3261 §10.2.1.2); empty when none is registered. */
  lookup(person: Person): readonly Binding[];
}

export type TrunkDialling = {
  /** E.164, or a short number. */
  readonly number: string;
  /** E.164; one of our own numbers. */
  readonly numberShown: string;
  readonly offerSdp: string;
  readonly maxForwards: number;
  readonly signal: AbortSignal;
};
