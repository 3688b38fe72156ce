import type { RecognizerName } from "@jikimi/kernel";
import { sql } from "drizzle-orm";
import {
  bigint,
  boolean,
  check,
  doublePrecision,
  index,
  integer,
  pgTable,
  primaryKey,
  text,
} from "drizzle-orm/pg-core";
import { bytes, epochMs, json, moment } from "./columns.ts";

/*
 * One schema for PGlite and PostgreSQL ≥ 15. After a change: `npm run migration -w @jikimi/database -- --name what`
 * writes the next file of `migrations/`; one that has been released is never edited.
 */

/** One row: this site's organisation. */
export const organisation = pgTable(
  "organisation",
  {
    id: integer().primaryKey().default(1),
    nameKo: text().notNull(),
    nameEn: text().notNull(),
    language: text().$type<"ko" | "en">().notNull(),
    timeZone: text().notNull(),
    sipRealm: text().notNull(),
  },
  (table) => [check("organisation_is_one", sql`${table.id} = 1`)],
);

export const departments = pgTable(
  "departments",
  {
    id: text().primaryKey(),
    nameKo: text().notNull(),
    nameEn: text().notNull(),
    recordingMode: text().$type<"all-call" | "on-demand">().notNull(),
    noticeBeforeConnection: boolean().notNull(),
    policyId: text().notNull(),
    hours: json(),
    ringTimeoutMs: integer().notNull(),
    queueTimeoutMs: integer().notNull(),
    language: text().$type<"ko" | "en">().notNull(),
    displayNumber: text(),
    recognizer: text().$type<RecognizerName>(),
  },
  (table) => [
    check(
      "departments_recorded_is_announced",
      sql`${table.recordingMode} <> 'all-call' or ${table.noticeBeforeConnection}`,
    ),
  ],
);

/** The password is not here: only H(username:realm:password), which digest authentication needs. */
export const people = pgTable("people", {
  id: text().primaryKey(),
  sipUsername: text().notNull().unique(),
  displayName: text().notNull(),
  role: text().$type<"agent" | "supervisor" | "administrator" | "auditor">().notNull(),
  departmentId: text().references(() => departments.id),
  ha1Md5: text().notNull(),
  ha1Sha256: text().notNull(),
  active: boolean().notNull(),
  createdAt: epochMs().notNull(),
});

export const numbers = pgTable(
  "numbers",
  {
    number: text().primaryKey(),
    departmentId: text()
      .notNull()
      .references(() => departments.id),
    recognizer: text().$type<RecognizerName>(),
  },
  (table) => [index("numbers_of_department").on(table.departmentId)],
);

export const trunks = pgTable("trunks", {
  id: text().primaryKey(),
  name: text().notNull().unique(),
  host: text().notNull(),
  port: integer().notNull(),
  transport: text().$type<"udp" | "tcp">().notNull(),
  route: json().notNull(),
  numberFormat: text().$type<"e164" | "national">().notNull(),
  priority: integer().notNull(),
  active: boolean().notNull(),
  /** AES-256-GCM under the site's key, base64. */
  sealedSecret: text(),
});

/** Versions are only added. */
export const policies = pgTable(
  "policies",
  {
    id: text().notNull(),
    version: integer().notNull(),
    body: json().notNull(),
    author: text().notNull(),
    createdAt: epochMs().notNull(),
  },
  (table) => [primaryKey({ columns: [table.id, table.version] })],
);

/** Evidence outlives the directory, so nothing here refers to it. `caller_number` is personal data. */
export const calls = pgTable(
  "calls",
  {
    callId: text().primaryKey(),
    direction: text().$type<"inbound" | "outbound">().notNull(),
    callerNumber: text(),
    lineNumber: text(),
    startedAt: epochMs().notNull(),
    simulated: boolean().notNull(),
    trialKind: text().$type<"simulated" | "self">(),
    departmentId: text(),
    agentId: text(),
    state: text().$type<"ringing" | "talking" | "ended">().notNull(),
    noticeCompletedAt: epochMs(),
    bridgedAt: epochMs(),
    endedAt: epochMs(),
    endReason: text(),
    recordingPath: text(),
    recordingSha256: text(),
    recordingSummary: json(),
    recognizer: text(),
    policyId: text(),
    policyVersion: integer(),
    lastSeq: integer().notNull(),
    lastHash: text().notNull(),
  },
  (table) => [
    index("calls_by_start").on(table.startedAt.desc()),
    index("calls_unfinished").on(table.startedAt).where(sql`${table.state} <> 'ended'`),
    index("calls_of_agent").on(table.agentId, table.startedAt.desc()),
    index("calls_of_caller").on(table.callerNumber, table.startedAt.desc()),
  ],
);

/**
 * Who joined or missed which call, and what they wrote of it. Evidence outlives people, so nothing is referred to.
 * `note` is personal data (free text about a caller): erased with the call's.
 */
