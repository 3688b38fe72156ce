import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { AgentRoster } from "@jikimi/calls";
import type { DirectoryView } from "@jikimi/directory";
import { type AgentId, ManualClock, silentLog } from "@jikimi/kernel";
import { afterEach, beforeEach, expect, test } from "vitest";
import { KeptRests } from "./kept-rests.ts";

const kim = "person-kim" as AgentId;
const lee = "person-lee" as AgentId;
const minuteMs = 60_000;

let dataFolder: string;
let clock: ManualClock;

beforeEach(async () => {
  dataFolder = await mkdtemp(join(tmpdir(), "jikimi-rests-"));
  clock = new ManualClock();
});

afterEach(() => rm(dataFolder, { recursive: true, force: true }));

/** A server from its start until `at` is over, with `kim` and `lee` at their telephones. */
async function server(at: (roster: AgentRoster) => void, { gone }: { gone?: AgentId } = {}): Promise<AgentRoster> {
  const isActive = (agentId: AgentId) => agentId !== gone;
  const roster = new AgentRoster({ clock, directory: () => ({}) as DirectoryView, wrapUpMs: () => 0 });
  await using _kept = await KeptRests.open({ dataFolder, clock, log: silentLog, roster, isActive });
  for (const agentId of [kim, lee]) roster.apply(agentId, { kind: "signed-in" });
  at(roster);
  for (const agentId of [kim, lee]) roster.apply(agentId, { kind: "signed-out" });
  return roster;
}

async function presenceAfterRestart(agentId: AgentId): Promise<string> {
  let kind = "";
  await server((roster) => {
    kind = roster.presence(agentId).kind;
  });
  return kind;
}

test("what is left of a rest goes on after a restart, and not a second longer", async () => {
  await server((roster) => roster.rest(kim, 10 * minuteMs));
  await clock.advance(4 * minuteMs);
  const after = await server((roster) => {
    expect(roster.presence(kim).kind).toBe("protected-rest");
    expect(roster.presence(lee).kind).toBe("ready");
  });
  expect((after.restUntil(kim) ?? 0) - clock.nowMs()).toBe(6 * minuteMs);
  await clock.advance(6 * minuteMs);
  expect(await presenceAfterRestart(kim)).toBe("ready");
});

test("a rest that its agent ended does not come back", async () => {
  await server((roster) => {
    roster.rest(kim, 10 * minuteMs);
    roster.rest(lee, 10 * minuteMs);
    roster.apply(kim, { kind: "rest-ended", by: "agent" });
  });
  expect(await presenceAfterRestart(kim)).toBe("ready");
  expect(await presenceAfterRestart(lee)).toBe("protected-rest");
});

test("nobody who has left gets one", async () => {
  await server((roster) => roster.rest(kim, 10 * minuteMs));
  const after = await server(() => {}, { gone: kim });
  expect(after.restUntil(kim)).toBeNull();
});

test.for(["", "{", "[1]", '{"person-kim":"soon"}'])(
  "a file that says %j is no rest, and the next is kept",
  async (text) => {
    await server(() => {});
    const path = join(dataFolder, "run", "rests.json");
    await writeFile(path, text);
    await server((roster) => roster.rest(lee, minuteMs));
    expect(JSON.parse(await readFile(path, "utf8"))).toEqual({ [lee]: clock.nowMs() + minuteMs });
  },
);
