import type { SecureTransport } from "@jikimi/sdp";

/**
 * ```
 *   new ──connect──▶ connecting ──ICE and DTLS done──▶ connected ◀──answers again── disconnected
 *                        └── 20 s without ──▶ failed ◀── 30 s without consent ────────┘
 * ```
 * `failed` ends only by new parameters of the party (an ICE restart), `closed` never.
 */
export type TransportState = "new" | "connecting" | "connected" | "disconnected" | "failed" | "closed";

/** Told as it happens, from the socket's own callback: be quick, and use or copy what is a view. */
export interface TransportListener {
  /** Plain RTP, decrypted and authenticated: nobody but the party can have sent it. */
  rtp(packet: Buffer): void;
  /** A plain compound RTCP packet. */
  rtcp(packet: Buffer): void;
  state(state: TransportState, why: string): void;
}

/**
 * What carries one browser's packets: a connectivity check, a handshake and encryption, and no session description, codec
 * or clock. Whoever implements it with another library changes nothing else.
 */
export interface LegTransport extends AsyncDisposable {
  /** Ours, to be told to the party; other after `restart`. Complete from the beginning: there is nothing to trickle. */
  readonly local: SecureTransport;
  readonly state: TransportState;
  /** Begins, or goes on with other parameters: those with other credentials restart ICE on the party's side. */
  connect(remote: SecureTransport, role: IceRole): void;
  /** New credentials of ours, for a party that restarts ICE (RFC 8445 §9). What works goes on until something better does. */
  restart(): void;
  /** Encrypts and sends at once; in silence to nobody while there is no way. The packet is only read. */
  sendRtp(packet: Uint8Array): void;
  sendRtcp(packet: Uint8Array): void;
}

/** Who offered first decides which of the ways that work is taken (RFC 8445 §6.1.1). */
export type IceRole = "controlling" | "controlled";
