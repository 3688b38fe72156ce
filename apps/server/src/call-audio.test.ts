import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AgentCall } from "@jikimi/desk";
import { IncidentsError } from "@jikimi/incidents";
import { type AgentId, type CallId, type EpochMs, ManualClock, SeededRandom, silentLog } from "@jikimi/kernel";
import { createRecordingWriter, Keyring } from "@jikimi/recording";
import { afterAll, beforeAll, expect, test } from "vitest";
import { CallAudio, rangeOf } from "./call-audio.ts";

const startedAtMs = 1_767_571_200_000 as EpochMs;
const callId = "c-1" as CallId;
const kim = "kim" as AgentId;
const clock = new ManualClock();
const keyring = new Keyring(new SeededRandom(7).bytes(32), new SeededRandom(11));
let folder: string;
let path: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "jikimi-audio-"));
  path = join(folder, "call.jkr");
  const { key, wrapped } = keyring.newCallKey();
  const writer = await createRecordingWriter({
    path,
    callId,
    startedAtMs,
    callKey: key,
    wrappedKey: wrapped,
    clock,
    random: new SeededRandom(5),
    onFailure: () => {},
  });
  writer.write("caller", 0, "pcmu", new Uint8Array(16_000).fill(0x20));
  await writer.close();
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What is known of the call, and a list of what was done in its order. */
function listening(
  change: { mine?: Partial<AgentCall> | null; state?: string; paths?: string[]; unsafe?: boolean } = {},
) {
  const done: string[] = [];
  const { mine = {}, state = "ended", paths = [path], unsafe = false } = change;
  const call = { callId, startedAtMs, state };
  const audio = new CallAudio({
    desk: { joined: async () => (mine === null ? null : ({ call, leftAtMs: null, ...mine } as AgentCall)) },
    records: {
      listEvents: async () => paths.map((one) => ({ kind: "recording-started", atMs: 500, path: one })),
      noteAccess: async (_callId, { kind, by }) => {
        if (unsafe) throw new IncidentsError("not-replayed");
        done.push(`${kind} by ${by}`);
      },
    },
    keyring,
    clock,
    log: silentLog,
  });
  return { audio, done };
}

test("that somebody listens is written down before they hear anything, once for as long as they listen", async () => {
  const { audio, done } = listening();
  {
    await using first = await audio.listen(kim, callId);
    expect(done).toEqual(["recording-listened by kim"]);
    await using second = await audio.listen(kim, callId);
    expect(second.call).toBe(first.call);
    expect(first.call.durationMs).toBe(2000);
  }
  await clock.advance(59_000);
  await (await audio.listen(kim, callId))[Symbol.asyncDispose]();
  expect(done).toHaveLength(1);
  await clock.advance(61_000);
  await (await audio.listen(kim, callId))[Symbol.asyncDispose]();
  expect(done).toHaveLength(2);
  await audio[Symbol.asyncDispose]();
});

test.for([
  { name: "not theirs", change: { mine: null }, code: "not-your-call" },
  { name: "still going on", change: { state: "talking" }, code: "recording-unknown" },
  { name: "never recorded", change: { paths: [] }, code: "recording-unknown" },
  { name: "gone from the disk", change: { paths: ["/nowhere/x.jkr"] }, code: "recording-unreadable" },
  { name: "not safe to write down", change: { unsafe: true }, code: "store-unavailable" },
])("a call that is $name is not heard: $code", async ({ change, code }) => {
  const { audio } = listening(change);
  await expect(audio.listen(kim, callId)).rejects.toMatchObject({ error: { code } });
  await expect(audio.listen(kim, callId)).rejects.toMatchObject({ error: { code } });
});

test("who passed a call on hears it up to then", async () => {
  const { audio } = listening({ mine: { leftAtMs: (startedAtMs + 1500) as EpochMs } });
  await using sound = await audio.listen(kim, callId);
  expect(sound.call.durationMs).toBe(1000);
});

test.for<[header: string | undefined, expected: ReturnType<typeof rangeOf>]>([
  [undefined, "whole"],
  ["bytes=0-99", { from: 0, to: 100 }],
  ["bytes=900-", { from: 900, to: 1000 }],
  ["bytes=900-5000", { from: 900, to: 1000 }],
  ["bytes=-100", { from: 900, to: 1000 }],
  ["bytes=-5000", { from: 0, to: 1000 }],
  ["bytes=1000-", "unsatisfiable"],
  ["bytes=-0", "unsatisfiable"],
  ["bytes=5-2", "whole"],
  ["bytes=-", "whole"],
  ["bytes=0-1,5-6", "whole"],
  ["lines=0-1", "whole"],
  ["bytes=a-b", "whole"],
])("of 1000 bytes %s is %j", ([header, expected]) => {
  expect(rangeOf(header, 1000)).toEqual(expected);
});
