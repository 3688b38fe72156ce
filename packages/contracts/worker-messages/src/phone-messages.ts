import { z } from "zod";

/**
 * What a director (the demo, a test) and a telephone process (`apps/phone`) say to each other over the fork's pipe.
 * The telephone is a real SIP and RTP peer on loopback; only who tells it what to say is pretended.
 *
 * Director → phone: `PhoneRequest`. Phone → director: `PhoneReport`.
 */
const port = z.number().int().min(0).max(65_535);

/** Given to the process as its only argument, in JSON; a password comes over the pipe, never in argv. */
export const PhoneConfig = z.object({
  name: z.string().min(1),
  /** The user part of its address: a telephone number or a SIP user name. */
  user: z.string().min(1),
  displayName: z.string().nullable(),
  bindHost: z.string().min(1),
  server: z.object({ host: z.string().min(1), port }),
  /** Answers by itself after this many ms; null lets it ring. */
  answerAfterMs: z.number().nonnegative().nullable(),
  /** Writes what it hears as WAV (8 kHz mono) when the call ends; null keeps nothing. */
  heardPath: z.string().nullable(),
});
export type PhoneConfig = z.infer<typeof PhoneConfig>;

export const PhoneRequest = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("register"), username: z.string(), password: z.string() }),
  z.object({ kind: z.literal("call"), number: z.string().min(1) }),
  /** Plays a WAV file to the other side; answered by `said`. A new one replaces what still plays. */
  z.object({ kind: z.literal("say"), sayId: z.number().int(), path: z.string().min(1) }),
  z.object({ kind: z.literal("press"), digits: z.string().regex(/^[0-9*#]+$/) }),
  z.object({ kind: z.literal("hold") }),
  z.object({ kind: z.literal("resume") }),
  z.object({ kind: z.literal("refer"), target: z.string().min(1) }),
  z.object({ kind: z.literal("hang-up") }),
  z.object({ kind: z.literal("stop") }),
]);
export type PhoneRequest = z.infer<typeof PhoneRequest>;

export const PhoneReport = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("ready"), sipPort: port }),
  z.object({ kind: z.literal("registered") }),
  z.object({
    kind: z.literal("refused"),
    what: z.enum(["register", "call"]),
    status: z.number().int(),
    reason: z.string(),
  }),
  z.object({ kind: z.literal("incoming"), from: z.string() }),
  z.object({ kind: z.literal("ringing") }),
  z.object({ kind: z.literal("answered") }),
  z.object({ kind: z.literal("said"), sayId: z.number().int(), completed: z.boolean() }),
  z.object({ kind: z.literal("digit"), digit: z.string() }),
  z.object({ kind: z.literal("transferred"), status: z.number().int() }),
  z.object({ kind: z.literal("ended"), by: z.enum(["remote", "local"]), reason: z.string().nullable() }),
]);
export type PhoneReport = z.infer<typeof PhoneReport>;
