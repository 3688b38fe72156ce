import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, linkSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { inLanguage } from "./language.mjs";
import { Progress } from "./progress.mjs";

/**
 * Makes node_modules what package-lock.json says, installing only when it is not.
 * `runtime` is what the product runs with; `all` adds what checks, tests and benchmarks need.
 *
 * @param {{ root: string, scope: "runtime" | "all" }} options
 * @returns {Promise<boolean>} false when it could not be done; the reason has been said on stderr
 */
export async function ensureInstalled({ root, scope }) {
  const lockText = readFileSync(join(root, "package-lock.json"), "utf8");
  if (isStamped({ root, scope, lockText })) return true;
  if (holdsWhatTheLockSays({ root, scope, lockText })) {
    writeStamp({ root, scope, lockText });
    return true;
  }
  const release = await takeTurn(join(root, ".jikimi-installing"));
  try {
    if (isStamped({ root, scope, lockText })) return true;
    const installed = await npmCi({ root, scope, expected: packageFolders(JSON.parse(lockText), scope) });
    if (installed) writeStamp({ root, scope, lockText });
    return installed;
  } finally {
    release();
  }
}

const stampPath = (root) => join(root, "node_modules", ".jikimi-installed");

/** What was installed, and for which kind of machine: some packages come as native code. */
function stampOf({ scope, lockText }) {
  const lock = createHash("sha256").update(lockText).digest("hex");
  return { lock, scope, machine: `${process.platform}-${process.arch}` };
}

function isStamped({ root, scope, lockText }) {
  try {
    const found = JSON.parse(readFileSync(stampPath(root), "utf8"));
    const wanted = stampOf({ scope, lockText });
    return (
      found.lock === wanted.lock &&
      found.machine === wanted.machine &&
      (found.scope === "all" || found.scope === scope) &&
      existsSync(join(root, "node_modules", "tsx", "package.json"))
    );
  } catch {
    return false;
  }
}

function writeStamp({ root, scope, lockText }) {
  writeFileSync(stampPath(root), `${JSON.stringify(stampOf({ scope, lockText }))}\n`);
}

/** Whether somebody's own `npm ci` or `npm install` has already done the work; npm keeps a list of what it put there. */
function holdsWhatTheLockSays({ root, scope, lockText }) {
  let installed;
  try {
    installed = JSON.parse(readFileSync(join(root, "node_modules", ".package-lock.json"), "utf8")).packages;
  } catch {
    return false;
  }
  const wanted = Object.entries(JSON.parse(lockText).packages).filter(([path]) => path.includes("node_modules/"));
  return wanted.every(([path, entry]) => {
    if (entry.extraneous || (scope === "runtime" && (entry.dev || entry.devOptional))) return true;
    const found = installed[path];
    if (found === undefined) return entry.optional === true;
    return found.version === entry.version && existsSync(join(root, path));
  });
}

/** The folders that a full installation fills on this machine: what progress is counted against. */
export function packageFolders(lock, scope, machine = { platform: process.platform, arch: process.arch }) {
  const fits = (allowed, mine) =>
    allowed === undefined ||
    (allowed.some((name) => name === mine || (name[0] === "!" && name.slice(1) !== mine)) &&
      !allowed.includes(`!${mine}`));
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path.includes("node_modules/") && entry.link !== true && entry.extraneous !== true)
    .filter(([, entry]) => scope === "all" || !(entry.dev || entry.devOptional))
    .filter(([, entry]) => fits(entry.os, machine.platform) && fits(entry.cpu, machine.arch))
    .map(([path]) => path);
}

