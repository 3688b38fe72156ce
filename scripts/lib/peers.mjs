import {
  accessSync,
  chmodSync,
  constants,
  existsSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { inLanguage } from "./language.mjs";
import { Progress } from "./progress.mjs";
import { runCommand } from "./run-command.mjs";

/**
 * Programs that the tests talk to, and the Debian packages they come in. `service` is the daemon that the package
 * would leave running: the tests start their own, on free ports and in folders of their own.
 */
const peers = [
  { program: "sipp", debianPackage: "sip-tester" },
  { program: "baresip", debianPackage: "baresip-core" },
  { program: "espeak-ng", debianPackage: "espeak-ng" },
  { program: "sox", debianPackage: "sox" },
  { program: "chromium", debianPackage: "chromium" },
  { program: "rtpengine", debianPackage: "rtpengine-daemon", service: "rtpengine-daemon" },
  { program: "initdb", debianPackage: "postgresql", service: "postgresql", find: findPostgres },
];

/**
 * Makes sure that every peer is here. As root on a Debian, installs what is missing; anywhere else says what is
 * missing and how to get it.
 *
 * @returns {Promise<string[]>} the programs that are still missing
 */
export async function ensurePeers(wanted = peers) {
  const missing = wanted.filter((peer) => !isHere(peer));
  if (missing.length === 0) return [];
  const packages = missing.map(({ debianPackage }) => debianPackage);
  if (process.getuid?.() !== 0 || !isHere({ program: "apt-get" })) {
    sayWhatIsMissing(missing, packages);
    return missing.map(({ program }) => program);
  }
  process.stderr.write(
    `${inLanguage({
      ko: `시험 상대가 되는 프로그램을 데비안 패키지로 설치합니다: ${packages.join(", ")}`,
      en: `Installing the programs the tests talk to, from Debian's packages: ${packages.join(", ")}`,
    })}\n`,
  );
  const output = await withoutStartingServices(() => aptInstall(packages));
  const stillMissing = missing.filter((peer) => !isHere(peer));
  if (stillMissing.length > 0) {
    process.stderr.write(`${output.trim().split("\n").slice(-20).join("\n")}\n`);
    sayWhatIsMissing(stillMissing, packages);
  }
  for (const { service } of missing) if (service !== undefined) await stopService(service);
  return stillMissing.map(({ program }) => program);
}

function sayWhatIsMissing(missing, packages) {
  const list = missing.map(({ program, debianPackage }) => `  ${program} (${debianPackage})`).join("\n");
  const command = `sudo apt-get install --no-install-recommends ${packages.join(" ")}`;
  process.stderr.write(
    `${inLanguage({
      ko: `시험 상대가 되는 프로그램이 없습니다:\n${list}\n데비안이나 우분투에서는 다음 명령으로 설치할 수 있습니다:\n  ${command}`,
      en: `Programs the tests talk to are missing:\n${list}\nOn Debian or Ubuntu, install them with:\n  ${command}`,
    })}\n`,
  );
}

function isHere({ program, find = findInPath }) {
  return find(program) !== undefined;
}

function findInPath(program) {
  const folders = [...(process.env.PATH ?? "").split(":"), "/usr/local/sbin", "/usr/sbin", "/sbin"];
  return folders.map((folder) => join(folder || ".", program)).find(isExecutable);
}

/** Debian keeps initdb and pg_ctl out of PATH, in a folder per version; 15 is the oldest the product supports. */
function findPostgres(program) {
  const versions = "/usr/lib/postgresql";
  const folders = existsSync(versions) ? readdirSync(versions).filter((version) => Number(version) >= 15) : [];
  return folders.map((version) => join(versions, version, "bin", program)).find(isExecutable) ?? findInPath(program);
}

function isExecutable(path) {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

async function aptInstall(packages) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive", RUNLEVEL: "1", LC_ALL: "C" };
  const progress = new Progress();
  let doing = "apt-get update";
  let percent = "";
  const report = () => progress.update((seconds) => `  ${doing}${percent} · ${seconds} s`);
  const ticking = setInterval(report, 500);
  const hear = (text) => {
    for (const line of text.split("\n")) {
      const known = /^(?:Get:\d+ .*? ([a-z0-9][a-z0-9.+-]+) [a-z0-9]+ \S+ \[|Unpacking (\S+)|Setting up (\S+))/.exec(
        line,
      );
      const name = known?.slice(1).find(Boolean);
      if (name !== undefined) percent = `: ${name}`;
    }
  };
  try {
    const update = await runCommand("apt-get", ["update", "-q"], { env, onOutput: hear });
    doing = "apt-get install";
    percent = "";
    const install = await runCommand(
      "apt-get",
      ["install", "-y", "-q", "--no-install-recommends", "-o", "DPkg::Lock::Timeout=120", ...packages],
      { env, onOutput: hear },
    );
    progress.finish(`  apt-get: ${install.code === 0 ? "done" : `failed (${install.code})`}`);
    return `${update.code === 0 ? "" : update.output}${install.output}`;
  } finally {
    clearInterval(ticking);
  }
}

const policyPath = "/usr/sbin/policy-rc.d";
const policyText =
  "#!/bin/sh\n# Put here by Jikimi's tests while packages are installed: start no service.\nexit 101\n";

/** Debian asks this script before a freshly installed package starts its daemon; 101 means no. */
async function withoutStartingServices(work) {
  const leftBehind = existsSync(policyPath) && readFileSync(policyPath, "utf8") === policyText;
  if (existsSync(policyPath) && !leftBehind) return work();
  writeFileSync(policyPath, policyText);
  chmodSync(policyPath, 0o755);
  const remove = () => rmSync(policyPath, { force: true });
  process.once("exit", remove);
  try {
    return await work();
  } finally {
    process.off("exit", remove);
    remove();
  }
}

/** Where the policy was not asked, a daemon may run all the same: its own service stops it. */
async function stopService(name) {
  const status = await runCommand("service", [name, "status"]);
  if (status.code === 0) await runCommand("service", [name, "stop"]);
}
