import { isIP } from "node:net";
import {
  type BrowserSessions,
  cookieOf,
  type PasskeyCeremonies,
  type PasskeyOptions,
  type Session,
  type Visit,
} from "@jikimi/identity";
import type { AgentId, EpochMs } from "@jikimi/kernel";
import { isAPIError } from "better-auth/api";
import { type BetterAuth, type BetterAuthParts, betterAuthFor, cookiePrefix } from "./better-auth.ts";

/** Addresses that one server is reached under: few, and the edge lets through no others. */
const mostOrigins = 32;

/** Sessions in cookies and WebAuthn ceremonies, on better-auth. */
export class BetterAuthSessions implements BrowserSessions, PasskeyCeremonies {
  readonly #parts: BetterAuthParts;
  readonly #byOrigin = new Map<string, BetterAuth>();

  constructor(parts: BetterAuthParts) {
    this.#parts = parts;
  }

  async open(personId: AgentId, visit: Visit): Promise<Session> {
    const { api } = this.#at(visit);
    const opened = await api.openSession({
      body: { userId: personId },
      headers: headersOf(visit),
      returnHeaders: true,
    });
    keepCookies(opened.headers, visit);
    return toSession(opened.response.session);
  }

  claimed(visit: Visit): string | null {
    return cookieOf(visit.cookies, sessionCookie(visit));
  }

  async read(visit: Visit): Promise<Session | null> {
    const query = { disableRefresh: true, disableCookieCache: true };
    const found = await this.#at(visit).api.getSession({ headers: headersOf(visit), query });
    return found === null ? null : toSession(found.session);
  }

  forget(visit: Visit): void {
    const secure = visit.origin.startsWith("https:") ? "; Secure" : "";
    visit.setCookie(`${sessionCookie(visit)}=; Max-Age=0; Path=/; HttpOnly; SameSite=Lax${secure}`);
  }

  offeredAt(origin: string): boolean {
    const { protocol, hostname } = new URL(origin);
    const isName = isIP(hostname.replace(/^\[|\]$/g, "")) === 0;
    return isName && (protocol === "https:" || hostname === "localhost" || hostname.endsWith(".localhost"));
  }

  async begin(visit: Visit, label: string): Promise<PasskeyOptions | "too-old"> {
    const { api } = this.#at(visit);
    const answer = await unlessRefused(
      api.generatePasskeyRegistrationOptions({ headers: headersOf(visit), query: {}, returnHeaders: true }),
    );
    if (answer === null) return "too-old";
    keepCookies(answer.headers, visit);
    const { user, ...rest } = answer.response;
    return { ...rest, user: { ...user, name: label, displayName: label } };
  }

  async add(visit: Visit, response: unknown, name: string): Promise<"added" | "too-old" | "refused"> {
    const { api } = this.#at(visit);
    const body = { response, name };
    try {
      await api.verifyPasskeyRegistration({ headers: headersOf(visit), body });
      return "added";
    } catch (failure) {
      if (!isAPIError(failure)) throw failure;
      return failure.status === "FORBIDDEN" ? "too-old" : "refused";
    }
  }

  async beginSignIn(visit: Visit): Promise<PasskeyOptions> {
    // Without the session's cookie: every passkey of this address may answer, whoever was signed in before.
    const headers = headersOf({ ...visit, cookies: "" });
    const answer = await this.#at(visit).api.generatePasskeyAuthenticationOptions({ headers, returnHeaders: true });
    keepCookies(answer.headers, visit);
    return { ...answer.response, userVerification: "required" };
  }

  async signIn(visit: Visit, response: unknown): Promise<Session | null> {
    const answer = await unlessRefused(
      this.#at(visit).api.verifyPasskeyAuthentication({
        headers: headersOf(visit),
        body: { response: response as AuthenticationResponse },
        returnHeaders: true,
      }),
    );
    if (answer === null) return null;
    keepCookies(answer.headers, visit);
    return toSession(answer.response.session);
  }

  #at({ origin }: Visit): BetterAuth {
    const known = this.#byOrigin.get(origin);
    if (known !== undefined) return known;
    const made = betterAuthFor(origin, this.#parts);
    this.#byOrigin.set(origin, made);
    const oldest = this.#byOrigin.keys().next();
    if (this.#byOrigin.size > mostOrigins && !oldest.done) this.#byOrigin.delete(oldest.value);
    return made;
  }
}

function headersOf({ cookies, origin }: Visit): Headers {
  return new Headers({ origin, ...(cookies === "" ? {} : { cookie: cookies }) });
}

function keepCookies(headers: Headers, visit: Visit): void {
  for (const cookie of headers.getSetCookie()) visit.setCookie(cookie);
}

function sessionCookie({ origin }: Visit): string {
  return `${origin.startsWith("https:") ? "__Secure-" : ""}${cookiePrefix}.session_token`;
}

/** Null when the library says no to what it was given; its own failures are failures. */
async function unlessRefused<T>(asked: Promise<T>): Promise<T | null> {
  try {
    return await asked;
  } catch (failure) {
    if (isAPIError(failure) && failure.statusCode < 500) return null;
    throw failure;
  }
}

/** The library checks it by its signature; here it is what came from the browser. */
type AuthenticationResponse = NonNullable<
  Parameters<BetterAuth["api"]["verifyPasskeyAuthentication"]>[0]
>["body"]["response"];

type SessionRow = { id: string; userId: string; createdAt: Date; seenAt?: Date | null | undefined };

function toSession({ id, userId, createdAt, seenAt }: SessionRow): Session {
  const openedAtMs = createdAt.getTime() as EpochMs;
  const seenAtMs = (seenAt?.getTime() ?? openedAtMs) as EpochMs;
  return { id, personId: userId as AgentId, openedAtMs, seenAtMs };
}
