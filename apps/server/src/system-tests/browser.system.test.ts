import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { dominantFrequencyHz, levelDbfs, readSound, tone, toneLevelDbfs, writeWav } from "@jikimi/audio";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { PhoneProcess } from "../demo/phone-process.ts";
import { BrowserAgent, requireChromium } from "./support/browser-agent.ts";
import { poll, type WatchedCall } from "./support/call-watch.ts";
import { Centre, present } from "./support/centre.ts";
import { exportedSound } from "./support/exported-sound.ts";

const rateHz = 8000;
/** What each of them says, without a pause. */
const agentHz = 440;
const callerHz = 1000;
const saidDbfs = -20;
/** Opus and the browser's own rate may change a level by a little, not by this. */
const toleranceDb = 1.5;
const windowSamples = 4000;

let centre: Centre;
let callerSays: string;

beforeAll(async () => {
  requireChromium();
  centre = await Centre.open({ agents: 0, settings: { mediaWorkers: 2 } });
  callerSays = join(centre.dataFolder, "caller-says.wav");
  const channels = [tone({ frequencyHz: callerHz, durationMs: 60_000, levelDbfs: saidDbfs })];
  await writeFile(callerSays, writeWav({ sampleRateHz: rateHz, channels }));
}, 60_000);

afterAll(() => centre?.[Symbol.asyncDispose]());

function atBrowser(at = centre): Promise<BrowserAgent> {
  return BrowserAgent.open(at, tone({ frequencyHz: agentHz, durationMs: 10_000, levelDbfs: saidDbfs }));
}

/** The citizen rings, the browser answers, and both begin to speak. */
async function connect(agent: BrowserAgent, caller: PhoneProcess, user: string): Promise<WatchedCall> {
  const after = centre.calls.calls.length;
  await centre.ring(caller);
  await agent.answer();
  const call = await centre.calls.from(user, { after });
  await call.until("bridged");
  void caller.say(callerSays);
  return call;
}

/** What the page hears, as soon as there is nothing in it but this tone. */
async function hearsOnly(agent: BrowserAgent, frequencyHz: number): Promise<Int16Array> {
  return poll(
    async () => {
      const heard = await agent.hear();
      const steady = [0, 1, 2, 3].every((quarter) => {
        const piece = heard.subarray((quarter * heard.length) / 4, ((quarter + 1) * heard.length) / 4);
        return Math.abs(toneLevelDbfs(piece, frequencyHz, rateHz) - levelDbfs(piece)) < 0.5;
      });
      return steady ? heard : null;
    },
    { clock: centre.clock, withinMs: 15_000, what: `the page hears ${frequencyHz} Hz` },
  );
}

function expectTone(pcm: Int16Array, frequencyHz: number, who: string) {
  expect(dominantFrequencyHz(pcm, rateHz), `${who}: frequency`).toBeCloseTo(frequencyHz, -0.5);
  expect(Math.abs(toneLevelDbfs(pcm, frequencyHz, rateHz) - saidDbfs), `${who}: level`).toBeLessThan(toleranceDb);
}

/** The half second in which there is most of this tone and nothing else; the loudest, where there is no such. */
function purest(pcm: Int16Array, frequencyHz: number): Int16Array {
  let best = { piece: pcm.subarray(0, windowSamples), score: Number.NEGATIVE_INFINITY };
  for (let at = 0; at + windowSamples <= pcm.length; at += windowSamples / 2) {
    const piece = pcm.subarray(at, at + windowSamples);
    const levelOfTone = toneLevelDbfs(piece, frequencyHz, rateHz);
    const score = levelOfTone - (levelDbfs(piece) - levelOfTone > 0.5 ? 100 : 0);
    if (score > best.score) best = { piece, score };
  }
  return best.piece;
}

async function sound(path: string): Promise<Int16Array> {
  const read = readSound(await readFile(path));
  if (read.kind !== "ok") throw new Error(`${path}: ${read.why}`);
  return read.pcm;
}

