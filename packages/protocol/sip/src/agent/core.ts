import type { Clock, Log, Random } from "@jikimi/kernel";
import type { Dialog, HeaderLines, SessionTimerState, SipLimits } from "../api.ts";
import type { SipRequest } from "../message/message.ts";
import { formatSipUri, sipUri } from "../message/uri.ts";
import type { ServerTransaction } from "../transaction/server-transaction.ts";
import type { TimerSettings } from "../transaction/timers.ts";
import type { TransactionLayer } from "../transaction/transaction-layer.ts";
import type { Hop, TransportLayer } from "../transport/transport-layer.ts";
import type { RequestSender } from "./request-sender.ts";

/** What the parts of one agent share: wiring, never state of a call. */
export type AgentCore = {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly userAgent: string;
  readonly contactUser: string;
  readonly limits: SipLimits;
  readonly timers: Omit<TimerSettings, "reliable">;
  readonly sessionTimer: { readonly expiresSeconds: number } | null;
  readonly transports: TransportLayer;
  readonly transactions: TransactionLayer;
  readonly sender: RequestSender;
  readonly dialogs: DialogTable;
};

/** A dialog as the agent's table holds it: where its requests go. */
export interface DialogEntry extends Dialog {
  readonly isConfirmed: boolean;
  receive(transaction: ServerTransaction): void;
  receiveAck(ack: SipRequest): void;
}

export interface DialogTable {
  add(dialog: DialogEntry): void;
  remove(dialog: DialogEntry): void;
}

export const ALLOWED_METHODS = "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, INFO, PRACK, REFER, NOTIFY";
const SUPPORTED_OPTIONS = "100rel, timer, replaces";
const KNOWN_OPTIONS: ReadonlySet<string> = new Set(["100rel", "timer", "replaces"]);

export function newTag(random: Random): string {
  return random.hex(6);
}

/** Our Contact over this hop: where the peer's requests reach us. `line` is a parameter that comes back with them. */
export function contactFor(hop: Hop, user: string, line: string | null = null): string {
  const { host, port } = hop.transport.advertised;
  const params = new Map([
    ...(hop.transport.name === "UDP" ? [] : [["transport", hop.transport.name.toLowerCase()] as const]),
    ...(line === null ? [] : [["line", line] as const]),
  ]);
  return `<${formatSipUri(sipUri({ user, host, port, params }))}>`;
}

/** What every INVITE and its 2xx says about us. */
export const CAPABILITIES: HeaderLines = [
  ["Allow", ALLOWED_METHODS],
  ["Supported", SUPPORTED_OPTIONS],
];

/** Options of a Require header that we do not know (RFC 3261 §8.2.2.3). */
export function unknownOptions(request: SipRequest): string[] {
  return request.headers.values("require").filter((option) => !KNOWN_OPTIONS.has(option.toLowerCase()));
}

/** The session timer that this agent asks for in calls of its own. */
export function wishedSession(core: AgentCore): SessionTimerState | null {
  return core.sessionTimer === null ? null : { expiresSeconds: core.sessionTimer.expiresSeconds, refresher: "local" };
}
