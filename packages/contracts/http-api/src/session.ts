import { z } from "zod";
import { roles } from "./access.ts";
import { epochMs, id, language } from "./common.ts";

export const role = z.enum(roles);

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
  /** Instead of `totp`, where the telephone is lost: one of the codes given out with it, each good for once. */
  backupCode: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9]{5}-[A-Za-z0-9]{5}$/)
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

export const totpOffInput = z.object({ password: z.string().max(256) });
export const totpOffOutput = z.object({});

/*
 * Passkeys (WebAuthn level 3). `options` goes to `navigator.credentials.create` or `.get` through
 * `PublicKeyCredential.parse…OptionsFromJSON`, what comes back through `toJSON()` is `response`. Browsers have them on
 * a name with https, and on localhost.
 */
export const passkeyOptionsOutput = z.object({ options: z.record(z.string(), z.unknown()) });
const credential = z.looseObject({ id: z.string().max(2048), type: z.literal("public-key") });
/** Refused with `sign-in-again` when the session is older than an hour. */
export const beginPasskeyInput = z.object({});
export const addPasskeyInput = z.object({ response: credential, name: z.string().trim().min(1).max(80) });
export const addPasskeyOutput = z.object({});
export const listPasskeysInput = z.object({});
export const listPasskeysOutput = z.object({
  /** False where this page's address cannot have passkeys (an IP address, or no https). */
  offered: z.boolean(),
  passkeys: z.array(z.object({ id, name: z.string(), createdAtMs: epochMs.nullable() })),
});
export const removePasskeyInput = z.object({ id });
export const removePasskeyOutput = z.object({});
export const beginPasskeySignInInput = z.object({});
export const passkeySignInInput = z.object({ response: credential });
