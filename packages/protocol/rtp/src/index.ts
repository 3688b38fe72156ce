export { ArrivalTimeline } from "./arrival-timeline.ts";
export { AudioPlacer, type PlacedAudio } from "./audio-placer.ts";
export { RtpError, type RtpErrorCode } from "./errors.ts";
export { JitterBuffer, type JitterBufferOptions, type OrderedPacket, type OrderedPackets } from "./jitter-buffer.ts";
export { Pacer } from "./pacer.ts";
export { isRtcp, RTP_HEADER_BYTES, type RtpHeader, RtpReader, serializeRtp, writeRtpHeader } from "./packet.ts";
export { ReceiverStatistics } from "./receiver-statistics.ts";
export {
  middleNtp,
  ntpTime,
  parseRtcp,
  type ReceptionReport,
  type RtcpPacket,
  type SenderInfo,
  serializeRtcp,
} from "./rtcp.ts";
export { type EndpointAudio, type EndpointListener, type EndpointStats, RtpEndpoint } from "./rtp-endpoint.ts";
export { RtpSender, type RtpSenderStart } from "./rtp-sender.ts";
export { sequenceDistance, timestampDistance } from "./sequence.ts";
export { SourceLock, type SourceLockOptions, type SourceVerdict } from "./source-lock.ts";
export { DigitReceiver, DigitSender, type DigitStep, type HeardDigit } from "./telephone-event.ts";
export { openUdpPair, type PortRange, type UdpPair } from "./udp-pair.ts";
