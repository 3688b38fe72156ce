import { z } from "zod";
import { id } from "./common.ts";

const nothing = z.object({});
const onCall = z.object({ callId: id });

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