async function npmCi({ root, scope, expected }) {
  const npm = findNpm();
  if (npm === undefined) {
    say({
      ko: "npm을 찾을 수 없습니다. Node.js와 함께 npm을 설치한 뒤 다시 실행해 주십시오.",
      en: "npm was not found. Install npm along with Node.js and run the command again.",
    });
    return false;
  }
  const total = expected.length;
  const what = scope === "all" ? "" : " --omit=dev";
  say({
    ko: `필요한 라이브러리 ${total}개를 설치합니다 (npm ci --ignore-scripts${what}). 처음 한 번만 합니다.`,
    en: `Installing the ${total} libraries Jikimi needs (npm ci --ignore-scripts${what}). This happens once.`,
  });

  const progress = new Progress();
  const report = () => {
    const done = countInstalled(root, expected);
    progress.update((seconds) =>
      inLanguage({ ko: `  ${done}/${total} · ${seconds}초`, en: `  ${done}/${total} · ${seconds} s` }),
    );
  };
  const ticking = setInterval(report, 500);
  const startedAtMs = Date.now();
  const scopeFlag = scope === "all" ? "--include=dev" : "--omit=dev";
  const args = [...npm.args, "ci", "--ignore-scripts", scopeFlag, "--no-audit", "--no-fund", "--loglevel=error"];
  const { code, output } = await runQuietly(npm.command, args, root);
  clearInterval(ticking);

  const seconds = Math.round((Date.now() - startedAtMs) / 1000);
  if (code === 0) {
    progress.finish(inLanguage({ ko: `  설치를 마쳤습니다 · ${seconds}초`, en: `  Installed · ${seconds} s` }));
    return true;
  }
  progress.finish(
    inLanguage({ ko: "  설치하지 못했습니다. npm이 한 말:", en: "  The installation failed. npm said:" }),
  );
  process.stderr.write(`${output.trim().split("\n").slice(0, 20).join("\n")}\n`);
  say({
    ko: "인터넷(또는 npm 레지스트리 설정)과 디스크 공간을 확인한 뒤 다시 실행해 주십시오.",
    en: "Check the network (or npm's registry setting) and the disk space, then run the command again.",
  });
  return false;
}

function countInstalled(root, expected) {
  let done = 0;
  for (const path of expected) if (existsSync(join(root, path, "package.json"))) done += 1;
  return done;
}

/** npm itself when it runs us, else the npm beside this Node, else the first in PATH. */
function findNpm() {
  const { npm_execpath: fromNpm, PATH = "" } = process.env;
  if (fromNpm !== undefined && /npm-cli\.[cm]?js$/.test(fromNpm) && existsSync(fromNpm)) {
    return { command: process.execPath, args: [fromNpm] };
  }
  for (const folder of [join(process.execPath, ".."), ...PATH.split(":")]) {
    const path = join(folder || ".", "npm");
    if (existsSync(path) && statSync(path).isFile()) return { command: path, args: [] };
  }
  return undefined;
}

/** Ends with us when we are told to end, so that no half-done npm is left behind. */
function runQuietly(command, args, cwd) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    let output = "";
    const keep = (chunk) => {
      output = (output + chunk).slice(0, 20_000);
    };
    child.stdout.on("data", keep);
    child.stderr.on("data", keep);
    const onSignal = (signal) => {
      child.kill(signal);
      child.once("close", () => process.exit(signal === "SIGINT" ? 130 : 143));
    };
    process.on("SIGINT", onSignal).on("SIGTERM", onSignal);
    const done = (code) => {
      process.off("SIGINT", onSignal).off("SIGTERM", onSignal);
      resolve({ code, output });
    };
    child.once("error", (failure) => {
      output += failure.message;
      done(1);
    });
    child.once("close", (code) => done(code ?? 1));
  });
}

/**
 * Two commands started at once on a fresh clone must not install into the same folder at once.
 * The file holds the process id of whoever installs; one left by a process that is gone is removed.
 */
async function takeTurn(path) {
  let told = false;
  for (;;) {
    try {
      claim(path);
      const release = () => rmSync(path, { force: true });
      process.once("exit", release);
      return () => {
        process.off("exit", release);
        release();
      };
    } catch (failure) {
      if (failure.code !== "EEXIST") throw failure;
    }
    const owner = readOwner(path);
    if (owner === undefined || !isAlive(owner)) {
      rmSync(path, { force: true });
      continue;
    }
    if (!told) {
      say({
        ko: `다른 지킴이 명령(프로세스 ${owner})이 설치하고 있어 기다립니다.`,
        en: `Another Jikimi command (process ${owner}) is installing; waiting for it.`,
      });
      told = true;
    }
    await sleep(300);
  }
}

/** Appears whole or not at all: a link is made only where nothing is yet. */
function claim(path) {
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, String(process.pid));
  try {
    linkSync(draft, path);
  } finally {
    rmSync(draft, { force: true });
  }
}

function readOwner(path) {
  try {
    return Number(readFileSync(path, "utf8")) || undefined;
  } catch {
    return undefined;
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (failure) {
    return failure.code === "EPERM";
  }
}

function say(text) {
  process.stderr.write(`${inLanguage(text)}\n`);
}
