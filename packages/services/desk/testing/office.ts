import { AgentRoster, type CallEventBody, PoliciesInForce } from "@jikimi/calls";
import { Directory, type Person } from "@jikimi/directory";
import { MemoryDirectoryStore } from "@jikimi/directory/testing";
import { type CallChange, CallRecords, type JournalEvent, type SpoolingJournal } from "@jikimi/incidents";
import { journalBench } from "@jikimi/incidents/testing";
import {
  type AgentId,
  type CallId,
  type DepartmentId,
  type EpochMs,
  type IncidentId,
  Listeners,
  type ManualClock,
  silentLog,
} from "@jikimi/kernel";
import { type DeskState, type ServerMessage, serverMessage } from "@jikimi/live-events";
import { defaultPolicy } from "@jikimi/protection";
import { Desk } from "../src/desk.ts";
import type { DeskVisitor } from "../src/desk-feed.ts";
import type { DeskPhones, ServiceHealth } from "../src/ports.ts";
import { MemoryDeskStore } from "./memory-desk-store.ts";

const lineNumber = "+827000000120";
const wrapUpMs = 60_000;

/** A browser tab that reads everything it is sent; `slow` keeps what comes on the network until `arrive`. */
class TestPage {
  readonly messages: ServerMessage[] = [];
  readonly #waiting: (() => void)[] = [];
  slow = false;

  readonly wire = {
    send: (message: ServerMessage, sent: () => void): void => {
      this.messages.push(serverMessage.parse(structuredClone(message)));
      if (this.slow) this.#waiting.push(sent);
      else sent();
    },
  };

  /** What is on its way has come: the next may be sent. */
  arrive(): void {
    this.#waiting.shift()?.();
  }

  get states(): readonly DeskState[] {
    return this.of("desk").map(({ state }) => state);
  }

  get state(): DeskState {
    const state = this.states.at(-1);
    if (state === undefined) throw new Error("no state came");
    return state;
  }

  of<K extends ServerMessage["kind"]>(kind: K): readonly Extract<ServerMessage, { kind: K }>[] {
    return this.messages.filter((message) => message.kind === kind) as never;
  }
}

class TestPhones implements DeskPhones {
  readonly #changes = new Listeners<{ readonly agentId: AgentId }>();
  readonly #taken = new Listeners<{ readonly agentId: AgentId; readonly tab: string }>();
  readonly #tabs = new Map<AgentId, string>();

  view(agentId: AgentId, tab: string | null): DeskState["phone"] {
    const holder = this.#tabs.get(agentId);
    return {
      holder: holder === undefined ? "nobody" : holder === tab ? "this-tab" : "other-tab",
      registered: holder !== undefined,
      otherPhones: 0,
    };
  }

  onChange(listener: (change: { readonly agentId: AgentId }) => void): () => void {
    return this.#changes.add(listener);
  }

  onTaken(listener: (taken: { readonly agentId: AgentId; readonly tab: string }) => void): () => void {
    return this.#taken.add(listener);
  }

  take(agentId: AgentId, tab: string): void {
    const before = this.#tabs.get(agentId);
    this.#tabs.set(agentId, tab);
    if (before !== undefined && before !== tab) this.#taken.emit({ agentId, tab: before });
    this.#changes.emit({ agentId });
  }
}

type CallParts = {
  readonly clock: ManualClock;
  readonly journal: SpoolingJournal;
  readonly departmentId: DepartmentId;
  readonly roster: AgentRoster;
};

/** One call, told step by step as `services/calls` tells it. */
class TestCall {
  readonly #office: CallParts;
  readonly callId: CallId;
  readonly startedAtMs: EpochMs;

  constructor(
    office: CallParts,
    callId: string,
    { direction = "inbound", callerNumber = "+821012345678", simulated = false, from }: Partial<Opening>,
  ) {
    this.#office = office;
    const { clock, journal, departmentId } = office;
    this.callId = callId as CallId;
    this.startedAtMs = clock.nowMs();
    const opening = {
      callId: this.callId,
      direction,
      callerNumber,
      lineNumber,
      startedAtMs: this.startedAtMs,
      simulated,
      trialKind: simulated ? ("simulated" as const) : null,
    };
    const invite = { kind: "invite", direction, from: from ?? callerNumber ?? "", to: lineNumber, atMs: 0 };
    journal.open(opening, invite);
    journal.append(this.callId, { kind: "routed", departmentId, atMs: 0 } as JournalEvent, { departmentId });
  }

  tell(body: CallEventBody, change?: CallChange): void {
    this.#office.journal.append(
      this.callId,
      { ...body, atMs: this.#office.clock.nowMs() - this.startedAtMs } as JournalEvent,
      change,
    );
  }

  ring({ id: agentId }: Person): void {
    this.#office.roster.claimPerson(agentId, this.callId);
    this.tell({ kind: "ringing", agentId });
  }

  missed({ id: agentId }: Person): void {
    this.tell({ kind: "not-reached", agentId, why: "no-answer" });
    this.#office.roster.ringStopped(agentId, this.callId, "missed");
  }

  talk({ id: agentId }: Person): void {
    this.#office.roster.talking(agentId, this.callId);
    const bridgedAtMs = this.#office.clock.nowMs();
    const change = { state: "talking", bridgedAtMs, agentId, policyId: defaultPolicy.id, policyVersion: 1 } as const;
    this.tell({ kind: "bridged", agentId }, { ...change, recognizer: "demo" });
  }

