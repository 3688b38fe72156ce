import { z } from "zod";
import { epochMs, id } from "./common.ts";
import { deskState } from "./desk-state.ts";
import { transcriptLine } from "./transcript.ts";

export const helpRequest = z.object({
  requestId: id,
  callId: id,
  agentName: z.string(),
  department: z.object({ ko: z.string(), en: z.string() }),
  note: z.string(),
  requestedAtMs: epochMs,
  takenBy: z.string().nullable(),
});

/** @public The page has it built in (`apps/web/build`), and says when it is older than the server. */
export const protocolVersion = 1;

export const serverMessage = z.discriminatedUnion("kind", [
  z.object({
    kind: z.literal("hello"),
    protocol: z.literal(protocolVersion),
    serverTimeMs: epochMs,
    me: z.object({
      personId: id,
      displayName: z.string(),
      role: z.enum(["agent", "supervisor", "administrator", "auditor"]),
    }),
  }),
  z.object({ kind: z.literal("desk"), state: deskState }),
  z.object({
    kind: z.literal("transcript"),
    callId: id,
    /** `all`: these lines are the whole transcript so far; `more`: these are added or replaced. */
    extent: z.enum(["all", "more"]),
    lines: z.array(transcriptLine),
  }),
  z.object({ kind: z.literal("help"), requests: z.array(helpRequest) }),
  z.object({ kind: z.literal("phone-taken") }),
  /** The session is over (signed out, expired, locked): a call that is on goes on; sign in again. */
  z.object({ kind: z.literal("signed-out"), why: z.enum(["expired", "signed-out", "deactivated"]) }),
  z.object({ kind: z.literal("pong"), serverTimeMs: epochMs }),
]);

export const clientMessage = z.discriminatedUnion("kind", [z.object({ kind: z.literal("ping") })]);
