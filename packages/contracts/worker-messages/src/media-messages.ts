import type { CallId, EpochMs, LegId } from "@jikimi/kernel";
import { z } from "zod";

/**
 * What the server and a media worker say to each other over the fork's pipe. Every `MediaRequest` carries a number; the
 * worker answers each with one `done` or `failed` of that number. Events come unasked. No sound travels here.
 */
const id = z.string().min(1).max(128);
const callId = id.transform((value) => value as CallId);
const legId = id.transform((value) => value as LegId);
const epochMs = z.number().transform((value) => value as EpochMs);
const requestId = z.number().int().nonnegative();
const playId = z.string().min(1).max(256);
const sdp = z.string().max(65_536);
const speaker = z.enum(["caller", "agent"]);
const payloadType = z.number().int().min(0).max(127);
const port = z.number().int().min(1).max(65_535);

/** Given to a media worker as its only argument, in JSON. */
export const MediaWorkerConfig = z.object({
  workerId: id,
  /** Where RTP sockets are bound. */
  bindAddress: z.ipv4(),
  /** The only address that leaves in a description. */
  advertisedAddress: z.ipv4(),
  /** Both included; RTP takes the even ports, RTCP the odd ones. */
  rtpPorts: z.object({ first: port, last: port }),
  /** With nothing heard for this long a party that is not on hold is reported silent. */
  rtpTimeoutMs: z.number().positive().default(10_000),
  logLevel: z.enum(["debug", "info", "warn", "error"]),
});
export type MediaWorkerConfig = z.infer<typeof MediaWorkerConfig>;

/** What a leg remembers of its offers and answers, so that it can go on in another worker (`SdpMemory` of @jikimi/sdp). */
export const LegMemory = z.object({
  sessionId: z.string().max(32),
  version: z.number().int().nonnegative(),
  lastSdp: sdp.nullable(),
  lines: z.array(z.object({ media: z.string(), protocol: z.string(), formats: z.array(z.string()) })).max(32),
  audioLine: z.number().int().nonnegative(),
  codecs: z.array(z.enum(["pcmu", "pcma", "opus"])),
  digitsPayloadType: payloadType,
  secure: z
    .object({ mid: z.string().max(64), opusPayloadType: payloadType, wideDigitsPayloadType: payloadType })
    .nullable(),
});
export type LegMemory = z.infer<typeof LegMemory>;

const memory = LegMemory.nullable();

export const MediaCommand = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("answer"), callId, legId, offerSdp: sdp, hold: z.boolean(), memory }),
  /** `transport`: what a new leg is; one with a memory stays what it was. */
  z.object({
    kind: z.literal("offer"),
    callId,
    legId,
    hold: z.boolean(),
    memory,
    transport: z.enum(["rtp", "webrtc"]),
  }),
  z.object({ kind: z.literal("accept-answer"), callId, legId, answerSdp: sdp }),
  z.object({ kind: z.literal("bridge"), callId, legIds: z.tuple([legId, legId]) }),
  z.object({ kind: z.literal("unbridge"), callId }),
  z.object({ kind: z.literal("release"), callId, legId: legId.nullable() }),
  z.object({
    kind: z.literal("play"),
    callId,
    playId,
    legIds: z.array(legId).min(1).max(8),
    path: z.string().min(1),
    loop: z.boolean(),
  }),
  z.object({ kind: z.literal("stop-play"), callId, playId }),
  z.object({ kind: z.literal("mute"), callId, legId, muted: z.boolean() }),
  z.object({
    kind: z.literal("start-recording"),
    callId,
    path: z.string().min(1),
    startedAtMs: epochMs,
    channels: z.object({ caller: legId.nullable(), agent: legId.nullable() }),
    /** Base64; 32 bytes. Never logged. */
    callKey: z.base64(),
    wrappedKey: z.base64(),
  }),
  z.object({ kind: z.literal("assign-channel"), callId, channel: speaker, legId }),
  z.object({ kind: z.literal("stop-recording"), callId }),
  z.object({
    kind: z.literal("tap"),
    callId,
    legId,
    speaker,
    sink: z.object({ host: z.string().min(1), port, token: z.string().min(1).max(256) }),
  }),
  z.object({ kind: z.literal("untap"), callId, legId }),
  /** The party hears itself, later by this much. */
  z.object({ kind: z.literal("echo"), callId, legId, delayMs: z.number().min(20).max(10_000) }),
  z.object({ kind: z.literal("send-digits"), callId, legId, digits: z.string().min(1).max(64) }),
  z.object({ kind: z.literal("stats"), callId }),
  z.object({ kind: z.literal("ping") }),
  /** Close all recordings and leave. */
  z.object({ kind: z.literal("stop") }),
]);
export type MediaCommand = z.infer<typeof MediaCommand>;

