export type { SdpCodec } from "./audio-formats.ts";
export {
  type MediaDescription,
  parseSdp,
  type SdpAttribute,
  type SdpOrigin,
  type SdpParse,
  type SessionDescription,
} from "./description.ts";
export { type Direction, readDirection, receives } from "./direction.ts";
export {
  type LocalAudio,
  type LocalSecure,
  type NegotiatedAudio,
  OfferAnswer,
  type OfferAnswerWish,
  offersSecureAudio,
  type RemoteAudio,
  type SdpAccepted,
  type SdpAnswer,
  type SdpMemory,
} from "./offer-answer.ts";
export type { SecureCandidate, SecureFingerprint, SecureTransport } from "./secure-transport.ts";
