import type { CallEventBody } from "@jikimi/calls";
import { operations } from "@jikimi/http-api";
import type { CallChange, CallOpening } from "@jikimi/incidents";
import type { AgentId, CallId, Clock, DepartmentId, EpochMs, ResourceScope } from "@jikimi/kernel";
import { defaultPolicy } from "@jikimi/protection";
import type { Jikimi } from "../../compose.ts";
import { Instance, loopback } from "../../demo/instance.ts";
import type { BenchWorld } from "../bench.ts";
import { sentences } from "./sentences.ts";

const minuteMs = 60_000;
const betweenCallsMs = 7 * minuteMs;
/** Yesterday: none is still to be written up. */
const newestCallAgoMs = 26 * 60 * minuteMs;
const writtenWithinMs = 60_000;
/** A recogniser tells of a line so long after its last word. */
const heardAfterMs = 300;
const lineLastsMs = 900;
const username = "agent1";

export type Cookie = { readonly name: string; readonly value: string; readonly url: string };

/**
 * A whole Jikimi with one agent signed in on a page. Calls are told to its journal as `services/calls` tells them, so
 * that everything behind is real: board, desk, `/live`, database. Only telephones and the recogniser have no part.
 */
export class DeskServer {
  readonly origin: string;
  /** The session of the agent whose desk it is. */
  readonly cookies: readonly Cookie[];
  readonly #jikimi: Jikimi;
  readonly #clock: Clock;
  readonly #agentId: AgentId;
  readonly #departmentId: DepartmentId;
  #calls = 0;

  private constructor(parts: {
    jikimi: Jikimi;
    clock: Clock;
    origin: string;
    cookies: readonly Cookie[];
    agentId: AgentId;
    departmentId: DepartmentId;
  }) {
    this.#jikimi = parts.jikimi;
    this.#clock = parts.clock;
    this.origin = parts.origin;
    this.cookies = parts.cookies;
    this.#agentId = parts.agentId;
    this.#departmentId = parts.departmentId;
  }

  static async open({ root, clock, random }: BenchWorld, scope: ResourceScope): Promise<DeskServer> {
    const instance = await Instance.prepare({ root, clock, random, scope, settings: { logLevel: "warn" } });
    const jikimi = await instance.start({ trialTrunkPort: 9 });
    const origin = `http://${loopback}:${jikimi.httpPort}`;
    const administrator = { username: "bench-admin", displayName: "측정", password: random.hex(12) };
    await ask(origin, "setup.administrator", administrator);
    const password = jikimi.samplePasswords?.find(({ sipUsername }) => sipUsername === username)?.password;
    const person = jikimi.directory.view().personByUsername(username);
    if (password === undefined || person === null) throw new Error(`the sample has no ${username}`);
    const cookies = await ask(origin, "session.signIn", { username, password });
    const departmentId = jikimi.directory.view().departments[0]?.id;
    if (departmentId === undefined) throw new Error("the sample has no department");
    return new DeskServer({ jikimi, clock, origin, cookies, agentId: person.id, departmentId });
  }