export const agentCalls = pgTable(
  "agent_calls",
  {
    callId: text().notNull(),
    agentId: text().notNull(),
    joinedAt: epochMs(),
    missedAt: epochMs(),
    missedSeenAt: epochMs(),
    leftAt: epochMs(),
    disposition: text(),
    note: text().notNull().default(""),
    completedAt: epochMs(),
  },
  (table) => [
    primaryKey({ columns: [table.callId, table.agentId] }),
    index("agent_calls_of_person").on(table.agentId),
    index("agent_calls_missed")
      .on(table.agentId)
      .where(sql`${table.missedAt} is not null and ${table.joinedAt} is null and ${table.missedSeenAt} is null`),
  ],
);

/** Append-only (a trigger sees to it): all that may ever change is that `personal` is erased. */
export const callEvents = pgTable(
  "call_events",
  {
    callId: text().notNull(),
    seq: integer().notNull(),
    atMs: doublePrecision().notNull(),
    recordedAt: epochMs().notNull(),
    kind: text().notNull(),
    body: json().notNull(),
    personal: json(),
    personalHash: text(),
    previousHash: text().notNull(),
    hash: text().notNull(),
  },
  (table) => [primaryKey({ columns: [table.callId, table.seq] })],
);

export const incidents = pgTable(
  "incidents",
  {
    incidentId: text().primaryKey(),
    callId: text().notNull(),
    openedAt: epochMs().notNull(),
    openedSeq: integer().notNull(),
    cause: json(),
    policyId: text().notNull(),
    policyVersion: integer().notNull(),
    state: text().$type<"open" | "closed">().notNull(),
    closedAt: epochMs(),
    closedSeq: integer(),
    outcome: json(),
  },
  (table) => [index("incidents_by_opening").on(table.openedAt.desc()), index("incidents_of_call").on(table.callId)],
);

/** The sounds that were played to people, by what they are, so that the proof can still be heard. */
export const announcementMedia = pgTable("announcement_media", {
  sha256: text().primaryKey(),
  announcement: text().notNull(),
  language: text().notNull(),
  text: text().notNull(),
  synthetic: boolean().notNull(),
  wav: bytes().notNull(),
});

/*
 * Who can sign in. `accounts`, `sessions`, `verifications` and `passkeys` are also read and written by better-auth,
 * which knows them as user, session, verification and passkey: their property names are its own.
 */

/** An account's id is its person's. `email` is what better-auth asks for; nobody has one here. */
export const accounts = pgTable("accounts", {
  id: text()
    .primaryKey()
    .references(() => people.id),
  name: text().notNull(),
  email: text().notNull().unique(),
  emailVerified: boolean().notNull(),
  image: text(),
  createdAt: moment().notNull(),
  updatedAt: moment().notNull(),
  /** In PHC string form, e.g. `$argon2id$…`. */
  passwordHash: text().notNull(),
});

const accountId = () =>
  text()
    .notNull()
    .references(() => accounts.id, { onDelete: "cascade" });

export const secondFactors = pgTable("second_factors", {
  accountId: accountId().primaryKey(),
  /** AES-256-GCM under the site's key, base64. */
  sealedSecret: text().notNull(),
  active: boolean().notNull(),
  /** RFC 6238's T of the last code that was taken: it is never taken twice. */
  lastStep: integer().notNull(),
  backupCodeHashes: json().notNull(),
});

/** Neither address nor browser of a person is kept: the two columns stay empty. */
export const sessions = pgTable(
  "sessions",
  {
    id: text().primaryKey(),
    userId: accountId(),
    token: text().notNull().unique(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
    expiresAt: moment().notNull(),
    seenAt: moment(),
    ipAddress: text(),
    userAgent: text(),
  },
  (table) => [index("sessions_of_account").on(table.userId), index("sessions_by_age").on(table.createdAt)],
);

/** Challenges that wait for their answer. */
export const verifications = pgTable(
  "verifications",
  {
    id: text().primaryKey(),
    identifier: text().notNull(),
    value: text().notNull(),
    expiresAt: moment().notNull(),
    createdAt: moment().notNull(),
    updatedAt: moment().notNull(),
  },
  (table) => [index("verifications_by_identifier").on(table.identifier)],
);

/** Public keys only: the secret never leaves the person's device. */
export const passkeys = pgTable(
  "passkeys",
  {
    id: text().primaryKey(),
    name: text(),
    publicKey: text().notNull(),
    userId: accountId(),
    credentialID: text().notNull().unique(),
    /** An unsigned 32-bit number. */
    counter: bigint({ mode: "number" }).notNull(),
    deviceType: text().notNull(),
    backedUp: boolean().notNull(),
    transports: text(),
    createdAt: moment(),
    aaguid: text(),
  },
  (table) => [index("passkeys_of_account").on(table.userId)],
);

/** What somebody said about the steps of the first run. */
export const setupSteps = pgTable("setup_steps", {
  step: text().$type<"administrator" | "organisation" | "policy" | "people">().primaryKey(),
  doneAt: epochMs().notNull(),
});
