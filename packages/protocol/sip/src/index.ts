export { SipUserAgent } from "./agent/user-agent.ts";
export type * from "./api.ts";

export { DigestVerifier, type DigestVerifierOptions } from "./auth/digest-verifier.ts";
export type { SipErrorCode } from "./errors.ts";

export type { CSeq, NameAddr, SipMessage, SipParams, SipRequest, SipResponse, SipUri, Via } from "./message/message.ts";

export { formatSipUri, parseSipUri, sipUri } from "./message/uri.ts";
export { bindingDestination, Registrar, type RegistrarOptions } from "./registrar/registrar.ts";
export { TrunkRegistration, type TrunkRegistrationOptions } from "./registrar/trunk-registration.ts";

export { TcpTransport, type TcpTransportOptions } from "./transport/tcp.ts";
export { UdpTransport, type UdpTransportOptions } from "./transport/udp.ts";
export { WebSocketTransport, type WebSocketTransportOptions } from "./transport/websocket.ts";
export type { WebSocketClientTransportOptions } from "./transport/websocket-client.ts";
