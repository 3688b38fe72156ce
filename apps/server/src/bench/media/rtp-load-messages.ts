import { z } from "zod";

const port = z.number().int().min(1).max(65_535);

/** To the process that plays everybody who talks and listens (`rtp-load.ts`). */
export const LoadRequest = z.discriminatedUnion("kind", [
  /** Opens `streams` parties that talk and hear, and `sinks` that only listen (taps that are RTP). */
  z.object({ kind: z.literal("open"), streams: z.number().int().positive(), sinks: z.number().int().nonnegative() }),
  /** Stream `i` begins to talk to `targets[i]`: 50 packets a second of 20 ms PCMU. */
  z.object({ kind: z.literal("talk"), targets: z.array(port) }),
  /** Packets sent from now on are counted. */
  z.object({ kind: z.literal("measure") }),
  /** Stops talking, waits for what is still on its way, closes everything. */
  z.object({ kind: z.literal("stop") }),
]);
export type LoadRequest = z.infer<typeof LoadRequest>;

export const LoadReport = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("opened"),
    streamPorts: z.array(port),
    sinkPorts: z.array(port),
    /** Taps over TCP connect here. */
    tapPort: port,
  }),
  z.object({ kind: z.literal("done") }),
  z.object({
    kind: z.literal("counted"),
    sent: z.number(),
    /** Counted packets that came back out, each once a stream. */
    received: z.number(),
    sinkPackets: z.number(),
    /** Taps that came over TCP, and what they said since `measure`. */
    taps: z.number(),
    tapSamples: z.number(),
    /** How late the load itself was at worst with a group of packets. */
    worstLateMs: z.number(),
    /** From our `send` to our `message`, both ends' own delays included. */
    throughMs: z.object({ p50: z.number(), p99: z.number() }),
  }),
]);
export type LoadReport = z.infer<typeof LoadReport>;
export type LoadCount = Extract<LoadReport, { kind: "counted" }>;
export type OpenedLoad = Extract<LoadReport, { kind: "opened" }>;
