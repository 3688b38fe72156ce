import { recognizerNames } from "@jikimi/kernel";
import { z } from "zod";
import { bilingual, epochMs, id, language } from "./common.ts";
import { policyProblem } from "./errors.ts";
import { role } from "./session.ts";

const person = z.object({
  id,
  sipUsername: z.string(),
  displayName: z.string(),
  role,
  departmentId: id.nullable(),
  active: z.boolean(),
  createdAtMs: epochMs,
});

export const addUserInput = z.object({
  sipUsername: z.string(),
  displayName: z.string(),
  role: role.default("agent"),
  departmentId: id.nullable().default(null),
  password: z.string().optional().describe("Left out: a safe one is made and returned once"),
  account: z.boolean().default(true).describe("False: a desk telephone only, nothing to sign in to"),
});
export const addUserOutput = z.object({ person, madePassword: z.string().nullable() });
/**
 * For who forgot theirs: a new password to sign in with (a person without an account gets one); every session of
 * theirs ends. The desk telephone keeps its own.
 */
export const resetPasswordInput = z.object({
  username: id,
  secondFactors: z.enum(["keep", "remove"]).default("keep").describe("`remove`: the telephone or key was lost"),
});
export const resetPasswordOutput = z.object({ madePassword: z.string() });
export const listUsersInput = z.object({});
export const listUsersOutput = z.object({ people: z.array(person) });

/** Minutes from local midnight; beyond 1440 reaches into the next day. */
const minuteRange = z.object({ from: z.number().int(), to: z.number().int() });
const day = z.array(minuteRange);

const openingHours = z.object({
  timeZone: z.string(),
  weekly: z.object({ mon: day, tue: day, wed: day, thu: day, fri: day, sat: day, sun: day }),
  lunch: minuteRange.nullable(),
  exceptions: z.array(z.object({ date: z.string(), open: day, title: bilingual })),
});

const recognizer = z.enum(recognizerNames);

const department = z.object({
  id,
  names: bilingual,
  recordingMode: z.enum(["all-call", "on-demand"]),
  noticeBeforeConnection: z.boolean(),
  policyId: id,
  hours: openingHours.nullable().describe("Null: always open"),
  ringTimeoutMs: z.number().int(),
  queueTimeoutMs: z.number().int(),
  language,
  displayNumber: z.string().nullable(),
  recognizer: recognizer.nullable().describe("Null: the one that is set for all"),
});

export const addDepartmentInput = z.object({
  id,
  names: bilingual,
  recordingMode: z.enum(["all-call", "on-demand"]).default("all-call"),
  noticeBeforeConnection: z.boolean().default(true),
  policyId: id,
  hours: openingHours.nullable().default(null),
  ringTimeoutMs: z.number().int().default(20_000),
  queueTimeoutMs: z.number().int().default(120_000),
  language: language.default("ko"),
  displayNumber: z.string().nullable().default(null),
  recognizer: recognizer.nullable().default(null),
});
export const departmentOutput = z.object({ department });
export const setDepartmentInput = department.partial().required({ id: true });
export const listDepartmentsInput = z.object({});
export const listDepartmentsOutput = z.object({ departments: z.array(department) });

const inboundNumber = z.object({
  number: z.string(),
  departmentId: id,
  recognizer: recognizer.nullable().describe("Null: its department's"),
});
export const addNumberInput = inboundNumber.extend({ recognizer: recognizer.nullable().default(null) });
export const setNumberInput = inboundNumber.partial().required({ number: true });
export const numberOutput = z.object({ number: inboundNumber });
export const listNumbersInput = z.object({});
export const listNumbersOutput = z.object({ numbers: z.array(inboundNumber) });

export const listRecognizersInput = z.object({});
export const listRecognizersOutput = z.object({
  default: recognizer.describe("Hears every call for which no other was chosen"),
  recognizers: z.array(
    z.object({
      name: recognizer,
      usable: z.boolean().describe("Its model is installed here, or its server is named"),
      hears: bilingual.nullable().describe("Null: what a server elsewhere hears, it does not say"),
      licence: z.string().nullable(),
      measured: z
        .object({
          cpuPerSecond: z.number().describe("CPU seconds for a second of sound"),
          callsPerCore: z.number().int().nullable(),
          errorPercent: z.number().nullable().describe("Characters wrong, on the operator's own clips"),
        })
        .nullable()
        .describe("By `jikimi models measure` on this machine"),
    }),
  ),
});

const trunkRoute = z.discriminatedUnion("kind", [
  z.object({ kind: z.literal("address"), sources: z.array(z.string()) }),
  z.object({
    kind: z.literal("registered"),
    username: z.string(),
    authUsername: z.string().nullable().default(null),
    registrationIntervalMs: z.number().int().default(300_000),
  }),
]);

const trunk = z.object({
  id,
  name: z.string(),
  host: z.string(),
  port: z.number().int(),
  transport: z.enum(["udp", "tcp"]),
  route: trunkRoute,
  numberFormat: z.enum(["e164", "national"]),
  priority: z.number().int(),
  active: z.boolean(),
  hasSecret: z.boolean().describe("The password itself is never read back"),
});

export const addTrunkInput = trunk.omit({ hasSecret: true }).extend({
  port: z.number().int().default(5060),
  transport: z.enum(["udp", "tcp"]).default("udp"),
  numberFormat: z.enum(["e164", "national"]).default("national"),
  priority: z.number().int().default(10),
  active: z.boolean().default(true),
  secret: z.string().optional().describe("The provider's password; sealed before it is kept"),
});
export const trunkOutput = z.object({ trunk });
export const listTrunksInput = z.object({});
export const listTrunksOutput = z.object({ trunks: z.array(trunk) });

const policySummary = z.object({
  id,
  version: z.number().int().positive(),
  title: bilingual.nullable(),
  author: z.string(),
  createdAtMs: epochMs,
  departmentIds: z.array(id).describe("Where it is in force"),
});

export const listPoliciesInput = z.object({});
export const listPoliciesOutput = z.object({ policies: z.array(policySummary) });
export const showPolicyInput = z.object({ id, version: z.coerce.number().int().positive().optional() });
export const showPolicyOutput = z.object({ policy: policySummary, body: z.unknown() });
export const checkPolicyInput = z.object({ body: z.unknown() });
export const checkPolicyOutput = z.object({ ok: z.boolean(), problems: z.array(policyProblem) });
