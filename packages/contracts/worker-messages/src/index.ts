export { ListenReport, ListenRequest, ListenWorkerConfig } from "./listen-messages.ts";
export {
  LegMemory,
  MediaCommand,
  MediaFailureCode,
  MediaPlaneEvent,
  MediaReport,
  MediaRequest,
  MediaResult,
  MediaWorkerConfig,
} from "./media-messages.ts";
export { PhoneConfig, PhoneReport, PhoneRequest } from "./phone-messages.ts";
export { encodeTapFrame, encodeTapOpening, TapDecoder, type TapEvent, type TapFrame } from "./tap-stream.ts";
