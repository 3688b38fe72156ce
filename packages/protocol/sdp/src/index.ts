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
  type NegotiatedAudio,
  OfferAnswer,
  type OfferAnswerWish,
  type RemoteAudio,
  type SdpAccepted,
  type SdpAnswer,
  type SdpMemory,
} from "./offer-answer.ts";
