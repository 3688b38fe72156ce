import type { Clock, Timer } from "@jikimi/kernel";
import type { HeaderLines, SessionTimerState } from "../api.ts";
import type { SipRequest, SipResponse } from "../message/message.ts";
import { parseParams } from "../message/params.ts";

/** The smallest session interval we accept; RFC 4028 §5 forbids less. */
export const MIN_SESSION_SECONDS = 90;

type SessionExpires = { readonly seconds: number; readonly refresher: "uac" | "uas" | null };

function parseSessionExpires(text: string | null): SessionExpires | null {
  if (text === null) return null;
  const semicolon = text.indexOf(";");
  const digits = (semicolon < 0 ? text : text.slice(0, semicolon)).trim();
  if (!/^\d{1,9}$/.test(digits)) return null;
  const refresher = semicolon < 0 ? undefined : parseParams(text, semicolon).get("refresher")?.toLowerCase();
  return { seconds: Number(digits), refresher: refresher === "uac" || refresher === "uas" ? refresher : null };
}

export type SessionAnswer =
  | { readonly kind: "ok"; readonly session: SessionTimerState | null; readonly headers: HeaderLines }
  /** Answer 422 with Min-SE. */
  | { readonly kind: "too-small" };

/** What we answer to the session timer of an INVITE or UPDATE (RFC 4028 §9). `wished` is what we want where nothing is asked. */
export function answerSession(request: SipRequest, wished: SessionTimerState | null): SessionAnswer {
  const peerCan = request.headers.lists("supported", "timer") || request.headers.lists("require", "timer");
  const asked = parseSessionExpires(request.headers.get("session-expires"));
  if (asked === null && wished === null) return { kind: "ok", session: null, headers: [] };
  if (asked !== null && asked.seconds < MIN_SESSION_SECONDS && peerCan) return { kind: "too-small" };
  const expiresSeconds = Math.max(MIN_SESSION_SECONDS, asked?.seconds ?? wished?.expiresSeconds ?? 0);
  const refresher = peerCan && asked?.refresher !== "uas" ? "uac" : "uas";
  const headers: [string, string][] = [["Session-Expires", `${expiresSeconds};refresher=${refresher}`]];
  if (refresher === "uac") headers.push(["Require", "timer"]);
  return { kind: "ok", session: { expiresSeconds, refresher: refresher === "uac" ? "remote" : "local" }, headers };
}

/** What a 2xx to our INVITE or UPDATE made of the session timer (RFC 4028 §7.2). */
export function sessionOfAnswer(response: SipResponse, asked: SessionTimerState | null): SessionTimerState | null {
  const answered = parseSessionExpires(response.headers.get("session-expires"));
  if (answered === null) return asked === null ? null : { ...asked, refresher: "local" };
  const expiresSeconds = Math.max(MIN_SESSION_SECONDS, answered.seconds);
  return { expiresSeconds, refresher: answered.refresher === "uas" ? "remote" : "local" };
}

/** The headers of a request of ours that refreshes the session. */
export function sessionHeaders(session: SessionTimerState | null): HeaderLines {
  if (session === null) return [];
  return [["Session-Expires", `${session.expiresSeconds};refresher=${session.refresher === "local" ? "uac" : "uas"}`]];
}

/** The Min-SE of a 422, or null. */
export function minSessionOf(response: SipResponse): number | null {
  const digits = /^\s*(\d{1,9})/.exec(response.headers.get("min-se") ?? "")?.[1];
  return digits === undefined ? null : Math.max(MIN_SESSION_SECONDS, Number(digits));
}

/** Watches one session: asks for a refresh at half time when that is ours, and says when nobody refreshed in time. */
export class SessionTimer {
  readonly #clock: Clock;
  readonly #refresh: () => void;
  readonly #expire: () => void;
  readonly #timers: Timer[] = [];

  constructor({ clock, refresh, expire }: { clock: Clock; refresh: () => void; expire: () => void }) {
    this.#clock = clock;
    this.#refresh = refresh;
    this.#expire = expire;
  }

  /** Starts the interval anew; null stops it. The end comes a little early, so that BYE precedes the peer's (§10). */
  arm(session: SessionTimerState | null): void {
    this.stop();
    if (session === null) return;
    const { expiresSeconds } = session;
    const endSeconds = expiresSeconds - Math.min(32, Math.floor(expiresSeconds / 3));
    this.#timers.push(this.#clock.after(endSeconds * 1_000, this.#expire));
    if (session.refresher === "local") this.#timers.push(this.#clock.after(expiresSeconds * 500, this.#refresh));
  }

  stop(): void {
    for (const timer of this.#timers.splice(0)) timer.cancel();
  }
}
