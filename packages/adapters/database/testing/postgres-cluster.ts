import { type ChildProcess, execFileSync, spawn, spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/**
 * A PostgreSQL of Debian's package, in a folder of its own, on a free loopback port. The server refuses to run as
 * root, so root runs it as the package's `postgres` user.
 */
export async function startPostgres() {
  const bin = findBinaries();
  const folder = mkdtempSync(join(tmpdir(), "jikimi-postgres-"));
  const as = unprivileged();
  if (as !== null) chownSync(folder, as.uid, as.gid);
  const data = join(folder, "data");
  const made = spawnSync(
    join(bin, "initdb"),
    ["-D", data, "-U", "jikimi", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"],
    { ...as, cwd: folder, encoding: "utf8" },
  );
  if (made.status !== 0) throw new Error(`initdb failed: ${made.stderr}`);
  const port = await freePort();
  const settings = ["-c", "listen_addresses=127.0.0.1", "-c", `unix_socket_directories=${folder}`, "-c", "fsync=off"];
  const server = spawn(join(bin, "postgres"), ["-D", data, "-p", String(port), ...settings], {
    ...as,
    cwd: folder,
    env: { LC_MESSAGES: "C" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  await ready(server);
  return {
    port,
    url: `postgres://jikimi@127.0.0.1:${port}/postgres`,
    /** Kills it as a crash would. */
    kill: () => stop(server, "SIGKILL"),
    async [Symbol.asyncDispose](): Promise<void> {
      await stop(server, "SIGINT");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type PostgresCluster = Awaited<ReturnType<typeof startPostgres>>;

function findBinaries(): string {
  const root = "/usr/lib/postgresql";
  const versions = existsSync(root) ? readdirSync(root).filter((version) => Number(version) >= 15) : [];
  const newest = versions.sort((a, b) => Number(b) - Number(a))[0];
  if (newest !== undefined && existsSync(join(root, newest, "bin", "initdb"))) return join(root, newest, "bin");
  throw new Error("PostgreSQL 15 or newer is missing: apt-get install postgresql");
}

function unprivileged(): { uid: number; gid: number } | null {
  if (process.getuid?.() !== 0) return null;
  const id = (flag: string) => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
  return { uid: id("-u"), gid: id("-g") };
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.once("error", reject);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      probe.close(() => resolve(port));
    });
  });
}

async function ready(server: ChildProcess): Promise<void> {
  if (server.stderr === null) throw new Error("postgres has no stderr");
  const said: string[] = [];
  for await (const line of createInterface({ input: server.stderr })) {
    said.push(line);
    if (line.includes("database system is ready to accept connections")) {
      server.stderr.resume();
      return;
    }
  }
  throw new Error(`postgres did not start: ${said.join("\n")}`);
}

function stop(server: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  return new Promise((resolve) => {
    if (server.exitCode !== null || server.signalCode !== null) {
      resolve();
      return;
    }
    server.once("exit", () => resolve());
    server.kill(signal);
  });
}
