import type { CallEvent } from "@jikimi/calls";
import type { IncidentDocument } from "@jikimi/incidents";
import type { CallId, Clock, IncidentId, Random } from "@jikimi/kernel";
import { ResourceScope } from "@jikimi/kernel";
import { verifyRecording } from "@jikimi/recording";
import { nationalDigits, type PhoneNumber } from "@jikimi/routing";
import type { Jikimi } from "../compose.ts";
import { type Awaited, Director } from "./director.ts";
import { Instance } from "./instance.ts";
import { readLines } from "./lines.ts";
import type { PhoneProcess } from "./phone-process.ts";
import { policyOf } from "./policy-of-seconds.ts";
import type { Scenario } from "./scenarios.ts";

/** What the demo prints: one object a scene. */
export type ScenarioResult = {
  readonly scenario: string;
  readonly ok: boolean;
  /** Promises of the scene that did not come true, in words. */
  readonly problems: readonly string[];
  readonly recognizer: "demo";
  readonly simulated: true;
  readonly call: { readonly id: string; readonly direction: "inbound" | "outbound" } | null;
  readonly events: readonly Told[];
  readonly recording: {
    readonly channels: number;
    readonly durationMs: number;
    readonly gaps: readonly unknown[];
    readonly sha256: string;
  } | null;
  readonly incident: IncidentDocument | null;
};

type Told = (CallEvent | { readonly kind: string }) & { readonly atMs: number };

export type ScenarioWorld = {
  readonly root: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly signal: AbortSignal;
  readonly onEvent?: (event: Told) => void;
  /** Where to keep the instance's data; a temporary folder, removed afterwards, when left out. */
  readonly dataFolder?: string;
};

const citizen = "01012345678";

/** Plays one scene in real time on an instance of its own: free ports, its own data, three processes and two telephones. */
export async function runScenario(scenario: Scenario, world: ScenarioWorld): Promise<ScenarioResult> {
  const { root, clock, random, signal } = world;
  await using scope = new ResourceScope();
  const { dataFolder } = world;
  const instance = await Instance.prepare({
    root,
    clock,
    random,
    scope,
    ...(dataFolder === undefined ? {} : { dataFolder }),
  });
  const lines = await readLines(root, scenario.name);
  const caller = instance.phone({ name: "citizen", user: citizen, answerAfterMs: 500 });
  const agent = instance.phone({ name: "agent", user: "agent1", answerAfterMs: 800 });
  const callerReady = await caller.until("ready", { withinMs: 20_000 });
  const jikimi = await instance.start({ trialTrunkPort: callerReady?.sipPort ?? 0 });
  await choosePolicy(jikimi, scenario);

  const director = new Director({ clock, actors: { caller, agent } });
  const events: Told[] = [];
  let callId: CallId | null = null;
  scope.defer(
    jikimi.journal.onEvent((told) => {
      callId ??= told.callId;
      if (told.callId !== callId) return;
      events.push(told.event as Told);
      world.onEvent?.(told.event as Told);
      director.saw(told.event.kind as Awaited);
      if (told.event.kind === "ended") director.saw("over");
    }),
  );

  const problems = await ring(scenario, jikimi, caller, agent);
  if (problems.length === 0) await director.play(scenario.beats(lines), { signal });
  await jikimi.journal.settled();
  const recording = await checkRecording(jikimi, events);
  const account = { events, recording };
  const broken = [...problems, ...director.complaints, ...scenario.check(account)];
  return {
    scenario: scenario.name,
    ok: broken.length === 0,
    problems: broken,
    recognizer: "demo",
    simulated: true,
    call: callId === null ? null : { id: callId, direction: scenario.direction },
    events,
    recording: recording?.printed ?? null,
    incident: await findIncident(jikimi, events),
  };
}

async function choosePolicy(jikimi: Jikimi, scenario: Scenario): Promise<void> {
  const policy = policyOf(scenario);
  if (policy === null) return;
  await jikimi.directory.publishPolicy({ id: policy.id, body: policy, author: "demo" });
  for (const { id } of jikimi.directory.view().departments) {
    await jikimi.directory.changeDepartment(id, { policyId: policy.id });
  }
}

/** The agent signs in; then the citizen rings, or the agent dials. Says what went wrong. */
async function ring(
  scenario: Scenario,
  jikimi: Jikimi,
  caller: PhoneProcess,
  agent: PhoneProcess,
): Promise<readonly string[]> {
  const password = jikimi.samplePasswords?.find(({ sipUsername }) => sipUsername === "agent1")?.password ?? "";
  agent.send({ kind: "register", username: "agent1", password });
  if ((await agent.until("registered", { withinMs: 20_000 })) === null)
    return ["the agent's telephone did not register"];
  const number = jikimi.directory.view().numbers[0]?.number ?? "";
  if (scenario.direction === "inbound") caller.send({ kind: "call", number: nationalDigits(number as PhoneNumber) });
  else agent.send({ kind: "call", number: citizen });
  const answered = await (scenario.direction === "inbound" ? caller : agent).until("answered", { withinMs: 30_000 });
  return answered === null ? ["the call was not answered"] : [];
}

async function checkRecording(jikimi: Jikimi, events: readonly Told[]) {
  const closed = events.find((event) => event.kind === "recording-closed");
  if (closed === undefined || !("sha256" in closed) || !("path" in closed)) return null;
  const verification = await verifyRecording(closed.path, jikimi.keyring, { expectedSha256: closed.sha256 });
  const { content, intact: verified } = verification;
  if (content === null) return null;
  const { durationMs, gaps, sha256 } = content;
  return { verified, durationMs, printed: { channels: 2, durationMs, gaps, sha256 } };
}

async function findIncident(jikimi: Jikimi, events: readonly Told[]): Promise<IncidentDocument | null> {
  const opened = events.find((event) => event.kind === "incident-opened");
  const id = opened !== undefined && "incidentId" in opened ? opened.incidentId : null;
  return typeof id === "string" ? jikimi.records.showIncident(id as IncidentId) : null;
}