export const MediaRequest = z.object({ requestId, command: MediaCommand });
export type MediaRequest = z.infer<typeof MediaRequest>;

const recordingSummary = z.object({
  path: z.string(),
  durationMs: z.number(),
  sha256: z.string(),
  gaps: z.array(
    z.object({
      channel: speaker,
      startMs: z.number(),
      endMs: z.number(),
      reason: z.enum([
        "no-rtp",
        "packet-loss",
        "hold",
        "media-restart",
        "disk-full",
        "io-error",
        "paused",
        "not-connected",
      ]),
    }),
  ),
  complete: z.boolean(),
});

const legStats = z.object({
  legId,
  packetsReceived: z.number(),
  packetsSent: z.number(),
  packetsLost: z.number(),
  packetsRejected: z.number(),
  jitterMs: z.number(),
  lastPacketAtMs: epochMs.nullable(),
});

/** What a command that succeeded brings back. */
export const MediaResult = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("nothing") }),
  z.object({ kind: z.literal("sdp"), sdp, memory: LegMemory }),
  z.object({ kind: z.literal("unacceptable"), why: z.string() }),
  z.object({ kind: z.literal("recording"), summary: recordingSummary.nullable() }),
  z.object({ kind: z.literal("stats"), legs: z.array(legStats) }),
]);
export type MediaResult = z.infer<typeof MediaResult>;

export const MediaFailureCode = z.enum([
  "unknown-leg",
  "no-free-ports",
  "digits-not-negotiated",
  "recording-exists",
  "recording-failed",
  "internal",
]);
export type MediaFailureCode = z.infer<typeof MediaFailureCode>;

const base = { callId, legId, atMs: epochMs };

export const MediaPlaneEvent = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("play-started"), ...base, playId }),
  z.object({
    kind: z.literal("play-completed"),
    ...base,
    playId,
    playedMs: z.number(),
    outcome: z.enum(["completed", "stopped", "leg-released", "sound-unreadable"]),
  }),
  z.object({ kind: z.literal("digit"), ...base, digit: z.string(), durationMs: z.number() }),
  z.object({ kind: z.literal("rtp-started"), ...base }),
  z.object({ kind: z.literal("rtp-timeout"), ...base, silentMs: z.number() }),
  z.object({ kind: z.literal("rtp-resumed"), ...base }),
  z.object({
    kind: z.literal("recording-failed"),
    callId,
    reason: z.enum(["disk-full", "io-error"]),
    atMs: epochMs,
  }),
]);
export type MediaPlaneEvent = z.infer<typeof MediaPlaneEvent>;

export const MediaReport = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("ready") }),
  z.object({ kind: z.literal("done"), requestId, result: MediaResult }),
  z.object({ kind: z.literal("failed"), requestId, code: MediaFailureCode, why: z.string() }),
  z.object({ kind: z.literal("event"), event: MediaPlaneEvent }),
]);
export type MediaReport = z.infer<typeof MediaReport>;
