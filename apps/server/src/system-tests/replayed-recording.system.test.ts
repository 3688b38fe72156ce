import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeWav } from "@jikimi/audio";
import { silentLog } from "@jikimi/kernel";
import type { HeardUtterance } from "@jikimi/listening";
import { hearFile, openEars } from "@jikimi/recognizers";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readLines } from "../demo/lines.ts";
import type { EventOf } from "./support/call-watch.ts";
import { Centre, root } from "./support/centre.ts";
import { exportedSound } from "./support/exported-sound.ts";
import { clipsFolder, hasHumanVoice } from "./support/page-person.ts";

const citizen = "0105557001";
const recognizer = hasHumanVoice ? "whisper-base-ko" : "demo";
const sentences = 3;
/** The clips before these have a pause that is an ending or none by a window's width: their count is a matter of luck. */
const firstClip = 3;

let folder: string;
let live: readonly EventOf<"utterance">[];
let replayed: readonly HeardUtterance[];

/** A citizen says three sentences over real RTP; then the recording of the call is heard once more, as a file. */
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "jikimi-replayed-"));
  await using centre = await Centre.open({ agents: 1, settings: { recognizer } });
  const caller = centre.phone(citizen);
  const call = await centre.connect(caller, citizen);
  for (const [i, path] of (await voices()).entries()) {
    await caller.say(path);
    await call.until("utterance", { where: () => callersOf(call.all("utterance")).length > i });
    await centre.clock.sleep(1500);
  }
  caller.send({ kind: "hang-up" });
  await call.until("ended");
  const { left, right } = await exportedSound(centre, call);
  const path = join(folder, "call.wav");
  await writeFile(path, writeWav({ sampleRateHz: 8000, channels: [left, right] }));
  live = callersOf(call.all("utterance"));
  replayed = await heardAgain(path, centre);
}, 120_000);

afterAll(async () => rm(folder, { recursive: true, force: true }));

function callersOf<T extends { readonly speaker: string }>(utterances: readonly T[]): readonly T[] {
  return utterances.filter(({ speaker }) => speaker === "caller");
}

async function voices(): Promise<readonly string[]> {
  if (!hasHumanVoice) return (await readLines(root, "polite")).caller.slice(0, sentences);
  const names = readFileSync(join(clipsFolder, "transcripts.tsv"), "utf8")
    .split(/\r?\n/)
    .slice(firstClip, firstClip + sentences);
  return names.map((line, i) => {
    const path = join(folder, `voice-${i}.wav`);
    // A little softer: some clips are as loud as a file can hold.
    const args = [
      "-D",
      "-v",
      "0.7",
      join(clipsFolder, "clips", line.split("\t")[0] ?? ""),
      "-r",
      "8000",
      "-b",
      "16",
      path,
    ];
    const sox = spawnSync("sox", args, { encoding: "utf8" });
    if (sox.error !== undefined) throw new Error("sox is missing: apt-get install sox", { cause: sox.error });
    expect(sox.stderr).toBe("");
    return path;
  });
}

async function heardAgain(path: string, { clock }: Centre): Promise<readonly HeardUtterance[]> {
  await using ears = await openEars({ recognizer, clock, log: silentLog, modelsDir: join(root, "assets", "models") });
  const heard: HeardUtterance[] = [];
  for await (const utterance of hearFile({ path, ears })) heard.push(utterance);
  return callersOf(heard);
}

const who = hasHumanVoice ? "a person" : "a synthetic voice (speech-ko-eval is not here)";

/**
 * Live sound and recording meet the voice detector's 32 ms windows at different places, so an unsure word may be written
 * otherwise, and an onset found a few windows sooner or later. More than that would be two hearings.
 */
const mostApartMs = 350;
const leastShared = 0.75;

test(`what ${who} said is heard in the recording as it was heard live`, () => {
  expect(live.length).toBeGreaterThanOrEqual(sentences);
  expect(replayed.length).toBe(live.length);
  const words = live.flatMap(({ text }, i) => text.split(" ").map((word) => ({ word, i })));
  const again = words.filter(({ word, i }) => replayed[i]?.text.split(" ").includes(word));
  expect(again.length / words.length, JSON.stringify({ live, replayed })).toBeGreaterThanOrEqual(leastShared);
});

test("and each of it when it was heard live", () => {
  // The recording begins some time into the call; from there on both clocks run alike.
  const apart = live.map(({ endMs }, i) => endMs - (replayed[i]?.endMs ?? Number.NaN));
  for (const one of apart) expect(Math.abs(one - (apart[0] ?? 0))).toBeLessThan(mostApartMs);
  for (const [i, { startMs }] of live.entries()) {
    expect(Math.abs(startMs - (replayed[i]?.startMs ?? Number.NaN) - (apart[0] ?? 0))).toBeLessThan(mostApartMs);
  }
});
