import type { Department, DirectoryView, Person, Trunk } from "@jikimi/directory";
import {
  type AgentId,
  type CallDirection,
  type CallId,
  type EpochMs,
  type Log,
  makeId,
  type Random,
} from "@jikimi/kernel";
import type { IncomingInvite } from "@jikimi/sip";
import { Call, type CallEnd } from "./call.ts";
import type { CallDeps } from "./call-deps.ts";
import { DeskCommands } from "./desk-commands.ts";
import { echoUser, runEchoTest } from "./echo-test.ts";
import { mapFailure } from "./failure-codes.ts";
import { runInboundCall } from "./inbound-call.ts";
import { MediaWatch } from "./media-watch.ts";
import { runOutboundCall } from "./outbound-call.ts";
import { PlayedWatch } from "./playing.ts";
import { PoliciesInForce } from "./policies-in-force.ts";
import { type TrialLine, trialPrefix } from "./trial-lines.ts";

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
  /** What agents do from the desk with their calls. */
  readonly desk: DeskCommands;
  /** By who listens to themselves: one at a time. */
  readonly #echoes = new Map<AgentId, AbortController>();
  #closing = false;

  constructor(deps: CallDeps, { random, log, maxCalls }: { random: Random; log: Log; maxCalls: number }) {
    this.#deps = deps;
    this.#random = random;
    this.#log = log;
    this.#maxCalls = maxCalls;
    this.#policies = new PoliciesInForce(log);
    this.#played = new PlayedWatch({ media: deps.media, clock: deps.clock });
    this.#watch = new MediaWatch(deps, (callId) => this.find(callId));
    this.desk = new DeskCommands({ deps, find: (callId) => this.find(callId) });
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
    for (const echo of this.#echoes.values()) echo.abort();
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
    const { trials } = this.#deps;
    if (trials.isVisitor(invite.source) || (dialled.startsWith(trialPrefix) && !isPersonOf(directory, invite))) {
      const line = trials.take(dialled, invite.source);
      return line === null || line.callee !== null ? refuse("not-authorised") : this.#trialInbound(invite, line);
    }
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
    if (dialled === echoUser) return this.#echo(invite, person);
    if (dialled.startsWith(trialPrefix)) {
      const line = trials.take(dialled, invite.source);
      if (line === null || line.callee === null || line.agentId !== person.id) return refuse("unknown-number");
      return this.#outbound(invite, person, { ...line.callee, trial: line });
    }
    const number = await this.#numberOf(dialled, person);
    this.#outbound(invite, person, { number, trunk: directory.outboundTrunks()[0] ?? null, trial: null });
  }

  /** What was dialled, or the other party's number of an earlier call of theirs, which their page is never told. */
  async #numberOf(dialled: string, person: Person): Promise<string | null> {
    const { routing } = this.#deps;
    if (!dialled.startsWith(callBackPrefix)) return routing.dialledNumber(dialled);
    const callId = dialled.slice(callBackPrefix.length) as CallId;
    const number = await this.#deps.numberToCallBack(callId, person.id).catch((cause: unknown) => {
      this.#log.error({ cause, callId }, "the number of an earlier call could not be read");
      return null;
    });
    return number === null ? null : routing.dialledNumber(number);
  }

  #inbound(
    invite: IncomingInvite,
    department: Department,
    dialled: string,
    practice: { readonly line: TrialLine; readonly person: Person } | null = null,
  ): void {
    const from = practice?.line.kind === "self" ? null : (invite.assertedIdentity ?? invite.from).user;
    const inForce = this.#policies.of(department, this.#deps.directory(), this.#deps.clock.nowMs());
    const policy = practice?.line.policy ?? inForce;
    if (policy === null) return invite.reject(503, { reason: "Service Unavailable" });
    const trial = practice?.line ?? (isSimulated(invite) ? anySimulated : null);
    const call = this.#open("inbound", department, { from, to: dialled, line: dialled, other: from, trial });
    practice?.line.onCall?.(call.id);
    invite.cancelled.addEventListener("abort", () => call.finish({ by: "caller", reason: "cancelled" }), {
      once: true,
    });
    const rule = { policy, otherNumber: from, only: practice?.person ?? null };
    this.#run(call, runInboundCall(call, invite, rule, this.#deps));
  }

  /** Practice rings its one agent, on the line of their department, or of any where they have none. */
  #trialInbound(invite: IncomingInvite, line: TrialLine): void {
    const directory = this.#deps.directory();
    const person = directory.person(line.agentId);
    const department =
      (person?.departmentId == null ? null : directory.department(person.departmentId)) ?? directory.departments[0];
    if (person === null || department === undefined) return invite.reject(480);
    const dialled = department.displayNumber ?? directory.numbers[0]?.number ?? "trial";
    this.#inbound(invite, department, dialled, { line, person });
  }

  #echo(invite: IncomingInvite, person: Person): void {
    this.#echoes.get(person.id)?.abort();
    const stop = new AbortController();
    this.#echoes.set(person.id, stop);
    const { clock, media, sounds } = this.#deps;
    const language = this.#deps.directory().organisation?.language ?? "ko";
    const sound = sounds.announcement("echo-test", { language, departmentId: person.departmentId });
    const callId = makeId("echo", clock.nowMs(), this.#random) as CallId;
    void runEchoTest(invite, { callId, sound }, { clock, media, played: this.#played }, { signal: stop.signal })
      .catch((cause: unknown) => this.#log.warn({ cause }, "an echo test failed"))
      .finally(() => {
        if (this.#echoes.get(person.id) === stop) this.#echoes.delete(person.id);
      });
  }

  #outbound(
    invite: IncomingInvite,
    person: Person,
    { number, trunk, trial }: { number: string | null; trunk: Trunk | null; trial: TrialLine | null },
  ): void {
    const { clock, roster } = this.#deps;
    const directory = this.#deps.directory();
    const department = person.departmentId === null ? null : directory.department(person.departmentId);
    const inForce = department === null ? null : this.#policies.of(department, directory, clock.nowMs());
    const policy = trial?.policy ?? inForce;
    if (department === null || policy === null || trunk === null || department.displayNumber === null) {
      this.#log.warn(
        { agentId: person.id },
        "an agent cannot dial out: department, policy, trunk or number is missing",
      );
      return invite.reject(503, { reason: "Service Unavailable" });
    }
    if (number === null) return invite.reject(484, { reason: "Address Incomplete" });
    const numberShown = department.displayNumber;
    const call = this.#open("outbound", department, {
      from: person.sipUsername,
      to: number,
      line: numberShown,
      other: number,
      trial: trial ?? (isSimulated(invite) ? anySimulated : null),
    });
    trial?.onCall?.(call.id);
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
    numbers: { from: string | null; to: string; line: string; other: string | null; trial: Practice | null },
  ): Call {
    const { clock, journal } = this.#deps;
    const startedAtMs = clock.nowMs() as EpochMs;
    const id = makeId("c", startedAtMs, this.#random) as CallId;
    const { from, to, line, other, trial } = numbers;
    const trialKind = trial?.kind ?? null;
    const call = new Call({
      id,
      direction,
      startedAtMs,
      department,
      log: this.#log,
      played: this.#played,
      recognizer:
        trial?.recognizer ?? this.#deps.directory().recognizerOf(department, line) ?? this.#deps.hearing.recognizer,
      trialKind,
      clock,
      journal,
    });
    const simulated = trialKind !== null;
    const opening = { callId: id, direction, callerNumber: other, lineNumber: line, startedAtMs, simulated, trialKind };
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

/** What a call is opened with when it is practice. */
type Practice = Pick<TrialLine, "kind" | "recognizer">;

/** A telephone that says of itself that it is simulated, on a line that is nobody's in particular. */
const anySimulated: Practice = { kind: "simulated", recognizer: null };

/** `callback-CALLID` dials the other party of an earlier call. */
const callBackPrefix = "callback-";

function isPersonOf(directory: DirectoryView, { from }: IncomingInvite): boolean {
  return from.user !== null && directory.personByUsername(from.user) !== null;
}

/** The trial's own telephones say so; believed from this machine only, so that nobody passes a real call off as practice. */
function isSimulated(invite: IncomingInvite): boolean {
  const { remoteHost } = invite.source;
  const local = remoteHost.startsWith("127.") || remoteHost === "::1";
  return local && invite.request.headers.get("X-Jikimi-Simulated") !== null;
}
