import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { SystemClock, silentLog } from "@jikimi/kernel";
import { openEars } from "@jikimi/recognizers";
import { CONDITIONS } from "./conditions.ts";
import { measureDemo } from "./demo-voices.ts";
import { measureNonSpeech } from "./non-speech.ts";
import { type ConditionResult, measureCondition } from "./recognition.ts";
import { reliabilityPicture, report } from "./report.ts";
import { listClips, readThroughSox } from "./sounds.ts";
import { measureVoices } from "./voices.ts";
import { measureJoins } from "./word-times.ts";

/**
 * Measures hearing and writes docs/measurements/hearing.md: `npm run eval:hear [-- --clips FOLDER --limit N]`. FOLDER holds
 * `transcripts.tsv` and `clips/` (people speaking Korean; never part of the repository). Needs sox and espeak-ng. Takes about ten
 * minutes. With `--limit` nothing is written: the tables go to standard output.
 */
const root = fileURLToPath(new URL("../..", import.meta.url));
const { values } = parseArgs({
  options: {
    clips: { type: "string", default: join(root, "..", "shared", "data", "speech-ko-eval") },
    limit: { type: "string" },
  },
});
if (!existsSync(values.clips)) {
  console.error(`No clips at ${values.clips}: name a folder with transcripts.tsv and clips/ in it by --clips.`);
  process.exit(1);
}
const tell = (sentence: string) => console.error(`${sentence} …`);
const clips = listClips(values.clips)
  .slice(0, Number(values.limit ?? Number.POSITIVE_INFINITY))
  .map(({ name, text, path }) => ({ name, text, sound: readThroughSox(path) }));

const clock = new SystemClock();
await using ears = await openEars({ recognizer: "whisper-base-ko", clock, log: silentLog });
const conditions: ConditionResult[] = [];
for (const condition of CONDITIONS) {
  tell(`${clips.length} clips: ${condition.what}`);
  conditions.push(await measureCondition(condition, clips, ears));
}
tell("word times");
const joins = [await measureJoins(clips, ears, 0), await measureJoins(clips, ears, 250)];
tell("silence, noise, tones and babble");
const nonSpeech = await measureNonSpeech(clips, ears);
tell("how it was said, and cross-talk");
const voices = await measureVoices(clips, ears);
tell("the demo recogniser");
await using demoEars = await openEars({ recognizer: "demo", clock, log: silentLog });
const demo = await measureDemo(clips, demoEars);

const machine = `${cpus()[0]?.model.trim() ?? "unknown"}, ${cpus().length} cores, Node ${process.versions.node}`;
const measuredOn = new Date(clock.nowMs()).toISOString().slice(0, 10);
const text = report({ measuredOn, machine, clips: clips.length, conditions, joins, nonSpeech, voices, demo });
if (values.limit !== undefined) console.log(text);
else {
  const folder = join(root, "docs", "measurements");
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "hearing.md"), text);
  writeFileSync(join(folder, "hearing-reliability.svg"), reliabilityPicture(conditions));
}
