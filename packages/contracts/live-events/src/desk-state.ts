import { z } from "zod";
import { bilingual, epochMs, id } from "./common.ts";
import { protectionView } from "./protection-view.ts";

const awayReason = z.enum(["break", "meal", "meeting", "training", "other", "missed"]);

/** 대기 · 통화 · 후처리 · 이석 · 보호휴식, as routing obeys it. */
export const presenceView = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("offline"), sinceMs: epochMs.nullable() }),
  z.object({ kind: z.literal("ready"), sinceMs: epochMs }),
  z.object({ kind: z.literal("ringing"), sinceMs: epochMs }),
  z.object({ kind: z.literal("talking"), sinceMs: epochMs }),
  z.object({
    kind: z.literal("wrap-up"),
    sinceMs: epochMs,
    untilMs: epochMs,
    extensionsLeft: z.number().int().nonnegative(),
  }),
  z.object({ kind: z.literal("away"), reason: awayReason, sinceMs: epochMs }),
  z.object({ kind: z.literal("protected-rest"), sinceMs: epochMs, untilMs: epochMs }),
]);

/** Whose browser tab is the telephone. `here` is true in the tab that has it. */
const phoneView = z.object({
  holder: z.enum(["this-tab", "other-tab", "nobody"]),
  /** Registered with the server: calls can come. */
  registered: z.boolean(),
  /** Desk telephones (hardware, softphone) registered besides the browser. */
  otherPhones: z.number().int().nonnegative(),
});

/** `simulated`: the simulated caller; `self`: speak yourself. Null: a real call. */
const trialKind = z.enum(["simulated", "self"]).nullable();

const party = z.object({
  /** As this person may see it: `010-****-5678`. Null: withheld. */
  number: z.string().nullable(),
  /** Calls with this number before, in the last 180 days. */
  callsBefore: z.number().int().nonnegative(),
  /** Of these, ended by protection. */
  incidentsBefore: z.number().int().nonnegative(),
});

const longCallClock = z.object({
  /** Null: no clock runs (exempt, waived, no rule). */
  limitAtMs: epochMs.nullable(),
  /** The policy's marks on the clock: when notices play. */
  noticesAtMs: z.array(epochMs),
  atLimit: z.enum(["button", "grace", "advise"]),
  extension: z
    .object({
      minMinutes: z.number().int(),
      maxMinutes: z.number().int(),
      left: z.number().int().nonnegative(),
      reasonRequired: z.boolean(),
    })
    .nullable(),
  /** What the agent may declare, and has not. */
  topics: z.array(z.enum(["repeated-content", "out-of-competence"])),
});

const consultation = z.object({
  /** As typed or a person's name; masked like any number. */
  to: z.string(),
  state: z.enum(["ringing", "talking", "failed"]),
});

/** One call as the agent's desk shows it, from the first ring until it is written up. */
export const callView = z.object({
  callId: id,
  direction: z.enum(["inbound", "outbound"]),
  trial: trialKind,
  phase: z.enum(["dialling", "ringing", "notice", "talking", "reconnecting", "ended"]),
  /** The other party hears music. */
  heldBy: z.enum(["agent", "caller"]).nullable(),
  other: party,
  /** Our number: dialled (inbound) or shown (outbound). */
  lineNumber: z.string().nullable(),
  department: bilingual,
  startedAtMs: epochMs,
  bridgedAtMs: epochMs.nullable(),
  endedAtMs: epochMs.nullable(),
  endedBy: z.enum(["caller", "agent", "jikimi"]).nullable(),
  endReason: z.string().nullable(),
  recording: z.object({
    mode: z.enum(["all-call", "on-demand"]),
    on: z.boolean(),
    failed: z.boolean(),
  }),
  hearing: z.object({
    /** `set-aside`: there are more calls than can be heard, and the caller of this one waits; `lost`: nobody listens. */
    state: z.enum(["listening", "set-aside", "lost", "not-yet"]),
    /** Too much to hear: only the caller's words are written down. */
    callerOnly: z.boolean(),
    /** How far the transcript is behind; shown beyond 2 s. */
    lagMs: z.number().nonnegative(),
    recognizer: z.string().nullable(),
  }),
  longCall: longCallClock,
  protection: protectionView,
  consultation: consultation.nullable(),
  /** When an open request for help was sent, and who has taken it. */
  help: z.object({ requestedAtMs: epochMs, takenBy: z.string().nullable() }).nullable(),
});

/** What is to be written up after a call; stays until it is completed. */
export const wrapUpView = z.object({
  callId: id,
  trial: trialKind,
  /** Extractive: sentences that were said, nothing else. */
  summary: z.array(z.object({ speaker: z.enum(["caller", "agent"]), text: z.string(), atMs: z.number() })),
  disposition: z.string().nullable(),
  note: z.string(),
  /** Protection ended the call: the calm panel is shown. */
  protectedEnding: z
    .object({
      incidentId: id.nullable(),
      reason: z.enum(["abuse", "long-call", "agent", "supervisor"]),
      restUntilMs: epochMs.nullable(),
    })
    .nullable(),
});

/** What works less well than it should, in words; empty when all is well. */
const serviceView = z.object({
  hearing: z.enum(["ok", "down"]),
  media: z.enum(["ok", "down"]),
  records: z.enum(["ok", "spooling", "lossy"]),
  recognizer: z.string().nullable(),
  limitations: z.array(bilingual),
});

export const deskState = z.object({
  revision: z.number().int().nonnegative(),
  atMs: epochMs,
  presence: presenceView,
  phone: phoneView,
  call: callView.nullable(),
  wrapUp: wrapUpView.nullable(),
  /** Rings that nobody answered since the agent last looked. */
  missedCalls: z.number().int().nonnegative(),
  service: serviceView,
});
