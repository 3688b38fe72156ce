import { createHash } from "node:crypto";
import type { CallId, EpochMs, Random } from "@jikimi/kernel";
import type { Verification } from "./api.ts";
import { canonicalJson, toJson } from "./canonical-json.ts";
import type { JournalEntry, JournalEvent, Json, PersonalPart } from "./types.ts";

/** The hash before the first entry. */
export const chainStart = "0".repeat(64);

/** Where a call's chain ends: what the next entry is tied to. */
export type ChainEnd = { readonly seq: number; readonly hash: string };

/** Which fields of an event say who somebody is or what they said; they can be erased without breaking the chain. */
const personalFields: Readonly<Record<string, readonly string[]>> = {
  invite: ["from", "to"],
  dialled: ["number"],
  utterance: ["text", "words", "hints"],
  assessed: ["evidence"],
  digits: ["digits"],
  transferring: ["to"],
  transferred: ["to"],
  "transfer-failed": ["to"],
  "consultation-started": ["to"],
  "help-requested": ["note"],
  "incident-commented": ["comment"],
};

/** Ties an event to the end of its call's chain. */
export function chainEntry(
  callId: CallId,
  event: JournalEvent,
  { end, recordedAtMs, random }: { end: ChainEnd; recordedAtMs: EpochMs; random: Random },
): JournalEntry {
  const { kind, atMs } = event;
  const { body, fields } = splitFields(event);
  const personal = Object.keys(fields).length === 0 ? null : { salt: random.hex(16), fields };
  const unhashed = {
    callId,
    seq: end.seq + 1,
    atMs: Number.isFinite(atMs) ? atMs : 0,
    recordedAtMs,
    kind,
    body,
    personal,
    personalHash: personal === null ? null : hashPersonal(personal),
    previousHash: end.hash,
  };
  return { ...unhashed, hash: hashEntry(unhashed) };
}

/** Goes through a call's entries in order; `expectedEnd` is the end that the call's row remembers. */
export function verifyChain(entries: readonly JournalEntry[], expectedEnd: ChainEnd): Verification {
  let end: ChainEnd = { seq: 0, hash: chainStart };
  for (const entry of entries) {
    const seq = end.seq + 1;
    if (entry.seq !== seq) return { kind: "broken", seq, why: "hole" };
    if (entry.previousHash !== end.hash) return { kind: "broken", seq, why: "unchained" };
    if (entry.personal !== null && hashPersonal(entry.personal) !== entry.personalHash) {
      return { kind: "broken", seq, why: "personal-altered" };
    }
    if (hashEntry(entry) !== entry.hash) return { kind: "broken", seq, why: "altered" };
    end = { seq, hash: entry.hash };
  }
  if (end.seq !== expectedEnd.seq || end.hash !== expectedEnd.hash) {
    return { kind: "broken", seq: end.seq + 1, why: "cut-off" };
  }
  return { kind: "intact", entries: end.seq, lastHash: end.hash };
}

/** All fields of an entry's event again, as they were given; erased ones are missing. */
export function eventOf(entry: JournalEntry): JournalEvent & { readonly [key: string]: Json } {
  return { ...entry.body, ...entry.personal?.fields, kind: entry.kind, atMs: entry.atMs };
}

function splitFields(event: JournalEvent) {
  const personal = personalFields[event.kind] ?? [];
  const given = Object.entries(fieldsOf(event)).filter(([key]) => key !== "kind" && key !== "atMs");
  const isPersonal = ([key, value]: [string, Json]) => personal.includes(key) && value !== null;
  return {
    body: Object.fromEntries(given.filter((field) => !isPersonal(field))),
    fields: Object.fromEntries(given.filter(isPersonal)),
  };
}

/** An event that JSON cannot say is our own mistake; the call goes on and the record says that it is incomplete. */
function fieldsOf(event: JournalEvent): { readonly [key: string]: Json } {
  try {
    return toJson(event) as { readonly [key: string]: Json };
  } catch {
    return { unrecordable: true };
  }
}

function hashPersonal({ salt, fields }: PersonalPart): string {
  return sha256(canonicalJson([salt, fields]));
}

function hashEntry(entry: Omit<JournalEntry, "hash">): string {
  const { callId, seq, atMs, recordedAtMs, kind, body, personalHash, previousHash } = entry;
  return sha256(canonicalJson([1, callId, seq, atMs, recordedAtMs, kind, body, personalHash, previousHash]));
}

function sha256(text: string): string {
  return createHash("sha256").update(text, "utf8").digest("hex");
}
