import { type ChildProcess, execFile, spawn } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { type Clock, SystemRandom } from "@jikimi/kernel";
import { loopback } from "../../demo/instance.ts";
import { findFreePort } from "../../free-port.ts";
import { type RunFile, readRunFile } from "../../run-file.ts";
import { poll } from "./call-watch.ts";
import { root } from "./centre.ts";

export type ServerSettings = { readonly httpPort: number; readonly sipPort: number; readonly dataFolder: string };

/** Ports that are free now, apart from those of instances in this process. */
export async function chooseSettings(dataFolder: string): Promise<ServerSettings> {
  const base = 10_000 + new SystemRandom().integer(8000);
  const sip = await findFreePort(loopback, base, { udp: true });
  const http = await findFreePort(loopback, base + 100, { udp: false });
  if (sip === null || http === null) throw new Error(`no free ports from ${base} on`);
  return { httpPort: http.port, sipPort: sip.port, dataFolder };
}

function environment({ httpPort, sipPort, dataFolder }: ServerSettings): NodeJS.ProcessEnv {
  const inherited = Object.entries(process.env).filter(
    ([name]) => !/^(JIKIMI_|DATABASE_URL|VITEST|NODE_OPTIONS)/.test(name),
  );
  return {
    ...Object.fromEntries(inherited),
    LANG: "en_US.UTF-8",
    LC_ALL: "",
    JIKIMI_HTTP_PORT: String(httpPort),
    JIKIMI_SIP_PORT: String(sipPort),
    JIKIMI_RTP_PORTS: "32000-33999",
    JIKIMI_DATA: dataFolder,
    JIKIMI_RECOGNIZER: "demo",
  };
}

/** `./jikimi start` as a person runs it: a process of its own, heard by what it prints. */
export class ServerProcess implements AsyncDisposable {
  readonly lines: string[] = [];
  readonly #child: ChildProcess;
  readonly #dataFolder: string;
  readonly #clock: Clock;
  readonly #exited: Promise<number | null>;

  private constructor(settings: ServerSettings, clock: Clock) {
    this.#clock = clock;
    this.#dataFolder = settings.dataFolder;
    this.#child = spawn(`${root}jikimi`, ["start"], {
      cwd: settings.dataFolder,
      env: environment(settings),
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream !== null) createInterface({ input: stream }).on("line", (line) => this.lines.push(line));
    }
    this.#exited = new Promise((resolve) => this.#child.once("close", (code) => resolve(code)));
  }

  /** Resolves when it says that it is on guard. */
  static async start(settings: ServerSettings, clock: Clock): Promise<ServerProcess> {
    const server = new ServerProcess(settings, clock);
    const ready = () => server.#child.exitCode !== null || server.lines.some((line) => line.startsWith("Good to know"));
    await poll(ready, { clock, withinMs: 60_000, what: "the server starts" });
    if (server.#child.exitCode === null) return server;
    throw new Error(`the server did not start:\n${server.lines.join("\n")}`);
  }

  get run(): RunFile {
    const run = readRunFile(this.#dataFolder);
    if (run === null) throw new Error(`no run file:\n${this.lines.join("\n")}`);
    return run;
  }

  get said(): string {
    return this.lines.join("\n");
  }

  /** Printed once, by the very first start. */
  password(username: string): string {
    return new RegExp(`^  ${username}  (\\S+)$`, "m").exec(this.said)?.[1] ?? "";
  }

  kill(signal: "SIGKILL" | "SIGTERM"): void {
    this.#child.kill(signal);
  }

  /** The exit code; null when a signal ended it. */
  async exited({ withinMs }: { withinMs: number }): Promise<number | null> {
    const patience = this.#clock.after(withinMs, () => this.#child.kill("SIGKILL"));
    const code = await this.#exited;
    patience.cancel();
    return code;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }
}

export type CommandResult = { readonly code: number; readonly stdout: string; readonly stderr: string };

/** `./jikimi …` with the same settings, to its end. */
export function jikimi(args: readonly string[], settings: ServerSettings): Promise<CommandResult> {
  return new Promise((resolve) => {
    const options = { cwd: settings.dataFolder, env: environment(settings), maxBuffer: 32 * 1024 * 1024 };
    const child = execFile(`${root}jikimi`, [...args], options, (_failure, stdout, stderr) => {
      resolve({ code: child.exitCode ?? -1, stdout, stderr });
    });
  });
}

/** The processes whose parent this is: workers of a server that may be gone by the time they are looked for. */
export function childrenOf(pid: number): readonly number[] {
  const path = `/proc/${pid}/task/${pid}/children`;
  if (!existsSync(path)) return [];
  return readFileSync(path, "utf8").trim().split(/\s+/).filter(Boolean).map(Number);
}

export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
