import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readWav, tone, toneLevelDbfs, writeWav } from "@jikimi/audio";
import { SystemClock, SystemRandom, silentLog } from "@jikimi/kernel";
import type { PhoneConfig, PhoneReport } from "@jikimi/worker-messages";
import { afterEach, expect, test } from "vitest";
import { Phone } from "./phone.ts";

const folders: string[] = [];
afterEach(async () => {
  for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true });
});

/** A telephone in this process, and a way to wait for what it reports. */
function phone(config: Partial<PhoneConfig>) {
  const reports: PhoneReport[] = [];
  let wake = () => {};
  const one = new Phone({
    config: {
      name: "test",
      user: "test",
      displayName: null,
      bindHost: "127.0.0.1",
      server: { host: "127.0.0.1", port: 9 },
      answerAfterMs: 0,
      heardPath: null,
      ...config,
    },
    clock: new SystemClock(),
    random: new SystemRandom(),
    log: silentLog,
    report: (report) => {
      reports.push(report);
      wake();
    },
  });
  const until = async <Kind extends PhoneReport["kind"]>(kind: Kind): Promise<Extract<PhoneReport, { kind: Kind }>> => {
    for (;;) {
      const found = reports.find((report) => report.kind === kind);
      if (found !== undefined) return found as Extract<PhoneReport, { kind: Kind }>;
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return { one, until };
}

test("two telephones call each other: what one says and presses, the other hears", async () => {
  const folder = await mkdtemp(join(tmpdir(), "jikimi-phone-"));
  folders.push(folder);
  const saidPath = join(folder, "said.wav");
  const heardPath = join(folder, "heard.wav");
  const sound = tone({ frequencyHz: 1000, durationMs: 400, levelDbfs: -10, sampleRateHz: 8000 });
  await writeFile(saidPath, writeWav({ sampleRateHz: 8000, channels: [sound] }));

  const callee = phone({ user: "callee", heardPath });
  await callee.one.start();
  const { sipPort: port } = await callee.until("ready");
  const caller = phone({ user: "caller", server: { host: "127.0.0.1", port } });
  await caller.one.start();
  await caller.one.carryOut({ kind: "call", number: "callee" });
  await callee.until("answered");
  await caller.one.carryOut({ kind: "say", sayId: 1, path: saidPath });
  expect(await caller.until("said")).toMatchObject({ sayId: 1, completed: true });
  await caller.one.carryOut({ kind: "press", digits: "*1" });
  expect(await callee.until("digit")).toMatchObject({ digit: "*" });
  await caller.one.carryOut({ kind: "hold" });
  await caller.one.carryOut({ kind: "resume" });
  await caller.one.carryOut({ kind: "hang-up" });
  expect(await callee.until("ended")).toMatchObject({ by: "remote" });

  const heard = readWav(await readFile(heardPath));
  if (heard.kind !== "ok") throw new Error(heard.why);
  const [pcm = new Int16Array()] = heard.wav.channels;
  const loudest = Math.max(...windows(pcm).map((window) => toneLevelDbfs(window, 1000, 8000)));
  expect(loudest).toBeGreaterThan(-12);
  await caller.one[Symbol.asyncDispose]();
  await callee.one[Symbol.asyncDispose]();
});

function windows(pcm: Int16Array): Int16Array[] {
  return Array.from({ length: Math.floor(pcm.length / 800) }, (_, i) => pcm.subarray(i * 800, (i + 1) * 800));
}
