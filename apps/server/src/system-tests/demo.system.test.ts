import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { levelDbfs, readWav } from "@jikimi/audio";
import { defaultPolicy } from "@jikimi/protection";
import { afterAll, beforeAll, expect, test } from "vitest";
import { z } from "zod";
import { type CommandResult, jikimi } from "./support/server-process.ts";

/** The object that others build on. */
const utterance = z.looseObject({
  kind: z.literal("utterance"),
  atMs: z.number().nonnegative(),
  speaker: z.enum(["caller", "agent"]),
  text: z.string(),
  confidence: z.number().min(0).max(1),
  startMs: z.number().nonnegative(),
  endMs: z.number().positive(),
});
const other = z.looseObject({
  kind: z.string().refine((kind) => kind !== "utterance"),
  atMs: z.number().nonnegative(),
});
const Printed = z.object({
  scenario: z.string(),
  ok: z.boolean(),
  problems: z.array(z.string()),
  recognizer: z.literal("demo"),
  simulated: z.literal(true),
  call: z.object({ id: z.string().min(1), direction: z.enum(["inbound", "outbound"]) }),
  events: z.array(z.union([utterance, other])),
  recording: z.object({
    channels: z.literal(2),
    durationMs: z.number().positive(),
    gaps: z.array(z.looseObject({ startMs: z.number(), endMs: z.number(), reason: z.string() })),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
  }),
  incident: z.looseObject({ incident: z.looseObject({ state: z.literal("closed") }) }).nullable(),
});

const Shown = z.object({
  call: z.looseObject({ endReason: z.string(), simulated: z.boolean() }),
  events: z.array(z.looseObject({ kind: z.string() })),
  verification: z.looseObject({ kind: z.string() }),
});

const scenes = ["threat", "silent"] as const;
type Scene = (typeof scenes)[number];

let folder: string;
const played = new Map<Scene, { result: CommandResult; printed: z.infer<typeof Printed> }>();

/** Two scenes at once, each on an instance of its own, as a person would run them. */
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "jikimi-demo-"));
  await Promise.all(
    scenes.map(async (scene) => {
      const result = await run("demo", "--scenario", scene, "--json", "--keep", join(folder, scene));
      played.set(scene, { result, printed: Printed.parse(JSON.parse(result.stdout)) });
    }),
  );
}, 150_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function run(...args: string[]): Promise<CommandResult> {
  return jikimi(args, { httpPort: 0, sipPort: 0, dataFolder: folder });
}

/** A command that reads what a scene left behind. */
function about(scene: Scene, ...args: string[]): Promise<CommandResult> {
  return jikimi(args, { httpPort: 0, sipPort: 0, dataFolder: join(folder, scene) });
}

function outcomeOf(scene: Scene) {
  const outcome = played.get(scene);
  if (outcome === undefined) throw new Error(`${scene} was not played`);
  return outcome;
}

test("a threat is ended: exit code 0, and one object that tells it in order", () => {
  const { result, printed } = outcomeOf("threat");
  expect(printed.problems).toEqual([]);
  expect(result).toMatchObject({ code: 0 });
  expect(printed).toMatchObject({ scenario: "threat", ok: true, call: { direction: "inbound" } });
  const kinds = printed.events.map(({ kind }) => kind);
  const story = ["invite", "notice-started", "notice-completed", "ringing", "bridged", "utterance", "assessed"];
  const ending = ["incident-opened", "ending-started", "ending-completed", "rest-started", "bye", "incident-closed"];
  const milestones = [...story, ...ending].map((kind) => kinds.indexOf(kind));
  expect(milestones).toEqual([...milestones].sort((a, b) => a - b));
  expect(milestones).not.toContain(-1);
  expect(printed.incident).not.toBeNull();
});

test("silence is left alone: exit code 0, no incident, nothing heard of the caller", () => {
  const { result, printed } = outcomeOf("silent");
  expect(printed.problems).toEqual([]);
  expect(result).toMatchObject({ code: 0 });
  expect(printed).toMatchObject({ scenario: "silent", ok: true, incident: null });
  expect(
    printed.events.filter((event) => event.kind === "utterance" && "speaker" in event && event.speaker === "caller"),
  ).toEqual([]);
});

test.concurrent("what the scene left behind can be shown and exported, with the caller's number masked", async () => {
  const { printed } = outcomeOf("threat");
  const { id } = printed.call;
  const shown = await about("threat", "calls", "show", id, "--json");
  expect(shown.code, shown.stderr).toBe(0);
  expect(shown.stdout).not.toContain("01012345678");
  const { call, events, verification } = Shown.parse(JSON.parse(shown.stdout));
  expect(call).toMatchObject({ endReason: "protection", simulated: true, callerNumber: { shown: "010-****-5678" } });
  expect(events.map(({ kind }) => kind)).toEqual(printed.events.map(({ kind }) => kind));
  expect(verification).toMatchObject({ kind: "intact" });

  const wavPath = join(folder, "threat.wav");
  const without = await about("threat", "recordings", "export", id, "--to", wavPath);
  expect(without).toMatchObject({ code: 2 });
  expect(without.stderr).toContain("--reason");
  expect(existsSync(wavPath)).toBe(false);
  const exported = await about(
    "threat",
    "recordings",
    "export",
    id,
    "--reason",
    "system test",
    "--to",
    wavPath,
    "--json",
  );
  expect(exported.code, exported.stderr).toBe(0);
  expect(JSON.parse(exported.stdout)).toMatchObject({ complete: true, sourceSha256: printed.recording.sha256 });
  const read = readWav(await readFile(wavPath));
  if (read.kind !== "ok") throw new Error(read.why);
  expect(read.wav.channels.map((channel) => levelDbfs(channel) > -50)).toEqual([true, true]);
});

test.concurrent("calls and recordings are listed, and policies checked, over the data that was kept", async () => {
  const { printed } = outcomeOf("silent");
  const calls = await about("silent", "calls", "list", "--json");
  expect(calls.code, calls.stderr).toBe(0);
  expect(JSON.parse(calls.stdout)).toMatchObject([{ callId: printed.call.id, state: "ended", hasRecording: true }]);
  const list = await about("silent", "recordings", "list", "--json");
  expect(list.code, list.stderr).toBe(0);
  const { sha256 } = printed.recording;
  expect(JSON.parse(list.stdout)).toMatchObject([{ callId: printed.call.id, complete: true, sha256 }]);

  const [good, bad] = [join(folder, "good.json"), join(folder, "bad.json")];
  writeFileSync(good, JSON.stringify(defaultPolicy));
  writeFileSync(bad, JSON.stringify({ ...defaultPolicy, restMs: -1 }));
  expect(await about("silent", "policy", "check", good)).toMatchObject({ code: 0, stdout: "The policy is good.\n" });
  const checked = await about("silent", "policy", "check", bad);
  expect(checked.code).toBe(1);
  expect(checked.stdout).toContain("restMs");
});

test.concurrent("an unknown scene fails, names the scenes that there are, and prints nothing else", async () => {
  const result = await run("demo", "--scenario", "nonsense", "--json");
  expect(result.code).not.toBe(0);
  expect(result.stdout).toBe("");
  expect(result.stderr).toContain("abusive-ended");
});
