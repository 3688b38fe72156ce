import { type CallId, recognizerNames } from "@jikimi/kernel";
import { z } from "zod";

/**
 * What the server and a listen worker say to each other over the fork's pipe. Audio does not travel here: it comes
 * over the tap stream (`tap-stream.ts`), admitted by the token that `stream-opened` carries.
 *
 * Server → worker: `open-stream` `close-call` `attend` `ping` `stop`. Worker → server: the rest.
 */
const callId = z
  .string()
  .min(1)
  .max(128)
  .transform((id) => id as CallId);
const speaker = z.enum(["caller", "agent"]);
const recognizer = z.enum(recognizerNames);
const abuseLabel = z.enum(["profanity", "insult", "threat", "sexual_harassment", "discrimination"]);
const share = z.number().min(0).max(1);

/** Given to a listen worker as its only argument, in JSON. */
export const ListenWorkerConfig = z.object({
  workerId: z.string().min(1),
  modelsDir: z.string().min(1),
  /** Where models lie that were fetched. */
  pulledModelsDir: z.string().min(1).optional(),
  /** Loaded before the worker says `ready`; any other is loaded when a stream first asks for it. */
  recognizers: z.array(recognizer),
  /** Where taps connect to; the port is the system's choice. */
  tapHost: z.string().min(1),
  /** A WAV with speech: read again and again for some seconds at the start, to learn how many calls can be heard. */
  calibrationSound: z.string().min(1).optional(),
  logLevel: z.enum(["debug", "info", "warn", "error"]),
  /** Where `openai-compatible` hears. The key itself stays in its file: arguments can be read by others on the machine. */
  recognizerServer: z
    .object({ url: z.url(), model: z.string().min(1), keyFile: z.string().min(1).nullable() })
    .optional(),
  /** The program of the recogniser's thread, where it is not the source beside the adapter (a bundle). */
  threadUrl: z.url().optional(),
});
export type ListenWorkerConfig = z.infer<typeof ListenWorkerConfig>;

export const ListenRequest = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("open-stream"),
    requestId: z.number().int().nonnegative(),
    callId,
    speaker,
    recognizer,
    /** Wall clock of the call's time zero, in ms. */
    callStartedAtMs: z.number(),
  }),
  z.object({ kind: z.literal("close-call"), callId }),
  /** A call at risk is heard before others where there is too much to hear. */
  z.object({ kind: z.literal("attend"), callId, atRisk: z.boolean() }),
  z.object({ kind: z.literal("ping"), pingId: z.number().int().nonnegative() }),
  /** Finish what is being recognised and leave. */
  z.object({ kind: z.literal("stop") }),
]);
export type ListenRequest = z.infer<typeof ListenRequest>;

export const ListenReport = z.discriminatedUnion("kind", [
  /** The models are loaded and the tap server listens. */
  z.object({ kind: z.literal("ready"), recognizers: z.array(recognizer) }),
  z.object({
    kind: z.literal("stream-opened"),
    requestId: z.number().int().nonnegative(),
    sink: z.object({
      host: z.string().min(1),
      port: z.number().int().min(1).max(65_535),
      token: z.string().min(16).max(256),
    }),
  }),
  z.object({ kind: z.literal("stream-refused"), requestId: z.number().int().nonnegative(), why: z.string() }),
  z.object({
    kind: z.literal("utterance"),
    callId,
    recognizer,
    utterance: z.object({
      speaker,
      text: z.string(),
      words: z
        .array(z.object({ text: z.string(), startMs: z.number(), endMs: z.number(), confidence: share }))
        .readonly(),
      /** What the second ear heard beside the text. */
      hints: z
        .array(
          z.object({ stem: z.string(), label: abuseLabel, confidence: share, startMs: z.number(), endMs: z.number() }),
        )
        .readonly(),
      confidence: share,
      /** Milliseconds since the call's time zero. */
      startMs: z.number(),
      endMs: z.number(),
      /** dB relative to full scale. */
      levelDbfs: z.number(),
      /** How it was said: of callers only, but for the noise and the overlap. */
      voice: z.object({
        noiseDbfs: z.number().nullable(),
        pitchHz: z.number().nullable(),
        syllablesPerS: z.number().nullable(),
        aboveOwnDb: z.number().nullable(),
        aboveOwnSemitones: z.number().nullable(),
        overlapMs: z.number().nonnegative(),
        signals: z.array(z.enum(["shouting", "fast", "interrupting"])).readonly(),
      }),
      /** Where the time went until the text was there, in ms. */
      steps: z.object({ endpointMs: z.number(), queueMs: z.number(), decodeMs: z.number() }).optional(),
      /** The speaker goes on; the whole follows. */
      draft: z.literal(true).optional(),
    }),
  }),
  z.object({ kind: z.literal("speech-started"), callId, speaker, atMs: z.number() }),
  /** There is more to hear than this worker can: this side of the call is set aside, or heard again. */
  z.object({ kind: z.literal("attention"), callId, speaker, heard: z.boolean() }),
  /** What hearing costs on this machine: seconds of the recogniser's thread for a second of speech. */
  z.object({
    kind: z.literal("calibrated"),
    recognizer,
    fullPerSecond: z.number().positive(),
    leanPerSecond: z.number().positive(),
    /** Calls that can be heard whole. */
    calls: z.number().int().nonnegative(),
  }),
  z.object({ kind: z.literal("lagging"), callId, lagMs: z.number().nonnegative() }),
  /** A recogniser's thread died and is being started again; the streams go on, what it held is lost. */
  z.object({ kind: z.literal("recognizer-lost"), recognizer, why: z.string() }),
  z.object({
    kind: z.literal("pong"),
    pingId: z.number().int().nonnegative(),
    streams: z.number().int().nonnegative(),
    /** Utterances waiting for a recogniser. */
    waiting: z.number().int().nonnegative(),
    droppedFrames: z.number().int().nonnegative(),
  }),
]);
export type ListenReport = z.infer<typeof ListenReport>;
