export { encodeTapFrame, encodeTapOpening, TAP_SAMPLE_RATE_HZ, TapDecoder, type TapEvent, type TapFrame } from "./tap-stream.ts";
export { ListenReport, ListenRequest, ListenWorkerConfig } from "./listen-messages.ts";
