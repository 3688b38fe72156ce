import { isIPv4 } from "node:net";
import type { MediaDescription, SdpAttribute, SessionDescription } from "./description.ts";

/** The hash of a certificate (RFC 8122): `sha-256` and upper-case bytes with colons. */
export type SecureFingerprint = { readonly algorithm: string; readonly value: string };

/** A way to reach one side: UDP and IPv4, the only component (RFC 8839 §5.1). */
export type SecureCandidate = { readonly address: string; readonly port: number; readonly priority: number };

/** How one side of a browser's leg is reached and recognised: ICE (RFC 8839) and DTLS (RFC 8842). */
export type SecureTransport = {
  readonly ufrag: string;
  readonly password: string;
  readonly isLite: boolean;
  readonly setup: "actpass" | "active" | "passive";
  readonly fingerprints: readonly SecureFingerprint[];
  readonly candidates: readonly SecureCandidate[];
};

/** RTP over DTLS-SRTP (RFC 5764 §8), with or without the feedback that we do not use. */
export const SECURE_PROTOCOL = "UDP/TLS/RTP/SAVPF";

export function isSecureProtocol(protocol: string): boolean {
  const name = protocol.toUpperCase();
  return name === SECURE_PROTOCOL || name === "UDP/TLS/RTP/SAVP";
}

const MOST_CANDIDATES = 16;
const ICE_TEXT = /^[A-Za-z0-9+/]+$/;

/** What the description says for this line; a text when it does not say enough. */
export function readSecureTransport(session: SessionDescription, media: MediaDescription): SecureTransport | string {
  const all = (name: string): readonly string[] => {
    const values = (attributes: readonly SdpAttribute[]) =>
      attributes.flatMap((attribute) => (attribute.name === name ? [attribute.value ?? ""] : []));
    const own = values(media.attributes);
    return own.length > 0 ? own : values(session.attributes);
  };
  const [ufrag = ""] = all("ice-ufrag");
  const [password = ""] = all("ice-pwd");
  if (!isIceText(ufrag, 4) || !isIceText(password, 22)) return "it has no ICE credentials";
  const fingerprints = all("fingerprint").flatMap((text) => {
    const [, algorithm, value] = /^(\S+)\s+([0-9A-Fa-f]{2}(?::[0-9A-Fa-f]{2})+)$/.exec(text) ?? [];
    return algorithm === undefined || value === undefined
      ? []
      : [{ algorithm: algorithm.toLowerCase(), value: value.toUpperCase() }];
  });
  if (fingerprints.length === 0) return "it has no fingerprint of a certificate";
  const [setup] = all("setup");
  if (setup !== "actpass" && setup !== "active" && setup !== "passive") return "it does not say who begins the handshake";
  if (all("rtcp-mux").length === 0) return "it wants a port of its own for RTCP";
  const candidates = all("candidate")
    .flatMap((text) => readCandidate(text) ?? [])
    .slice(0, MOST_CANDIDATES);
  return { ufrag, password, isLite: all("ice-lite").length > 0, setup, fingerprints, candidates };
}

/** Complete as it stands: nothing comes later. */
export function writeSecureTransport(transport: SecureTransport): SdpAttribute[] {
  const line = (name: string, value: string | null): SdpAttribute => ({ name, value });
  return [
    line("ice-ufrag", transport.ufrag),
    line("ice-pwd", transport.password),
    ...transport.fingerprints.map(({ algorithm, value }) => line("fingerprint", `${algorithm} ${value}`)),
    line("setup", transport.setup),
    ...transport.candidates.map(({ address, port, priority }, index) =>
      line("candidate", `${index + 1} 1 udp ${priority} ${address} ${port} typ host`),
    ),
    line("end-of-candidates", null),
  ];
}

/** Null for what we cannot ask: another component, TCP, IPv6, a name of mDNS. Such a party is learnt from its own checks. */
function readCandidate(text: string): SecureCandidate | null {
  const [, component, protocol, priority, address = "", port] = text.trim().split(/\s+/);
  if (component !== "1" || protocol?.toLowerCase() !== "udp" || !isUnicastIpv4(address)) return null;
  const candidate = { address, port: Number(port), priority: Number(priority) };
  const fits = isWhole(candidate.port, 65_535) && isWhole(candidate.priority, 2 ** 32 - 1);
  return fits && candidate.port > 0 ? candidate : null;
}

/** Sending to a group or a whole network would make us a reflector. */
export function isUnicastIpv4(address: string): boolean {
  const first = Number(address.split(".")[0]);
  return isIPv4(address) && first > 0 && first < 224;
}

function isIceText(text: string, least: number): boolean {
  return text.length >= least && text.length <= 256 && ICE_TEXT.test(text);
}

function isWhole(number: number, most: number): boolean {
  return Number.isInteger(number) && number >= 0 && number <= most;
}