  /** So many calls of earlier days, of every kind that the list knows; resolves when they are all in the database. */
  async remember(count: number): Promise<void> {
    const { journal, desk } = this.#jikimi;
    const newestMs = this.#clock.nowMs() - newestCallAgoMs;
    const oldestMs = newestMs - (count - 1) * betweenCallsMs;
    for (let n = 0; n < count; n += 1) {
      this.#rememberOne(n, (oldestMs + n * betweenCallsMs) as EpochMs);
      if (n % 20 === 0) await journal.settled();
    }
    const deadline = this.#clock.deadline(writtenWithinMs);
    const oldest = { only: "all", limit: 1, startedBeforeMs: oldestMs + 1 } as const;
    while ((await desk.calls.list(this.#agentId, oldest)).length === 0 || journal.health().waiting > 0) {
      await this.#clock.sleep(100);
      if (deadline.aborted) throw new Error("the calls of earlier days were not written down");
    }
    // The newest that was talked on would be on the desk, to be written up.
    const newest = await desk.calls.list(this.#agentId, { only: "all", limit: 5 });
    const talkedOn = newest.find(({ missed }) => !missed);
    if (talkedOn !== undefined) await this.#writeUp(talkedOn.callId as CallId);
  }

  /** The agent is talking to somebody. */
  beginCall(): LiveCall {
    const { roster } = this.#jikimi;
    const tell = this.#open({ startedAtMs: this.#clock.nowMs() });
    roster.claimPerson(this.#agentId, tell.callId);
    tell({ kind: "ringing", agentId: this.#agentId });
    roster.talking(this.#agentId, tell.callId);
    this.#bridge(tell);
    return new LiveCall({
      clock: this.#clock,
      tell,
      onEnd: () => {
        roster.callOver(this.#agentId, tell.callId);
        return this.#writeUp(tell.callId);
      },
    });
  }

  #rememberOne(n: number, startedAtMs: EpochMs): void {
    const isTrial = n % 9 === 4;
    const tell = this.#open({
      startedAtMs,
      direction: n % 4 === 1 ? "outbound" : "inbound",
      callerNumber: n % 11 === 7 ? null : `+82105550${String(1000 + n)}`,
      simulated: isTrial,
      trialKind: isTrial ? "simulated" : null,
    });
    tell({ kind: "ringing", agentId: this.#agentId });
    if (n % 8 === 2) tell({ kind: "not-reached", agentId: this.#agentId, why: "no-answer" }, { afterMs: 20_000 });
    else this.#bridge(tell);
    const endedAfterMs = 90_000 + (n % 13) * 31_000;
    const ending = { by: "caller", reason: n % 8 === 2 ? "not-reached" : "hung-up" } as const;
    tell(
      { kind: "ended", ...ending },
      {
        afterMs: endedAfterMs,
        change: { state: "ended", endedAtMs: (startedAtMs + endedAfterMs) as EpochMs, endReason: ending.reason },
      },
    );
  }

  #open(wishes: Partial<CallOpening> & Pick<CallOpening, "startedAtMs">): Tell {
    const { journal, directory } = this.#jikimi;
    const callId = `bench-${this.#calls++}` as CallId;
    const { startedAtMs, direction = "inbound", callerNumber = "+821055501234" } = wishes;
    const lineNumber = directory.view().numbers[0]?.number ?? null;
    const [from, to] =
      direction === "inbound" ? [callerNumber ?? "", lineNumber ?? ""] : [username, callerNumber ?? ""];
    journal.open(
      { simulated: false, trialKind: null, ...wishes, callId, direction, callerNumber, lineNumber },
      { kind: "invite", direction, from, to, atMs: 0 },
    );
    const departmentId = this.#departmentId;
    journal.append(callId, { kind: "routed", departmentId, atMs: 0 }, { departmentId });
    const tell = (body: CallEventBody, { afterMs, change }: { afterMs?: number; change?: CallChange } = {}) => {
      const atMs = afterMs ?? Math.max(0, this.#clock.nowMs() - startedAtMs);
      journal.append(callId, { ...body, atMs }, change);
    };
    return Object.assign(tell, { callId, startedAtMs });
  }

  async #writeUp(callId: CallId): Promise<void> {
    const written = { disposition: "other", note: "" };
    const outcome = await this.#jikimi.desk.saveWrapUp(this.#agentId, callId, written, { complete: true });
    if (outcome !== "done") throw new Error(`${callId} could not be written up: ${outcome}`);
  }

  #bridge(tell: Tell): void {
    const afterMs = 6000;
    const change: CallChange = {
      state: "talking",
      bridgedAtMs: (tell.startedAtMs + afterMs) as EpochMs,
      agentId: this.#agentId,
      policyId: defaultPolicy.id,
      policyVersion: 1,
      recognizer: "whisper-base-ko",
    };
    tell({ kind: "bridged", agentId: this.#agentId }, { afterMs, change });
  }
}

/** Tells what happened on one call; without `afterMs` it is now. */
type Tell = ((body: CallEventBody, how?: { readonly afterMs?: number; readonly change?: CallChange }) => void) & {
  readonly callId: CallId;
  readonly startedAtMs: EpochMs;
};

/** A call that is on, in which lines are heard as fast as one likes. */
export class LiveCall {
  readonly #clock: Clock;
  readonly #tell: Tell;
  readonly #onEnd: () => Promise<void>;
  #lines = 0;

  constructor({ clock, tell, onEnd }: { clock: Clock; tell: Tell; onEnd: () => Promise<void> }) {
    this.#clock = clock;
    this.#tell = tell;
    this.#onEnd = onEnd;
  }

  /** A word of the last line, which no other line has. */
  get lastMark(): string {
    return markOf(this.#lines);
  }

  /** Both speak so many lines a second together, evenly; returns how many. */
  async talk({ seconds, linesPerSecond }: { seconds: number; linesPerSecond: number }): Promise<number> {
    const fromMs = this.#clock.monotonicMs();
    const all = Math.round(seconds * linesPerSecond);
    let told = 0;
    while (told < all) {
      const due = Math.min(all, Math.floor(((this.#clock.monotonicMs() - fromMs) / 1000) * linesPerSecond) + 1);
      for (; told < due; told += 1) this.#say();
      await this.#clock.sleep(1000 / linesPerSecond / 2);
    }
    return told;
  }

  /** Over, and written up. */
  async end(): Promise<void> {
    const change = { state: "ended", endedAtMs: this.#clock.nowMs(), endReason: "hung-up" } as const;
    this.#tell({ kind: "ended", by: "caller", reason: "hung-up" }, { change });
    await this.#onEnd();
  }

  #say(): void {
    this.#lines += 1;
    const n = this.#lines;
    const text = `${sentences[n % sentences.length]} ${markOf(n)}`;
    const endMs = Math.max(0, this.#clock.nowMs() - this.#tell.startedAtMs - heardAfterMs);
    const startMs = Math.max(0, endMs - lineLastsMs);
    const words = text
      .split(" ")
      .map((word, i) => ({ text: word, startMs, endMs, confidence: (n + i) % 9 === 0 ? 0.4 : 0.92 }));
    this.#tell({
      kind: "utterance",
      utteranceId: `${this.#tell.callId}-${n}`,
      speaker: n % 2 === 0 ? "caller" : "agent",
      text,
      words,
      confidence: 0.9,
      startMs,
      endMs,
      recognizer: "whisper-base-ko",
    });
  }
}

function markOf(line: number): string {
  return `#${line}`;
}

/** Asks as a browser of this machine would; the cookies that came with the answer. */
async function ask(
  origin: string,
  name: "setup.administrator" | "session.signIn",
  input: Readonly<Record<string, string>>,
): Promise<readonly Cookie[]> {
  const { method, path } = operations[name];
  const headers = { origin, "content-type": "application/json" };
  const response = await fetch(`${origin}${path}`, { method, headers, body: JSON.stringify(input) });
  if (!response.ok) throw new Error(`${name} was refused: ${await response.text()}`);
  return response.headers.getSetCookie().map((header) => {
    const [pair = ""] = header.split(";");
    const at = pair.indexOf("=");
    return { name: pair.slice(0, at), value: pair.slice(at + 1), url: origin };
  });
}
