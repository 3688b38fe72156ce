import { z } from "zod";
import { bilingual, id, language } from "./common.ts";
import { me } from "./session.ts";

/**
 * The first run. Each step can be left and come back to; `session` says which are open. Making the administrator needs
 * no session, works once, and only from this machine or with the code that `npm start` prints.
 */
export const createAdministratorInput = z.object({
  username: z.string().trim(),
  displayName: z.string().trim(),
  password: z.string().max(256),
  /** Printed by `npm start`; not asked for on the machine itself. */
  setupCode: z.string().trim().optional(),
});
export const createAdministratorOutput = z.object({ me });

export const setupOrganisationInput = z.object({
  names: bilingual,
  language: language.default("ko"),
  timeZone: z.string().default("Asia/Seoul"),
});
export const setupOrganisationOutput = z.object({});

/** What a person chooses a preset by. */
const presetSummary = z.object({
  id,
  version: z.number().int(),
  title: bilingual,
  /** Two sentences: what it does, and what the agent keeps in hand. */
  explanation: bilingual,
  sources: z.array(z.object({ title: bilingual, tag: z.enum(["D", "N", "K", "P"]), where: z.string() })),
  decider: z.enum(["automatic", "agent-confirms", "advise-only"]),
});
export const listPresetsInput = z.object({});
export const listPresetsOutput = z.object({ presets: z.array(presetSummary), chosen: id.nullable() });
export const choosePresetInput = z.object({ policyId: id, departmentId: id.optional() });
export const choosePresetOutput = z.object({});

/** The sample department with its number and two agents, for who wants to look first. Passwords are shown once. */
export const installSampleInput = z.object({});
export const installSampleOutput = z.object({
  agents: z.array(z.object({ username: z.string(), displayName: z.string(), password: z.string() })),
  number: z.string(),
});
/** "People and numbers later": the step counts as done. */
export const skipPeopleInput = z.object({});
export const skipPeopleOutput = z.object({});