  say(utteranceId: string, speaker: "caller" | "agent", text: string): void {
    const endMs = this.#office.clock.nowMs() - this.startedAtMs;
    const span = { startMs: Math.max(0, endMs - 1000), endMs };
    const words = text.split(" ").map((word) => ({ text: word, ...span, confidence: 0.9 }));
    this.tell({ kind: "utterance", utteranceId, speaker, text, words, confidence: 0.9, ...span, recognizer: "demo" });
  }

  openIncident(incidentId: string, agent: Person): void {
    const entry = {
      incidentId: incidentId as IncidentId,
      callId: this.callId,
      policyId: defaultPolicy.id,
      policyVersion: 1,
    };
    const cause = { reason: "abuse" };
    const atMs = this.#office.clock.nowMs() - this.startedAtMs;
    const openedAtMs = this.#office.clock.nowMs();
    this.#office.journal.appendWith(
      this.callId,
      { kind: "incident-opened", atMs, ...entry, cause } as JournalEvent,
      ({ seq }) => ({
        incidentOpening: { ...entry, openedAtMs, openedSeq: seq, cause },
      }),
    );
    this.#office.roster.rest(agent.id, 600_000);
  }

  end(agent: Person | null, reason = "hung-up", by: "caller" | "agent" | "jikimi" = "caller"): void {
    this.tell({ kind: "bye", by, reason });
    this.tell(
      { kind: "ended", by, reason },
      { state: "ended", endedAtMs: this.#office.clock.nowMs(), endReason: reason },
    );
    if (agent !== null) this.#office.roster.callOver(agent.id, this.callId);
  }
}

/** Desks over a real journal, roster and directory, stores in memory, time standing still. */
export async function testOffice() {
  const bench = await journalBench();
  const { clock, random, store: callStore } = bench;
  const journal = await bench.start();
  const seal = { seal: (clear: string) => clear, open: (sealed: string) => sealed };
  const directory = await Directory.open({
    store: new MemoryDirectoryStore(),
    seal,
    checkPolicy: () => [],
    clock,
    random,
    log: silentLog,
  });
  const names = { ko: "민원상담과", en: "Civil Affairs" };
  await directory.setOrganisation({ names, language: "ko", timeZone: "Asia/Seoul", sipRealm: "jikimi" });
  await directory.publishPolicy({ id: defaultPolicy.id, body: defaultPolicy, author: "test" });
  const departmentId = "civil" as DepartmentId;
  await directory.addDepartment({
    id: departmentId,
    names,
    recordingMode: "all-call",
    noticeBeforeConnection: true,
    policyId: defaultPolicy.id,
    hours: null,
    ringTimeoutMs: 15_000,
    queueTimeoutMs: 60_000,
    language: "ko",
    displayNumber: null,
    recognizer: null,
  });
  const person = async (sipUsername: string, displayName: string, role: "agent" | "supervisor"): Promise<Person> => {
    const added = await directory.addPerson({ sipUsername, displayName, role, departmentId });
    if (added.kind !== "done") throw new Error("the test's own person was refused");
    return added.value.person;
  };
  const people = {
    kim: await person("kim", "김상담", "agent"),
    lee: await person("lee", "이상담", "agent"),
    park: await person("park", "박팀장", "supervisor"),
  };
  const records = new CallRecords({ store: callStore, journal, clock, random, log: silentLog });
  const deskStore = new MemoryDeskStore(callStore);
  const phones = new TestPhones();
  const view = () => directory.view();
  const health = { now: healthy };
  const parts = {
    journal,
    records,
    directory: view,
    policies: new PoliciesInForce(silentLog),
    store: deskStore,
    phones,
    health: (() => health.now) as ServiceHealth,
    clock,
    random,
    log: silentLog,
  };
  const openDesk = () => {
    const roster = new AgentRoster({
      clock,
      directory: view,
      wrapUpMs: (id) => (desk.feed.hasDesk(id) ? wrapUpMs : 0),
    });
    const desk: Desk = new Desk({ ...parts, roster });
    for (const { id, role } of Object.values(people)) {
      if (role === "agent") roster.apply(id, { kind: "signed-in" });
    }
    return { roster, desk };
  };
  const first = openDesk();

  return {
    ...people,
    ...first,
    clock,
    records,
    deskStore,
    callStore,
    phones,
    health,
    journal,
    /** The server is started anew on the same data. */
    restart: async () => {
      await first.desk[Symbol.asyncDispose]();
      return openDesk();
    },
    open: (who: Person, { tab = "t1", desk = first.desk, slow = false } = {}) => {
      const page = new TestPage();
      page.slow = slow;
      const { id: agentId, displayName, role } = who;
      const visitor: DeskVisitor = { agentId, displayName, role, tab };
      return { page, connection: desk.feed.connect(visitor, page.wire) };
    },
    call: (callId: string, opening: Partial<Opening> = {}) =>
      new TestCall({ clock, journal, departmentId, roster: first.roster }, callId, opening),
    [Symbol.asyncDispose]: async () => {
      const closing = first.desk[Symbol.asyncDispose]();
      await clock.advance(10);
      await closing;
      await bench[Symbol.asyncDispose]();
    },
  };
}

type Opening = {
  readonly direction: "inbound" | "outbound";
  readonly callerNumber: string | null;
  readonly simulated: boolean;
  readonly from: string;
};

const healthy: DeskState["service"] = {
  hearing: "ok",
  media: "ok",
  records: "ok",
  recognizer: "demo",
  limitations: [],
};
