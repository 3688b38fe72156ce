import type { BetterAuthOptions, BetterAuthPlugin } from "@better-auth/core";
import { createAuthEndpoint } from "@better-auth/core/api";
import { APIError } from "@better-auth/core/error";
import { drizzleAdapter } from "@better-auth/drizzle-adapter";
import { passkey } from "@better-auth/passkey";
import { type SignInTables, withPlainFailures } from "@jikimi/database";
import { absoluteLimitMs, callGraceMs } from "@jikimi/identity";
import type { Log, Random } from "@jikimi/kernel";
import { setSessionCookie } from "better-auth/cookies";
import { betterAuth } from "better-auth/minimal";
import { z } from "zod";

export const cookiePrefix = "jikimi";

/** A passkey may be added within this time of signing in. */
const freshForS = 3600;

export type BetterAuthParts = {
  readonly tables: SignInTables;
  /** Signs cookies: whoever has it can make sessions. */
  readonly secret: string;
  readonly random: Random;
  readonly log: Log;
};

/**
 * better-auth for one address of ours, since cookies and passkeys belong to an address. It keeps sessions and does
 * WebAuthn. Its own routes are never served: passwords, limits and rights are `services/identity`'s.
 */
export function betterAuthFor(origin: string, { tables, secret, random, log }: BetterAuthParts) {
  const adapter = drizzleAdapter(tables.db, { provider: "pg", schema: tables.tables });
  return betterAuth({
    appName: "Jikimi",
    baseURL: origin,
    trustedOrigins: [origin],
    secret,
    // Its errors quote what a statement was given, which are tokens and keys.
    database: (options: BetterAuthOptions) => withPlainFailures(adapter(options)),
    emailAndPassword: { enabled: false },
    rateLimit: { enabled: false },
    telemetry: { enabled: false },
    // What it says is fixed text; what it adds may be anything.
    logger: { level: "error", log: (_level, message) => log.error({ said: message }, "better-auth reports a failure") },
    session: {
      expiresIn: (absoluteLimitMs + callGraceMs) / 1000,
      freshAge: freshForS,
      disableSessionRefresh: true,
      additionalFields: { seenAt: { type: "date", required: false, input: false } },
    },
    advanced: {
      cookiePrefix,
      ipAddress: { disableIpTracking: true },
      database: { generateId: () => random.hex(16) },
    },
    plugins: [
      sessionOpener,
      passkey({
        rpID: new URL(origin).hostname,
        rpName: "Jikimi",
        origin,
        registration: {
          afterVerification: ({ verification }) => verified(verification.registrationInfo?.userVerified),
        },
        authentication: {
          afterVerification: ({ verification }) => verified(verification.authenticationInfo.userVerified),
        },
        authenticatorSelection: { residentKey: "required", userVerification: "required" },
      }),
    ],
  });
}

export type BetterAuth = ReturnType<typeof betterAuthFor>;

/** The library takes a passkey that only says that somebody was there; ours has to say that it was its owner. */
function verified(userVerified: boolean | undefined): void {
  if (userVerified !== true) throw new APIError("UNAUTHORIZED", { message: "the user was not verified" });
}

/** Opens a session for somebody who has proved who they are elsewhere. */
const sessionOpener = {
  id: "jikimi-session-opener",
  endpoints: {
    openSession: createAuthEndpoint.serverOnly(
      { method: "POST", body: z.object({ userId: z.string() }) },
      async (ctx) => {
        const user = await ctx.context.internalAdapter.findUserById(ctx.body.userId);
        if (user === null) throw new APIError("NOT_FOUND", { message: "no such account" });
        const session = await ctx.context.internalAdapter.createSession(user.id);
        await setSessionCookie(ctx, { session, user });
        return ctx.json({ session });
      },
    ),
  },
} satisfies BetterAuthPlugin;
