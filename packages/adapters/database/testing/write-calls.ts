import { aStory } from "@jikimi/incidents/testing";
import type { CallId } from "@jikimi/kernel";
import { SystemClock, silentLog } from "@jikimi/kernel";
import { openDatabase } from "../src/open-database.ts";

/** Run as a process of its own, to be killed: writes a call's entries one by one and names each that was acknowledged. */
const [url = ""] = process.argv.slice(2);
const database = await openDatabase({ url, clock: new SystemClock(), log: silentLog });
const story = aStory("call-1" as CallId);
await database.calls.write([story.open()]);
for (;;) {
  const write = story.next({ kind: "hint", atMs: story.end().seq }, { endReason: `after ${story.end().seq}` });
  await database.calls.write([write]);
  process.stdout.write(`${write.entry.seq}\n`);
}
