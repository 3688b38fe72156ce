import { readFile } from "node:fs/promises";
import { readSound, writeWav } from "@jikimi/audio";
import type { PolicyId } from "@jikimi/kernel";
import { type Policy, presets } from "@jikimi/protection";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readLines } from "../demo/lines.ts";
import { Baresip, requireBaresip } from "./support/baresip.ts";
import type { WatchedCall } from "./support/call-watch.ts";
import { Centre, root } from "./support/centre.ts";
import { exportedSound } from "./support/exported-sound.ts";
import { findSound } from "./support/find-sound.ts";

/** An outside telephone by the rules of its maker: one over UDP with what it prefers, one over TCP with A-law only. */
const telephones = [
  { user: "0105556001", transport: "udp", codecs: "", codec: "PCMU" },
  { user: "0105556002", transport: "tcp", codecs: ";audio_codecs=PCMA", codec: "PCMA" },
] as const;

type Heard = { readonly pcm: Int16Array; readonly printed: string };

let centre: Centre;
let abuse: readonly Int16Array[];
let greeting: string;
const calls = new Map<string, WatchedCall>();
const heard = new Map<string, Heard>();

/** Both calls run at once, from ring to ending; what came of them is measured below. */
beforeAll(async () => {
  requireBaresip();
  centre = await Centre.open({ agents: 2, shortSounds: false });
  await choosePolicy(warnOnce());
  const lines = await readLines(root, "abusive-ended");
  abuse = await Promise.all(lines.caller.map(sound));
  greeting = lines.agent[0] ?? "";
  await Promise.all(telephones.map(callAndBeEnded));
}, 150_000);

afterAll(() => centre?.[Symbol.asyncDispose]());

/** "Three strikes" with one warning, so that a test need not listen to two. */
function warnOnce(): Policy {
  const strikes = presets.find(({ id }) => id === "three-strikes");
  if (strikes === undefined) throw new Error("the preset is gone");
  const labels = Object.entries(strikes.labels).map(([label, rule]) => [label, { ...rule, warningsBeforeEnding: 1 }]);
  return { ...strikes, id: "warn-once" as PolicyId, labels: Object.fromEntries(labels) as Policy["labels"] };
}

async function choosePolicy(policy: Policy): Promise<void> {
  const { directory } = centre.jikimi;
  expect(await directory.publishPolicy({ id: policy.id, body: policy, author: "test" })).toMatchObject({
    kind: "done",
  });
  for (const { id } of directory.view().departments) await directory.changeDepartment(id, { policyId: policy.id });
}

async function callAndBeEnded({ user, transport, codecs }: (typeof telephones)[number]): Promise<void> {
  await using telephone = await Baresip.start({
    clock: centre.clock,
    account: `<sip:${user}@127.0.0.1;transport=${transport}>;regint=0${codecs}`,
    microphone: writeWav({ sampleRateHz: 8000, channels: [abuseAfter(11_000)] }),
  });
  telephone.dial(`sip:${centre.number}@127.0.0.1:${centre.jikimi.sipPort};transport=${transport}`);
  const call = await centre.calls.from(user);
  calls.set(user, call);
  await call.until("bridged", { withinMs: 40_000 });
  await centre.agentOn(call).say(greeting);
  await call.until("ended", { withinMs: 100_000 });
  await telephone.until("CALL_CLOSED");
  heard.set(user, { pcm: await sound(telephone.heardPath), printed: telephone.printed });
}

/** Silence, then insult after insult for a minute and a half. */
function abuseAfter(silentMs: number): Int16Array {
  const pcm = new Int16Array((silentMs + 90_000) * 8);
  const breathSamples = 12_000;
  let at = silentMs * 8;
  for (let i = 0; ; i++) {
    const line = abuse[i % abuse.length];
    if (line === undefined || at + line.length > pcm.length) return pcm;
    pcm.set(line, at);
    at += line.length + breathSamples;
  }
}

async function sound(path: string): Promise<Int16Array> {
  const read = readSound(await readFile(path));
  if (read.kind !== "ok") throw new Error(`${path}: ${read.why}`);
  return read.pcm;
}

const shipped = (name: string) => sound(`${root}assets/sounds/notices/${name}.ko.wav`);

function outcomeOf(user: string): { call: WatchedCall; pcm: Int16Array; printed: string } {
  const [call, what] = [calls.get(user), heard.get(user)];
  if (call === undefined || what === undefined) throw new Error(`no call of ${user}`);
  return { call, ...what };
}

test.for(telephones)(
  "a baresip over $transport with $codec is told, connected, warned, ended, and its agent rests",
  async ({ user, codec }) => {
    const { call, printed } = outcomeOf(user);
    expect(printed).toContain(`Set audio decoder: ${codec}`);
    const milestones = [
      "notice-started",
      "notice-completed",
      "bridged",
      "warning-started",
      "warning-completed",
      "incident-opened",
      "ending-started",
      "ending-completed",
      "rest-started",
      "bye",
      "incident-closed",
    ];
    expect(call.kinds.filter((kind) => milestones.includes(kind))).toEqual(milestones);
    for (const kind of ["notice-completed", "warning-completed", "ending-completed"] as const) {
      expect(await call.until(kind)).toMatchObject({ outcome: "completed" });
    }
    expect(await call.until("ended")).toMatchObject({ by: "jikimi", reason: "protection" });
  },
);

test.for(telephones)(
  "what the baresip over $transport recorded holds the announcements, whole, in order and when the account says",
  async ({ user }) => {
    const { call, pcm } = outcomeOf(user);
    let fromMs = 0;
    let zeroMs: number | null = null;
    for (const name of ["notice", "warning", "ending"] as const) {
      const found = findSound(pcm, await shipped(name), { fromMs });
      expect(found.whole, `${name} is whole`).toBeGreaterThan(0.95);
      const started = await call.until(`${name}-started`);
      const completed = await call.until(`${name}-completed`);
      // The telephone's recording begins with the first packet it heard; the notice tells where that lies in the account.
      zeroMs ??= started.atMs - found.startMs;
      expect(Math.abs(zeroMs + found.startMs - started.atMs), `${name} starts`).toBeLessThanOrEqual(200);
      expect(Math.abs(zeroMs + found.endMs - completed.atMs), `${name} ends`).toBeLessThanOrEqual(200);
      fromMs = found.endMs;
    }
    expect(zeroMs, "nothing was heard before the notice but silence").toBeLessThan(1000);
  },
);

test.for(telephones)(
  "the recording of the call from $transport verifies, and holds both voices and the announcements",
  async ({ user }) => {
    const { call } = outcomeOf(user);
    const { left, right, verification } = await exportedSound(centre, call);
    expect(verification.intact).toBe(true);
    const said = abuse.some((line) => findSound(left, line).whole === 1);
    expect(said, "the caller's own words on the left").toBe(true);
    expect(findSound(right, await sound(greeting)).whole, "the agent's words on the right").toBe(1);
    for (const name of ["notice", "warning", "ending"]) {
      expect(findSound(right, await shipped(name)).whole, `${name} on the right`).toBeGreaterThan(0.95);
    }
    expect(findSound(left, await shipped("warning")).whole, "no announcement on the left").toBeLessThan(0.2);
    const incidents = await centre.jikimi.records.listIncidents({ limit: 10 });
    const incident = incidents.find(({ callId }) => callId === call.callId);
    const { sha256 } = await call.until("recording-closed");
    expect(incident).toMatchObject({ state: "closed", policyId: "warn-once", outcome: { recordingSha256: sha256 } });
  },
);
