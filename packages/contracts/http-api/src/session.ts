import { z } from "zod";
import { epochMs, id, language } from "./common.ts";

export const role = z.enum(["agent", "supervisor", "administrator", "auditor"]);

export const me = z.object({
  personId: id,
  /** What one signs in with. */
  username: z.string(),
  displayName: z.string(),
  role,
  departmentId: id.nullable(),
  secondFactor: z.object({ passkeys: z.number().int(), totp: z.boolean() }),
  sessionExpiresAtMs: epochMs,
});

/** The first thing a page asks: where to send the person. */
export const sessionInput = z.object({});
export const sessionOutput = z.object({
  /** Steps of the first run that are not done; empty: the centre is set up. */
  setup: z.array(z.enum(["administrator", "organisation", "policy", "people"])),
  me: me.nullable(),
  organisation: z.object({ ko: z.string(), en: z.string() }).nullable(),
  language,
});

export const signInInput = z.object({
  username: z.string().trim().min(1).max(64),
  password: z.string().min(1).max(256),
  /** Six digits, when the account has TOTP and the first answer was `second-factor-required`. */
  totp: z
    .string()
    .regex(/^\d{6}$/)
    .optional(),
});
export const signInOutput = z.object({ me });

export const signOutInput = z.object({});
export const signOutOutput = z.object({});

export const changePasswordInput = z.object({ current: z.string().max(256), next: z.string().max(256) });
export const changePasswordOutput = z.object({});

/** Begins TOTP: the secret as an otpauth:// URI for the QR code; on only after `session.totpConfirm`. */
export const totpBeginInput = z.object({ password: z.string().max(256) });
export const totpBeginOutput = z.object({ uri: z.string(), backupCodes: z.array(z.string()) });
export const totpConfirmInput = z.object({ code: z.string().regex(/^\d{6}$/) });
export const totpConfirmOutput = z.object({});
