import type { Trunk } from "@jikimi/directory";
import type { AgentId, CallId, Clock, Random, RecognizerName, Timer } from "@jikimi/kernel";
import type { Policy } from "@jikimi/protection";
import type { Flow } from "@jikimi/sip";
import type { TrialKind } from "./ports.ts";

/** A line for practice, between one agent and a caller who is none. */
export type TrialLine = {
  readonly kind: TrialKind;
  readonly agentId: AgentId;
  /** Null: whoever listens to every other call. */
  readonly recognizer: RecognizerName | null;
  /** Null: the department's own. */
  readonly policy: Policy | null;
  /** Where the caller's telephone is, for a line that the agent dials; null: the caller dials it. */
  readonly callee: { readonly number: string; readonly trunk: Trunk } | null;
  readonly onCall?: (callId: CallId) => void;
};

/** The user part of a trial line's address is this and its token. */
export const trialPrefix = "trial-";
/** A line that nobody has used by then is gone. */
const unusedForMs = 5 * 60_000;

type Open = { readonly line: TrialLine; readonly expiry: Timer; visitor: string | null };

/**
 * The trial lines that are open. Each is known by a token that nobody can guess; a simulated caller's or an agent's
 * telephone needs nothing else. Somebody who speaks themselves comes over one WebSocket connection that the token opens
 * once: it leads to this one agent and nowhere else, and closes the line when it closes.
 */
export class TrialLines {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #open = new Map<string, Open>();
  readonly #visitors = new Map<string, string>();

  constructor({ clock, random }: { clock: Clock; random: Random }) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Returns the token. */
  open(line: TrialLine): string {
    const token = this.#random.hex(16);
    const expiry = this.#clock.after(unusedForMs, () => this.close(token));
    this.#open.set(token, { line, expiry, visitor: null });
    return token;
  }

  close(token: string): void {
    this.#open.get(token)?.expiry.cancel();
    this.#open.delete(token);
  }

  /** Whether this token may open a connection: once, and only for somebody who speaks themselves. */
  mayConnect(token: string): boolean {
    const open = this.#open.get(token);
    return open !== undefined && open.line.kind === "self" && open.visitor === null;
  }

  connected(token: string, { connectionId }: Flow): void {
    const open = this.#open.get(token);
    if (open === undefined || connectionId === null) return;
    open.expiry.cancel();
    open.visitor = connectionId;
    this.#visitors.set(connectionId, token);
  }

  disconnected({ connectionId }: Flow): void {
    const token = connectionId === null ? undefined : this.#visitors.get(connectionId);
    if (connectionId === null || token === undefined) return;
    this.#visitors.delete(connectionId);
    this.close(token);
  }

  /** Came over a connection that a trial's token opened: nothing but that trial is for them. */
  isVisitor({ connectionId }: Flow): boolean {
    return connectionId !== null && this.#visitors.has(connectionId);
  }

  /** The line that was dialled, if it may be from there. A simulated caller's serves one call. */
  take(dialled: string, source: Flow): TrialLine | null {
    if (!dialled.startsWith(trialPrefix)) return null;
    const token = dialled.slice(trialPrefix.length);
    const open = this.#open.get(token);
    if (open === undefined) return null;
    if (open.line.kind === "self") {
      return open.visitor !== null && open.visitor === source.connectionId ? open.line : null;
    }
    this.close(token);
    return open.line;
  }
}
