import { z } from "zod";
import { bilingual, callerNumber, epochMs, id, page } from "./common.ts";

const nothing = z.object({});
const onCall = z.object({ callId: id });

export const setPresenceInput = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("ready") }),
  z.object({ kind: z.literal("away"), reason: z.enum(["break", "meal", "meeting", "training", "other"]) }),
  /** Ends one's own protected rest; nobody else can. */
  z.object({ kind: z.literal("end-rest") }),
]);
export const done = nothing;

/** `tab`: the browser tab that becomes the telephone. A call that is on moves with it. */
export const takePhoneInput = z.object({ tab: id });

/** What the page needs to be a telephone: SIP over this WebSocket needs no password, the session is the proof. */
export const phoneInput = z.object({ tab: id });
export const phoneOutput = z.object({
  /** Path on this server, e.g. `/sip?tab=…`. */
  webSocketPath: z.string(),
  addressOfRecord: z.string(),
  displayName: z.string(),
  /** Shown to whom the department calls; null: dialling out is not set up, and why. */
  numberShown: z.string().nullable(),
  codecs: z.array(z.enum(["opus", "PCMU", "PCMA"])),
  /** Rings oneself: a test call that plays back what one says. */
  echoAddress: z.string(),
  /**
   * An INVITE with this header (its value is the call's id) asks the page back into a call that is on, after a reload or
   * in the tab that took the telephone: it is answered at once, and whatever session the page still has is let go.
   */
  resumeHeader: z.string(),
});

export const actInput = onCall.extend({
  action: z.discriminatedUnion("kind", [
    z.object({ kind: z.literal("continue"), reason: z.string().trim().max(200).optional() }),
    z.object({ kind: z.literal("warn-now") }),
    z.object({ kind: z.literal("end-now") }),
    z.object({ kind: z.literal("confirm"), offerId: id.optional() }),
    z.object({
      kind: z.literal("extend"),
      minutes: z.number().int().min(1).max(60),
      reason: z.string().trim().min(1).max(200),
    }),
    z.object({ kind: z.literal("declare"), topic: z.enum(["repeated-content", "out-of-competence"]) }),
  ]),
});
export const holdInput = onCall.extend({ on: z.boolean() });
export const recordInput = onCall.extend({ on: z.boolean() });
/** `to`: a number as dialled, or a colleague's username. */
export const transferInput = onCall.extend({
  to: z.string().trim().min(1).max(64),
  kind: z.enum(["blind", "attended"]),
});
/** Attended: connects the two others and leaves (`complete`), or goes back to the caller (`cancel`). */
export const finishTransferInput = onCall.extend({ how: z.enum(["complete", "cancel"]) });
export const requestHelpInput = onCall.extend({ note: z.string().trim().max(200).default("") });
export const takeHelpInput = z.object({ requestId: id });

export const colleaguesInput = nothing;
export const colleaguesOutput = z.object({
  colleagues: z.array(
    z.object({ username: z.string(), displayName: z.string(), department: bilingual.nullable(), presence: z.string() }),
  ),
});

export const wrapUpInput = onCall.extend({ disposition: id.nullable(), note: z.string().max(4000) });
export const extendWrapUpInput = onCall;
export const dispositionsInput = nothing;
export const dispositionsOutput = z.object({ dispositions: z.array(z.object({ id, title: bilingual })) });

/** One's own calls, newest first: what the history, the call-back and "My calls" show. */
const myCall = z.object({
  callId: id,
  direction: z.enum(["inbound", "outbound"]),
  trial: z.enum(["simulated", "self"]).nullable(),
  missed: z.boolean(),
  other: callerNumber,
  startedAtMs: epochMs,
  talkMs: z.number().nonnegative().nullable(),
  endReason: z.string().nullable(),
  disposition: id.nullable(),
  note: z.string(),
  incidentIds: z.array(id),
  hasRecording: z.boolean(),
});
export const myCallsInput = page.extend({ only: z.enum(["all", "missed", "incidents"]).default("all") });
export const myCallsOutput = z.object({ calls: z.array(myCall) });
export const seenMissedInput = nothing;

/** Dials the other party of one's own earlier call; the number stays masked on the screen. */
export const callBackInput = onCall;
export const callBackOutput = z.object({ target: z.string() });

/** Everything that is known of one of one's own calls. */
export const myCallInput = onCall;
const timelineItem = z.object({
  atMs: z.number().nonnegative(),
  kind: z.string(),
  text: bilingual,
  by: z.enum(["jikimi", "agent", "supervisor", "caller"]).nullable(),
});
export const myCallOutput = z.object({
  call: myCall,
  lines: z.array(
    z.object({
      lineId: id,
      speaker: z.enum(["caller", "agent"]),
      startMs: z.number(),
      endMs: z.number(),
      confidence: z.number(),
      words: z.array(z.object({ text: z.string(), confidence: z.number(), masked: z.boolean(), rude: z.boolean() })),
      labels: z.array(z.string()),
      hints: z.array(z.object({ stem: z.string(), label: z.string(), confidence: z.number() })),
      signals: z.array(z.string()),
    }),
  ),
  timeline: z.array(timelineItem),
  incidents: z.array(
    z.object({
      incidentId: id,
      openedAtMs: epochMs,
      closedAtMs: epochMs.nullable(),
      policy: z.object({ id, version: z.number().int(), title: bilingual.nullable() }),
      reason: z.string(),
      comment: z.string(),
    }),
  ),
  recording: z
    .object({
      durationMs: z.number().nullable(),
      /** Where its first sample lies on the call's time; left out: at zero. */
      beginsAtMs: z.number().nonnegative().optional(),
      complete: z.boolean(),
      gaps: z.array(
        z.object({ channel: z.enum(["caller", "agent"]), startMs: z.number(), endMs: z.number(), reason: z.string() }),
      ),
      sha256: z.string().nullable(),
      /** GET with the session cookie: WAV, caller left, agent right. Listening is written into the call's record. */
      audioPath: z.string(),
    })
    .nullable(),
});
/** A line for the reviewer, by the agent who was on the call. */
export const commentIncidentInput = z.object({ incidentId: id, comment: z.string().trim().max(1000) });
