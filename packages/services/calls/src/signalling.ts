import type { Person, Trunk } from "@jikimi/directory";
import type { AgentId } from "@jikimi/kernel";
import type { Binding, DigestAuthority, IncomingInvite, OutgoingInvite, UserAgent } from "@jikimi/sip";
import type { Call } from "./call.ts";

/** What calls need of the SIP side besides the user agent itself. */
export interface Signalling {
  readonly userAgent: UserAgent;
  /** Checks that an INVITE comes from one of our people. */
  readonly authority: DigestAuthority;
  /** The active trunk that an INVITE comes from; null: not from a carrier of ours. */
  trunkOf(invite: IncomingInvite): Trunk | null;
  /** What an agent's telephone shows for this call. */
  identityForAgent(call: Call): { uri: string; displayName: string | null };
  /** Places a call through a trunk: its number format, its credentials, our number in From; no inside address. */
  dialTrunk(trunk: Trunk, request: TrunkDialling): OutgoingInvite;
}

/** The telephones that people have registered. */
export interface AgentPhones {
  /** Best first (q of RFC 3261 §10.2.1.2); empty when none is registered. */
  lookup(person: Person): readonly Binding[];
  /** A browser's page has become somebody's telephone, over a connection that it did not have before. */
  onPage(listener: (page: { readonly agentId: AgentId; readonly binding: Binding }) => void): () => void;
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
