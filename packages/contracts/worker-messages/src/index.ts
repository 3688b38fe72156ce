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
export { TapDecoder, TapEncoder, type TapFrame, type TapMessage } from "./tap-stream.ts";