test.for([
  { codec: "audio/opus", g711: false, user: "0107770001", srtp: true },
  { codec: "audio/PCMU", g711: true, user: "0107770002", srtp: true },
])("an agent at a browser with $codec: rung, heard, held, typing, hung up", async ({ codec, g711, user }) => {
  await using agent = await atBrowser();
  await agent.register("agent1", { g711 });
  const heardPath = join(centre.dataFolder, `heard-${user}.wav`);
  const caller = centre.phone(user, { heardPath });
  const call = await connect(agent, caller, user);

  expectTone(await hearsOnly(agent, callerHz), callerHz, "the page");
  const talking = await agent.statistics();
  expect(talking).toMatchObject({ receives: codec, sends: codec, dtls: "connected", connection: "connected" });
  expect(talking.packetsLost).toBe(0);

  await agent.press("*2");
  expect(await call.until("action")).toMatchObject({ by: "agent", action: { kind: "warn-now" } });
  expect(await call.until("warning-completed")).toMatchObject({ outcome: "completed" });
  await agent.press("5");
  await present(caller.until("digit", { withinMs: 10_000 }), "the digit did not reach the caller");

  await agent.hold(true);
  await call.until("hold");
  await poll(async () => levelDbfs(await agent.hear()) < -60, {
    clock: centre.clock,
    withinMs: 10_000,
    what: "the page hears nothing while it holds",
  });
  await agent.hold(false);
  await call.until("resumed");
  expectTone(await hearsOnly(agent, callerHz), callerHz, "the page after hold");
  const resumed = await agent.statistics();
  expect(resumed, "one stream, through talk, warning, hold and talk").toMatchObject({
    ssrc: talking.ssrc,
    inboundStreams: 1,
    packetsLost: 0,
  });

  await agent.hangUp();
  expect(await call.until("ended")).toMatchObject({ by: "agent", reason: "hung-up" });
  await present(caller.until("ended", { withinMs: 10_000 }), "the caller was not told");
  expectTone(purest(await sound(heardPath), agentHz), agentHz, "the caller");
  const { left, right, verification } = await exportedSound(centre, call);
  expect(verification.intact).toBe(true);
  expectTone(purest(left, callerHz), callerHz, "the recording's left");
  expectTone(purest(right, agentHz), agentHz, "the recording's right");
  expect(toneLevelDbfs(purest(left, agentHz), agentHz, rateHz), "the agent is not on the left").toBeLessThan(-55);
});

test("the browser restarts ICE, then its media process is killed: both times the talk goes on", async () => {
  const user = "0107770003";
  await using agent = await atBrowser();
  await agent.register("agent2");
  const caller = centre.phone(user);
  const call = await connect(agent, caller, user);
  await hearsOnly(agent, callerHz);

  await agent.restartIce();
  expectTone(await hearsOnly(agent, callerHz), callerHz, "the page after an ICE restart");

  const worker = centre.jikimi.media.health().find(({ calls }) => calls > 0);
  if (worker?.pid == null) throw new Error("no media process has the call");
  process.kill(worker.pid, "SIGKILL");
  await call.until("media-restored");
  expectTone(await hearsOnly(agent, callerHz), callerHz, "the page over another process");
  expect(await agent.statistics()).toMatchObject({ dtls: "connected", connection: "connected" });
  const before = await packetsFromAgent(call);
  await poll(async () => (await packetsFromAgent(call)) > before + 50, {
    clock: centre.clock,
    withinMs: 10_000,
    what: "the other process hears the browser",
  });

  caller.hangUp();
  await agent.until("Terminated");
  expect(await call.until("ended")).toMatchObject({ by: "caller", reason: "hung-up" });
  const { left, right } = await exportedSound(centre, call);
  expectTone(purest(left, callerHz), callerHz, "the second recording's left");
  expectTone(purest(right, agentHz), agentHz, "the second recording's right");
});

async function packetsFromAgent(call: WatchedCall): Promise<number> {
  const legs = await centre.jikimi.media.stats(call.callId);
  return legs.find(({ legId }) => legId.includes("agent"))?.packetsReceived ?? 0;
}

test("an agent dials out from the browser: the citizen is told first, then both are heard", async () => {
  const heardPath = join(centre.dataFolder, "heard-outbound.wav");
  await using outside = await Centre.open({ agents: 0, citizen: { user: "01077700004", heardPath } });
  const { citizen } = outside;
  if (citizen === null) throw new Error("no citizen");
  await using agent = await atBrowser(outside);
  await agent.register("agent1");
  await agent.dial("01077700004");
  const call = await outside.calls.from("agent1");
  expect(await call.until("notice-completed")).toMatchObject({ outcome: "completed" });
  await call.until("bridged");
  void citizen.say(callerSays);
  expectTone(await hearsOnly(agent, callerHz), callerHz, "the page");
  expect(await agent.statistics()).toMatchObject({ receives: "audio/opus", sends: "audio/opus" });
  await agent.hangUp();
  expect(await call.until("ended")).toMatchObject({ by: "agent" });
  await present(citizen.until("ended", { withinMs: 10_000 }), "the citizen was not told");
  expectTone(purest(await sound(heardPath), agentHz), agentHz, "the citizen");
});
