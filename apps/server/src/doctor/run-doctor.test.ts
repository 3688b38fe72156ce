import { createSocket } from "node:dgram";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { type AddressInfo, createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SystemClock } from "@jikimi/kernel";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { parseConfig } from "../config/index.ts";
import { lookAtDisk } from "./disk.ts";
import { probePort } from "./ports.ts";
import { doctorReport, renderDoctor } from "./render.ts";
import { runDoctor } from "./run-doctor.ts";

const address = "127.0.0.1";
const clock = new SystemClock();
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "jikimi-doctor-"));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

describe("a port", () => {
  test("that something listens on is seen, and free again afterwards, over TCP", async () => {
    const server = createServer().listen(0, address);
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    expect(await probePort({ transport: "tcp", address, port })).toEqual({ kind: "not-free", code: "EADDRINUSE" });
    server.close();
    await once(server, "close");
    expect(await probePort({ transport: "tcp", address, port })).toEqual({ kind: "free" });
    expect(await probePort({ transport: "tcp", address, port })).toEqual({ kind: "free" });
  });

  test("that something is bound to is seen, and free again afterwards, over UDP", async () => {
    const socket = createSocket("udp4").bind(0, address);
    await once(socket, "listening");
    const { port } = socket.address();
    expect(await probePort({ transport: "udp", address, port })).toEqual({ kind: "not-free", code: "EADDRINUSE" });
    socket.close();
    await once(socket, "close");
    expect(await probePort({ transport: "udp", address, port })).toEqual({ kind: "free" });
  });

  test("on an address of another machine cannot be had", async () => {
    const elsewhere = { address: "192.0.2.1", port: 0 };
    expect(await probePort({ transport: "tcp", ...elsewhere })).toEqual({ kind: "not-free", code: "EADDRNOTAVAIL" });
    expect(await probePort({ transport: "udp", ...elsewhere })).toEqual({ kind: "not-free", code: "EADDRNOTAVAIL" });
  });
});

describe("the data folder", () => {
  test("is tried out and left as it was", async () => {
    await chmod(folder, 0o750);
    const look = await lookAtDisk({ folder, clock });
    expect(look).toMatchObject({ existing: folder, folderMode: 0o750, writeFailure: null });
    expect(look.freeBytes).toBeGreaterThan(0);
    expect(look.bytesPerSecond).toBeGreaterThan(0);
    expect(await readdir(folder)).toEqual([]);
  });

  test("that is not there yet is looked at where it will be", async () => {
    const look = await lookAtDisk({ folder: join(folder, "not", "yet"), clock });
    expect(look).toMatchObject({ existing: folder, folderMode: null, writeFailure: null });
  });
});

describe("the whole check", () => {
  const looked = {
    clock,
    runningPid: null,
    verifyModels: async () => [{ model: "m", path: "m.onnx", result: "ok" as const }],
    openDatabase: () => Promise.reject(new Error("must not be opened")),
    openRecognizer: () => Promise.reject(new Error("refused")),
  };

  test("looks at everything, and makes nothing", async () => {
    const env = { JIKIMI_DATA: join(folder, "data"), JIKIMI_HTTP_PORT: "0", JIKIMI_SIP_PORT: "0" };
    const results = await runDoctor({ ...looked, configResult: parseConfig(env) });
    expect(results.map(({ id }) => id)).toEqual([
      "settings",
      "node",
      "clock",
      "cpu",
      "memory",
      "models",
      "hearing",
      "disk-speed",
      "disk-space",
      "data-mode",
      "database",
      "http-port",
      "sip-udp-port",
      "sip-tcp-port",
      "rtp-ports",
      "reachability",
    ]);
    expect(await readdir(folder)).toEqual([]);
    expect(renderDoctor(results, "ko")).toContain("데이터베이스");
    expect(renderDoctor(results, "en")).toContain("(made at the first start)");
  });

  test("says what is wrong with the settings, and looks at the rest", async () => {
    const results = await runDoctor({ ...looked, configResult: parseConfig({ JIKIMI_SIP_PORT: "x" }) });
    expect(results[0]).toMatchObject({
      id: "settings",
      level: "fail",
      found: { ko: expect.stringContaining("JIKIMI_SIP_PORT") },
    });
    expect(results.map(({ id }) => id)).toContain("models");
    expect(results.map(({ id }) => id)).not.toContain("http-port");
    expect(doctorReport(results).ok).toBe(false);
  });

  test("asks the recognition server where that is what hears, and only there", async () => {
    const env = { JIKIMI_DATA: folder, JIKIMI_RECOGNIZER_URL: "http://127.0.0.1:9", JIKIMI_HTTP_PORT: "0" };
    const chosen = { ...env, JIKIMI_RECOGNIZER: "openai-compatible" };
    const results = await runDoctor({ ...looked, configResult: parseConfig(chosen) });
    expect(results.find(({ id }) => id === "recognizer-server")).toMatchObject({
      level: "fail",
      found: { en: "http://127.0.0.1:9 does not hear (refused)" },
    });
    const others = await runDoctor({ ...looked, configResult: parseConfig(env) });
    expect(others.map(({ id }) => id)).not.toContain("recognizer-server");
  });

  test("warns of a misspelt setting", async () => {
    const results = await runDoctor({ ...looked, configResult: parseConfig({ JIKIMI_SIPPORT: "5070" }) });
    expect(results[0]).toMatchObject({ id: "settings", level: "warn" });
  });
});

test("what is wrong is shown with its way out, in either language", () => {
  const results = [
    { id: "a", name: { ko: "가", en: "A" }, level: "ok", found: { ko: "좋음", en: "good" }, wayOut: null },
    {
      id: "b",
      name: { ko: "나", en: "B" },
      level: "warn",
      found: { ko: "글쎄", en: "hm" },
      wayOut: { ko: "보기", en: "look" },
    },
    {
      id: "c",
      name: { ko: "다", en: "C" },
      level: "fail",
      found: { ko: "나쁨", en: "bad" },
      wayOut: { ko: "고침", en: "mend" },
    },
  ] as const;
  expect(renderDoctor(results, "en")).toBe(
    "✔ A: good\n! B: hm\n    → look\n✘ C: bad\n    → mend\n\n1 to be mended, 1 to be looked at\n",
  );
  expect(renderDoctor(results, "ko")).toContain("✘ 다: 나쁨\n    → 고침\n");
  expect(renderDoctor(results.slice(0, 1), "ko")).toBe("✔ 가: 좋음\n\n모두 좋습니다.\n");
});
