export { AudioPlacer, type PlacedAudio } from "./audio-placer.ts";
export { CarriedEndpoint, type PacketCarrier } from "./carried-endpoint.ts";
export { RtpError, type RtpErrorCode } from "./errors.ts";
export type { JitterBufferOptions, OrderedPacket, OrderedPackets } from "./jitter-buffer.ts";
export { Pacer } from "./pacer.ts";
export { RTP_HEADER_BYTES, type RtpHeader, RtpReader, serializeRtp, writeRtpHeader } from "./packet.ts";

export type { ReceptionReport, RtcpPacket, SenderInfo } from "./rtcp.ts";
export { type EndpointAudio, type EndpointListener, type EndpointStats, type PartyAudio, type PartyEndpoint, RtpEndpoint } from "./rtp-endpoint.ts";
export type { RtpSenderStart } from "./rtp-sender.ts";
export { timestampDistance } from "./sequence.ts";
export type { SourceLockOptions, SourceVerdict } from "./source-lock.ts";
export type { DigitStep, HeardDigit } from "./telephone-event.ts";
export { openUdpPair, openUdpSocket, type PortRange, type UdpPair } from "./udp-pair.ts";
export type { WideCodec } from "./wide-band.ts";
