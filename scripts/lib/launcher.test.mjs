import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

// The launcher in a checkout of its own, with an application of a few lines and an npm that only notes that it was called.

const here = fileURLToPath(new URL("../..", import.meta.url));
let root;

const application = `
  const [command, value] = process.argv.slice(2);
  const heard: string[] = [];
  for (const signal of ["SIGINT", "SIGTERM"] as const) {
    process.on(signal, () => {
      heard.push(signal);
      // Later than an echo could come.
      setTimeout(() => console.log("heard " + heard.join(" ")), 500);
    });
  }
  console.log("started " + process.argv.slice(2).join(" "));
  if (command === "exit") process.exit(Number(value));
  if (command === "throw") throw new Error("broken");
  if (command === "wait") process.stdin.resume();
`;

const npm = `
  const fs = require("node:fs");
  fs.appendFileSync("npm-calls", process.argv.slice(2).join(" ") + "\\n");
  if (fs.existsSync("npm-fails")) {
    console.error("npm error the network is down");
    process.exit(1);
  }
  setTimeout(() => {
    fs.mkdirSync("node_modules", { recursive: true });
    fs.symlinkSync(${JSON.stringify(join(here, "node_modules", "tsx"))}, "node_modules/tsx");
  }, 300);
`;

beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), "jikimi-launcher-"));
  await cp(join(here, "scripts"), join(root, "scripts"), { recursive: true });
  await cp(join(here, "jikimi"), join(root, "jikimi"));
  await chmod(join(root, "jikimi"), 0o755);
  await cp(join(here, "tsconfig.json"), join(root, "tsconfig.json"));
  const lock = {
    packages: { "": {}, "node_modules/tsx": { version: "1.0.0" }, "node_modules/x": { version: "1.0.0", dev: true } },
  };
  await writeFile(join(root, "package-lock.json"), JSON.stringify(lock));
  await mkdir(join(root, "apps/server/src"), { recursive: true });
  await writeFile(join(root, "apps/server/src/cli.ts"), application);
  await writeFile(join(root, "package.json"), '{"type":"module"}');
  await writeFile(join(root, "npm-cli.cjs"), npm);
});

afterEach(() => rm(root, { recursive: true, force: true }));

function start(args, { command = join(root, "jikimi"), env = {}, cwd = tmpdir() } = {}) {
  const child = spawn(command, args, {
    cwd,
    env: { PATH: process.env.PATH, HOME: root, npm_execpath: join(root, "npm-cli.cjs"), ...env },
  });
  const said = { out: "", err: "" };
  const waiting = new Set();
  child.stdout.setEncoding("utf8").on("data", (text) => {
    said.out += text;
    for (const check of waiting) check();
  });
  child.stderr.setEncoding("utf8").on("data", (text) => {
    said.err += text;
  });
  return {
    child,
    hears: (words) =>
      new Promise((resolve) => {
        const check = () => {
          if (said.out.includes(words)) resolve();
        };
        waiting.add(check);
        check();
      }),
    async ended() {
      const [code, signal] = await once(child, "close");
      return { code, signal, ...said };
    },
  };
}

const npmCalls = async () =>
  (await readFile(join(root, "npm-calls"), "utf8").catch(() => "")).trim().split("\n").filter(Boolean);

describe("a start", () => {
  test("installs what the product runs with, says so, and the next one installs nothing", async () => {
    const first = await start(["exit", "0", "a b"], { env: { LANG: "ko_KR.UTF-8" } }).ended();
    expect(first).toMatchObject({
      code: 0,
      out: "started exit 0 a b\n",
      err: expect.stringContaining("라이브러리 1개를 설치합니다"),
    });
    const second = await start(["exit", "0"]).ended();
    expect(second).toMatchObject({ code: 0, err: "" });
    expect(await npmCalls()).toEqual(["ci --ignore-scripts --omit=dev --no-audit --no-fund --loglevel=error"]);
  });

  test("installs again when the lock file changes, and more for a benchmark", async () => {
    await start(["exit", "0"]).ended();
    await rm(join(root, "node_modules"), { recursive: true });
    await writeFile(join(root, "package-lock.json"), '{"packages":{"node_modules/tsx":{"version":"2.0.0"}}}');
    await start(["exit", "0"]).ended();
    await rm(join(root, "node_modules", "tsx"));
    await start(["bench"]).ended();
    const calls = await npmCalls();
    expect(calls).toHaveLength(3);
    expect(calls[2]).toContain("--include=dev");
  });

  test("twice at once installs once", async () => {
    const both = await Promise.all([start(["exit", "0"]).ended(), start(["exit", "0"]).ended()]);
    expect(both.map(({ code }) => code)).toEqual([0, 0]);
    expect(await npmCalls()).toHaveLength(1);
  });

  test("that cannot install says what npm said and the way out, and fails", async () => {
    await writeFile(join(root, "npm-fails"), "");
    const { code, out, err } = await start(["exit", "0"]).ended();
    expect({ code, out }).toEqual({ code: 1, out: "" });
    expect(err).toContain("the network is down");
    expect(err).toContain("Check the network");
  });

  test("works through a symbolic link, from any folder", async () => {
    await mkdir(join(root, "bin"));
    await symlink("../jikimi", join(root, "bin", "one"));
    await symlink(join(root, "bin", "one"), join(root, "two"));
    const { code } = await start(["exit", "4"], { command: join(root, "two"), cwd: "/" }).ended();
    expect(code).toBe(4);
  });

  test("without Node says where to get it, in the reader's language", async () => {
    await mkdir(join(root, "few"));
    for (const tool of ["sh", "readlink", "dirname"])
      await symlink(`/bin/${tool}`, join(root, "few", tool)).catch(() => {});
    const { code, err } = await start([], { env: { PATH: join(root, "few"), LANG: "ko_KR.UTF-8" } }).ended();
    expect(code).toBe(127);
    expect(err).toContain("Node.js를 찾을 수 없습니다");
  });
});

describe("the application", () => {
  test("keeps its exit code, and a thrown error is code 1 with where it was thrown", async () => {
    expect(await start(["exit", "7"]).ended()).toMatchObject({ code: 7 });
    const thrown = await start(["throw"]).ended();
    expect(thrown.code).toBe(1);
    expect(thrown.err).toMatch(/cli\.ts:\d+/);
  });

  test("hears a signal once though it comes twice in a row, and again when it is meant again", async () => {
    const running = start(["wait"]);
    await running.hears("started");
    running.child.kill("SIGINT");
    running.child.kill("SIGINT");
    await running.hears("heard SIGINT\n");
    running.child.kill("SIGTERM");
    await running.hears("heard SIGINT SIGTERM\n");
    running.child.stdin.end();
    const { code, out } = await running.ended();
    expect({ code, heard: out.trim().split("\n").at(-1) }).toEqual({ code: 0, heard: "heard SIGINT SIGTERM" });
  });
});
