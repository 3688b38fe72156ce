import { createHash } from "node:crypto";
import { constants } from "node:fs";
import { open, rm, stat } from "node:fs/promises";
import { connect, createServer, type Server } from "node:net";
import { hostname, tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseError } from "./errors.ts";

/**
 * One opener for a PGlite folder: PGlite takes no lock of its own, and two openers silently lose each other's rows.
 *
 * Two sockets, both let go by the kernel when the holder dies, however it dies. A name that the kernel hands out
 * once (Linux: abstract socket; Windows: named pipe) decides between processes that start at the same moment; it is
 * made from the folder's device and inode, so that two paths to one folder are one name. On Unix a socket file in the
 * folder also stops an opener in another container, which does not share those names. Whoever connects to either is
 * told who holds it.
 */
export async function lockFolder(folder: string): Promise<AsyncDisposable> {
  const { dev, ino } = await stat(folder);
  const id = createHash("sha256").update(`${dev}:${ino}`).digest("hex").slice(0, 32);
  const held: (() => Promise<void>)[] = [];
  const release = async () => {
    for (const free of held.splice(0).reverse()) await free();
  };
  try {
    if (process.platform === "linux") held.push(await holdName(`\0jikimi-database-${id}`, folder));
    if (process.platform === "win32") held.push(await holdName(`\\\\.\\pipe\\jikimi-database-${id}`, folder));
    else held.push(await holdFile(folder, id));
  } catch (failure) {
    await release();
    throw failure;
  }
  return { [Symbol.asyncDispose]: release };
}

async function holdName(name: string, folder: string): Promise<() => Promise<void>> {
  const server = await listen(name);
  if (server === null) throw inUse(folder, await askHolder(name));
  return () => close(server);
}

/** A socket's path is short (108 bytes on Linux) and a data folder's may be long: on Linux it is reached by its descriptor. */
async function holdFile(folder: string, id: string): Promise<() => Promise<void>> {
  if (process.platform !== "linux") return holdSocket(join(tmpdir(), `jikimi-${id.slice(0, 16)}.lock`), folder);
  const directory = await open(folder, constants.O_RDONLY | constants.O_DIRECTORY);
  try {
    const free = await holdSocket(`/proc/self/fd/${directory.fd}/${lockFileName}`, folder);
    return async () => {
      await free();
      await directory.close();
    };
  } catch (failure) {
    await directory.close();
    throw failure;
  }
}

async function holdSocket(path: string, folder: string): Promise<() => Promise<void>> {
  let server = await listen(path);
  if (server === null) {
    const holder = await askHolder(path);
    if (holder !== null) throw inUse(folder, holder);
    await rm(path, { force: true });
    server = await listen(path);
  }
  if (server === null) throw inUse(folder, await askHolder(path));
  const held = server;
  return async () => {
    await close(held);
    await rm(path, { force: true });
  };
}

/** Null when somebody else has it. */
function listen(address: string): Promise<Server | null> {
  return new Promise((resolve, reject) => {
    const server = createServer((client) => {
      client.on("error", () => client.destroy());
      client.end(`${process.pid} ${hostname()}\n`);
    });
    server.once("error", (failure: NodeJS.ErrnoException) => {
      if (failure.code === "EADDRINUSE") resolve(null);
      else reject(failure);
    });
    server.listen(address, () => {
      server.unref();
      resolve(server);
    });
  });
}

/** Who answers there, as `pid host`; null when nobody does: a socket file that a dead process left. */
function askHolder(address: string): Promise<string | null> {
  return new Promise((resolve) => {
    let answer = "";
    const client = connect(address);
    client.setEncoding("utf8");
    client.on("data", (text: string) => {
      answer += text;
    });
    client.on("error", () => resolve(null));
    client.on("end", () => resolve(answer.trim()));
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => server.close(() => resolve()));
}

function inUse(folder: string, holder: string | null): DatabaseError {
  const [pid = "?", host = hostname()] = holder?.split(" ") ?? [];
  return new DatabaseError("in-use", {
    ko: `데이터 폴더 ${folder}을(를) 다른 지킴이 프로세스(PID ${pid}, ${host})가 쓰고 있습니다. 그 프로세스를 끝내거나, JIKIMI_DATA로 다른 폴더를 지정하거나, 여러 프로세스가 함께 쓸 수 있는 PostgreSQL을 DATABASE_URL로 지정해 주세요.`,
    en: `The data folder ${folder} is in use by another Jikimi process (pid ${pid} on ${host}). Stop it, choose another folder with JIKIMI_DATA, or give a PostgreSQL that several processes can share as DATABASE_URL.`,
  });
}

const lockFileName = ".jikimi-lock";
