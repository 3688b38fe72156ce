import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { dominantFrequencyHz, levelDbfs, tone, toneLevelDbfs, writeWav } from "@jikimi/audio";
import { afterAll, beforeAll, expect, test } from "vitest";
import { BrowserAgent, requireChromium } from "./support/browser-agent.ts";
import { Centre } from "./support/centre.ts";

const agentHz = 440;
const callerHz = 1000;
const saidDbfs = -20;

let centre: Centre;

beforeAll(async () => {
  requireChromium();
  centre = await Centre.open({ agents: 0 });
}, 60_000);

afterAll(() => centre?.[Symbol.asyncDispose]());

test("first", async () => {
  const microphone = tone({ frequencyHz: agentHz, durationMs: 10_000, levelDbfs: saidDbfs });
  await using agent = await BrowserAgent.open(centre, microphone);
  await agent.register("agent1").catch((e) => { console.log(agent.said); throw e; });
  const heardPath = join(centre.dataFolder, "caller-heard.wav");
  const caller = centre.phone("0107770001", { heardPath });
  await centre.ring(caller);
  const answered = agent.answer();
  const call = await centre.calls.from("0107770001");
  await answered;
  await call.until("bridged");
  const path = join(centre.dataFolder, "said.wav");
  await writeFile(path, writeWav({ sampleRateHz: 8000, channels: [tone({ frequencyHz: callerHz, durationMs: 4000, levelDbfs: saidDbfs })] }));
  const said = caller.say(path);
  await centre.clock.sleep(2500);
  const heard = await agent.hear();
  console.log("heard", dominantFrequencyHz(heard, 8000), levelDbfs(heard), toneLevelDbfs(heard, callerHz, 8000));
  console.log(await agent.statistics(), await centre.jikimi.media.stats(call.callId));
  await said;
  await agent.press("*2");
  console.log(await call.until("action"));
  await call.until("warning-completed");
  await agent.hold(true);
  console.log(call.kinds);
  await agent.hold(false);
  await agent.restartIce();
  console.log(await agent.statistics());
  await agent.hangUp();
  console.log(await call.until("ended"), agent.said);
});
