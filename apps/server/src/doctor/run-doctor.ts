import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { availableParallelism, freemem, loadavg, networkInterfaces, totalmem } from "node:os";
import type { Clock } from "@jikimi/kernel";
import type { RecognizerServer } from "@jikimi/recognizers";
import { type ConfigResult, describeDatabase } from "../config/index.ts";
import { readMeasuredModels } from "../measured-models.ts";
import { checkCpu, checkMemory, realtimePriorityOf } from "./capacity.ts";
import { checkClock } from "./clock.ts";
import { checkDisk, lookAtDisk } from "./disk.ts";
import { checkPorts, checkRtpPorts, probePort } from "./ports.ts";
import { checkReachability } from "./reachability.ts";
import { checkRecognizerServer, type OpenedRecognizer } from "./recognizer-server.ts";
import { type DoctorResult, fail, ok, warn } from "./result.ts";
import {
  checkDatabase,
  checkHearing,
  checkModels,
  checkNode,
  type ModelFileCheck,
  type OpenedDatabase,
} from "./software.ts";

/**
 * Looks at everything that calls depend on. With settings that cannot be read, says what is wrong with them and
 * looks at what does not need them. Never rejects: a look that goes wrong is a result that says so.
 */
export async function runDoctor({
  configResult,
  clock,
  runningPid,
  verifyModels,
  openDatabase,
  openRecognizer,
}: {
  configResult: ConfigResult;
  clock: Clock;
  /** The server that already runs on this data folder: what it holds is not "taken". */
  runningPid: number | null;
  verifyModels: () => Promise<readonly ModelFileCheck[]>;
  openDatabase: () => Promise<OpenedDatabase>;
  /** At the server that the settings name. */
  openRecognizer: (server: RecognizerServer) => Promise<OpenedRecognizer>;
}): Promise<readonly DoctorResult[]> {
  const looks: (() => Promise<DoctorResult | DoctorResult[]>)[] = [
    async () => checkSettings(configResult),
    async () => checkNode(process.versions.node),
    async () => checkClock({ clock, timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone }),
    async () => checkCpu(await lookAtCpu()),
    async () => checkMemory(await lookAtMemory()),
    async () => checkModels(verifyModels),
  ];
  if (configResult.kind === "ok") {
    const { config } = configResult;
    const folder = config.dataFolder;
    const server = config.recognizer === "openai-compatible" ? config.recognizerServer : null;
    if (server !== null) {
      looks.push(async () => checkRecognizerServer({ url: server.url, open: () => openRecognizer(server), clock }));
    }
    looks.push(
      async () => checkHearing(await readMeasuredModels(folder)),
      async () => checkDisk({ folder, look: await lookAtDisk({ folder, clock }) }),
      async () =>
        checkDatabase({
          description: describeDatabase(config.database),
          kind: config.database.kind,
          exists: config.database.kind === "postgres" || existsSync(config.database.folder),
          open: openDatabase,
          runningPid,
        }),
      async () => checkPorts({ config, probe: probePort, runningPid }),
      async () => checkRtpPorts({ config, probe: probePort }),
      async () => checkReachability({ config, interfaces: networkInterfaces() }),
    );
  }
  const results: DoctorResult[] = [];
  // One after the other: the disk's speed is not measured while models are read.
  for (const look of looks) results.push(...(await outcome(look)));
  return results;
}

async function outcome(look: () => Promise<DoctorResult | DoctorResult[]>): Promise<DoctorResult[]> {
  try {
    return [await look()].flat();
  } catch (failure) {
    const why = failure instanceof Error ? failure.message : String(failure);
    return [
      fail(
        { id: "doctor", name: { ko: "점검", en: "the check itself" } },
        { ko: `점검하지 못함: ${why}`, en: `could not be done: ${why}` },
        { ko: "권한과 파일 시스템을 확인해 주십시오.", en: "Check permissions and the file system." },
      ),
    ];
  }
}

function checkSettings(result: ConfigResult): DoctorResult[] {
  const named = { id: "settings", name: { ko: "설정", en: "settings" } };
  const notes = result.kind === "ok" ? result.warnings : result.problems;
  if (notes.length === 0) return [ok(named, { ko: "모두 읽을 수 있음", en: "all can be read" })];
  const wayOut = {
    ko: "환경 변수나 .env 파일을 고쳐 주십시오. 설정 목록은 README.md에 있습니다.",
    en: "Correct the environment or the .env file; README.md lists the settings.",
  };
  return notes.map(({ message }) => (result.kind === "ok" ? warn : fail)(named, message, wayOut));
}

async function lookAtCpu() {
  const limits = await readFile("/proc/self/limits", "utf8").catch(() => null);
  return { cores: availableParallelism(), load: loadavg()[0] ?? 0, realtimePriority: realtimePriorityOf(limits) };
}

/** Linux counts what caches would give back; a container may be allowed less than the machine has. */
async function lookAtMemory() {
  const meminfo = await readFile("/proc/meminfo", "utf8").catch(() => "");
  const availableKb = /^MemAvailable:\s+(\d+) kB/m.exec(meminfo)?.[1];
  const availableBytes = availableKb === undefined ? freemem() : Number(availableKb) * 1024;
  const allowedBytes = process.constrainedMemory() || Number.POSITIVE_INFINITY;
  return { availableBytes: Math.min(availableBytes, allowedBytes), totalBytes: Math.min(totalmem(), allowedBytes) };
}
