import type { Department, Person } from "@jikimi/directory";
import { type CallDirection, type CallId, type EpochMs, type Log, makeId, type Random } from "@jikimi/kernel";
import type { IncomingInvite } from "@jikimi/sip";
import { Call, type CallEnd } from "./call.ts";
import type { CallDeps } from "./call-deps.ts";
import { mapFailure } from "./failure-codes.ts";
import { runInboundCall } from "./inbound-call.ts";
import { MediaWatch } from "./media-watch.ts";
import { runOutboundCall } from "./outbound-call.ts";
import { PlayedWatch } from "./playing.ts";
import { PoliciesInForce } from "./policies-in-force.ts";

/** Owns every call from its INVITE to its closed record. */
export class CallControl {
  readonly #deps: CallDeps;
  readonly #random: Random;
  readonly #log: Log;
  readonly #maxCalls: number;
  readonly #calls = new Map<CallId, { call: Call; over: Promise<void> }>();
  readonly #policies: PoliciesInForce;
  readonly #played: PlayedWatch;
  readonly #watch: MediaWatch;
  #closing = false;

  constructor(deps: CallDeps, { random, log, maxCalls }: { random: Random; log: Log; maxCalls: number }) {
    this.#deps = deps;
    this.#random = random;
    this.#log = log;
    this.#maxCalls = maxCalls;
    this.#policies = new PoliciesInForce(log);
    this.#played = new PlayedWatch({ media: deps.media, clock: deps.clock });
    this.#watch = new MediaWatch(deps, (callId) => this.find(callId));
    deps.signalling.userAgent.onInvite((invite) => {
      this.#take(invite).catch((cause: unknown) => {
        log.error({ cause }, "an INVITE could not be taken");
        invite.reject(500);
      });
    });
  }

  get liveCalls(): number {
    return this.#calls.size;
  }

  find(callId: CallId): Call | null {
    return this.#calls.get(callId)?.call ?? null;
  }

  list(): readonly Call[] {
    return [...this.#calls.values()].map(({ call }) => call);
  }

  /** No new calls; those that live are told and ended, and their records closed. */
  async close(): Promise<void> {
    this.#closing = true;
    for (const { call } of this.#calls.values()) call.finish({ by: "jikimi", reason: "shutting-down" });
    await Promise.all([...this.#calls.values()].map(({ over }) => over));
    this.#watch.close();
    this.#played.close();
  }

  /**
   * Who may call what: a carrier's trunk our own numbers; one of our people, by password, any number. Everybody else
   * is asked for a password and learns nothing.
   */
  async #take(invite: IncomingInvite): Promise<void> {
    const refuse = (kind: "shutting-down" | "overloaded" | "unknown-number" | "not-authorised") => {
      const { status, reason } = mapFailure({ kind });
      invite.reject(status, { reason });
    };
    if (this.#closing) return refuse("shutting-down");
    if (this.#calls.size >= this.#maxCalls) return refuse("overloaded");
    const directory = this.#deps.directory();
    const dialled = invite.requestUri.user ?? "";
    const caller = invite.from.user === null ? null : directory.personByUsername(invite.from.user);
    if (caller === null && this.#deps.signalling.trunkOf(invite) !== null) {
      // A provider that we registered with may ring our Contact, and name the number only in To.
      for (const number of [dialled, invite.to.user ?? ""]) {
        const department = directory.departmentOfNumber(number);
        if (department !== null) return this.#inbound(invite, department, number);
      }
      this.#log.info({ pii: { dialled } }, "a number that is not ours was dialled");
      return refuse("unknown-number");
    }
    const proved = await invite.authenticate(this.#deps.signalling.authority);
    if (proved.kind !== "authenticated") return;
    const person = directory.personByUsername(proved.username);
    if (person === null || person.sipUsername !== invite.from.user) return refuse("not-authorised");
    this.#outbound(invite, person, dialled);
  }

  #inbound(invite: IncomingInvite, department: Department, dialled: string): void {
    const from = (invite.assertedIdentity ?? invite.from).user;
    const policy = this.#policies.of(department, this.#deps.directory(), this.#deps.clock.nowMs());
    if (policy === null) return invite.reject(503, { reason: "Service Unavailable" });
    const simulated = isSimulated(invite);
    const call = this.#open("inbound", department, { from, to: dialled, line: dialled, other: from, simulated });
    invite.cancelled.addEventListener("abort", () => call.finish({ by: "caller", reason: "cancelled" }), {
      once: true,
    });
    this.#run(call, runInboundCall(call, invite, { policy, otherNumber: from }, this.#deps));
  }

  #outbound(invite: IncomingInvite, person: Person, dialled: string): void {
    const { clock, roster, routing } = this.#deps;
    const directory = this.#deps.directory();
    const number = routing.dialledNumber(dialled);
    const department = person.departmentId === null ? null : directory.department(person.departmentId);
    const trunk = directory.outboundTrunks()[0];
    const policy = department === null ? null : this.#policies.of(department, directory, clock.nowMs());
    if (department === null || policy === null || trunk === undefined || department.displayNumber === null) {
      this.#log.warn(
        { agentId: person.id },
        "an agent cannot dial out: department, policy, trunk or number is missing",
      );
      return invite.reject(503, { reason: "Service Unavailable" });
    }
    if (number === null) return invite.reject(484, { reason: "Address Incomplete" });
    const numberShown = department.displayNumber;
    const simulated = isSimulated(invite);
    const call = this.#open("outbound", department, {
      from: person.sipUsername,
      to: number,
      line: numberShown,
      other: number,
      simulated,
    });
    call.assignAgent(person.id);
    if (!roster.talking(person.id, call.id)) {
      invite.reject(486, { reason: "Busy Here" });
      call.finish({ by: "jikimi", reason: "not-reached" });
    }
    this.#run(call, runOutboundCall(call, invite, { number, numberShown, trunk, policy }, this.#deps));
  }

  #open(
    direction: CallDirection,
    department: Department,
    numbers: { from: string | null; to: string; line: string; other: string | null; simulated: boolean },
  ): Call {
    const { clock, journal } = this.#deps;
    const startedAtMs = clock.nowMs() as EpochMs;
    const id = makeId("c", startedAtMs, this.#random) as CallId;
    const call = new Call({
      id,
      direction,
      startedAtMs,
      department,
      log: this.#log,
      played: this.#played,
      clock,
      journal,
    });
    const { from, to, line, other, simulated } = numbers;
    const opening = { callId: id, direction, callerNumber: other, lineNumber: line, startedAtMs, simulated };
    journal.open(opening, { kind: "invite", direction, from: from ?? "", to, atMs: 0 });
    journal.append(id, { kind: "routed", departmentId: department.id, atMs: 0 }, { departmentId: department.id });
    return call;
  }

  #run(call: Call, flow: Promise<void>): void {
    const over = flow
      .catch((cause: unknown) => {
        call.log.error({ cause }, "a call's flow failed");
        call.tell({ kind: "fault", where: "call", why: cause instanceof Error ? cause.message : String(cause) });
        call.finish({ by: "jikimi", reason: "fault" });
      })
      .then(() => this.#afterwards(call))
      .catch((cause: unknown) => call.log.error({ cause }, "a call could not be closed in order"))
      .finally(() => {
        this.#calls.delete(call.id);
        this.#watch.forget(call.id);
        this.#deps.recordings.forget(call.id);
      });
    this.#calls.set(call.id, { call, over });
  }

  /** The same order for every call: hang up, close what is open, close the record, let the agent go. */
  async #afterwards(call: Call): Promise<void> {
    const { clock, hearing, media, recordings, roster } = this.#deps;
    const end: CallEnd = call.end ?? { by: "jikimi", reason: "hung-up" };
    call.finish(end);
    call.tell({ kind: "bye", by: end.by, reason: end.reason });
    void call.hangUpLegs();
    await recordings.stop(call);
    await hearing.stop(call);
    await media.release({ callId: call.id }).catch(() => {});
    call.put({ kind: "over", by: end.reason === "fault" || end.reason === "media-lost" ? "fault" : end.by });
    call.inbox.close();
    await call.protecting;
    const change = { state: "ended", endedAtMs: clock.nowMs(), endReason: end.reason } as const;
    call.tell({ kind: "ended", by: end.by, reason: end.reason }, { change });
    if (call.agentId !== null) roster.callOver(call.agentId, call.id, { connected: call.talking });
  }
}

/** The trial's own telephones say so; believed from this machine only, so that nobody passes a real call off as practice. */
function isSimulated(invite: IncomingInvite): boolean {
  const { remoteHost } = invite.source;
  const local = remoteHost.startsWith("127.") || remoteHost === "::1";
  return local && invite.request.headers.get("X-Jikimi-Simulated") !== null;
}
