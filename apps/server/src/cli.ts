import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { holdProcess, SystemClock, SystemRandom } from "@jikimi/kernel";
import { type Command, runCommandLine } from "./cli/command.ts";
import { chooseLanguage } from "./cli/text.ts";
import { bench } from "./commands/bench.ts";
import { callsList, callsShow, recordingsExport, recordingsList } from "./commands/calls.ts";
import { demo } from "./commands/demo.ts";
import { numbersAdd, policyCheck, policyList, policyShow, trunksAdd, usersAdd } from "./commands/directory.ts";
import { classify, transcribe } from "./commands/hearing.ts";
import { doctor } from "./commands/machine.ts";
import { modelsMeasure } from "./commands/models.ts";
import { modelsList, modelsVerify } from "./commands/models-list.ts";
import { modelsPull } from "./commands/models-pull.ts";
import { replay } from "./commands/replay.ts";
import { start } from "./commands/start.ts";
import { evalHear, sounds, train } from "./commands/tools.ts";

/** In the order in which people meet them. */
const commands: readonly Command[] = [
  start,
  demo,
  replay,
  transcribe,
  classify,
  callsList,
  callsShow,
  recordingsList,
  recordingsExport,
  policyList,
  policyShow,
  policyCheck,
  usersAdd,
  numbersAdd,
  trunksAdd,
  modelsList,
  modelsVerify,
  modelsMeasure,
  modelsPull,
  doctor,
  bench,
  train,
  evalHear,
  sounds,
];

const stop = new AbortController();
let asked = 0;
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => {
    asked += 1;
    // A second wish is an impatient one: the process goes, and the next start closes what it left.
    if (asked > 1) process.exit(130);
    stop.abort();
  });
}

using _alive = holdProcess();
process.exitCode = await runCommandLine(commands, process.argv.slice(2), {
  language: chooseLanguage(process.env),
  env: process.env,
  cwd: process.cwd(),
  clock: new SystemClock(),
  random: new SystemRandom(),
  root: join(fileURLToPath(new URL(".", import.meta.url)), "../../.."),
  signal: stop.signal,
  out: (text) => void process.stdout.write(text),
  err: (text) => void process.stderr.write(text),
  stdin: () => createInterface({ input: process.stdin, terminal: false }),
});
