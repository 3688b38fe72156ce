import { ManualClock, SystemClock } from "@jikimi/kernel";
import { describe, expect, test } from "vitest";
import { type Config, parseConfig } from "../config/index.ts";
import { checkCpu, checkMemory, realtimePriorityOf } from "./capacity.ts";
import { checkClock } from "./clock.ts";
import { checkDisk, type DiskLook } from "./disk.ts";
import { checkPorts, checkRtpPorts, type PortProbe, type ProbePort } from "./ports.ts";
import { checkReachability } from "./reachability.ts";
import { checkRecognizerServer } from "./recognizer-server.ts";
import { checkDatabase, checkHearing, checkModels, checkNode, type DatabaseHealth } from "./software.ts";

function configOf(env: Record<string, string>): Config {
  const result = parseConfig(env, undefined, { baseFolder: "/srv/jikimi" });
  if (result.kind === "invalid") throw new Error(JSON.stringify(result.problems));
  return result.config;
}

test.for([
  { version: "18.20.8", level: "fail" },
  { version: "20.18.0", level: "fail" },
  { version: "20.19.0", level: "warn" },
  { version: "22.20.0", level: "ok" },
  { version: "24.1.0", level: "ok" },
])("Node $version is $level", ({ version, level }) => {
  expect(checkNode(version)).toMatchObject({ level, wayOut: level === "ok" ? null : { en: expect.any(String) } });
});

describe("ports", () => {
  const answering =
    (answer: PortProbe): ProbePort =>
    async () =>
      answer;

  test.for<{ probed: PortProbe; runningPid: number | null; level: string; wayOut: string | null }>([
    { probed: { kind: "free" }, runningPid: null, level: "ok", wayOut: null },
    { probed: { kind: "not-free", code: "EADDRINUSE" }, runningPid: null, level: "warn", wayOut: "JIKIMI_HTTP_PORT" },
    { probed: { kind: "not-free", code: "EADDRINUSE" }, runningPid: 42, level: "ok", wayOut: null },
    { probed: { kind: "not-free", code: "EACCES" }, runningPid: null, level: "fail", wayOut: "1024" },
    { probed: { kind: "not-free", code: "EADDRNOTAVAIL" }, runningPid: null, level: "fail", wayOut: "JIKIMI_BIND" },
  ])("$probed with server $runningPid running is $level", async ({ probed, runningPid, level, wayOut }) => {
    const [web, ...sip] = await checkPorts({ config: configOf({}), probe: answering(probed), runningPid });
    expect(web?.level).toBe(level);
    expect(web?.wayOut?.en ?? null).toEqual(wayOut === null ? null : expect.stringContaining(wayOut));
    expect(sip.map(({ level: each }) => each)).toEqual([level, level]);
  });

  test.for([
    { takenOf64: 0, level: "ok" },
    { takenOf64: 16, level: "ok" },
    { takenOf64: 17, level: "warn" },
    { takenOf64: 63, level: "warn" },
    { takenOf64: 64, level: "fail" },
  ])("$takenOf64 of 64 sound ports taken is $level", async ({ takenOf64, level }) => {
    const asked = new Set<number>();
    const probe: ProbePort = async ({ port }) => {
      asked.add(port);
      return asked.size <= takenOf64 ? { kind: "not-free", code: "EADDRINUSE" } : { kind: "free" };
    };
    expect(await checkRtpPorts({ config: configOf({}), probe })).toMatchObject({ level });
    expect(asked.size).toBe(64);
    expect(Math.min(...asked)).toBe(30_000);
    expect(Math.max(...asked)).toBeLessThanOrEqual(31_999);
  });
});

describe("the clock", () => {
  test.for([
    { start: Date.UTC(2026, 10, 22), wallSpeed: 1, level: "ok" },
    { start: Date.UTC(2026, 10, 22), wallSpeed: 1.2, level: "warn" },
    { start: Date.UTC(2026, 10, 22), wallSpeed: -5, level: "warn" },
    { start: Date.UTC(1970, 0, 2), wallSpeed: 1, level: "fail" },
  ])("from $start, running at $wallSpeed, is $level", async ({ start, wallSpeed, level }) => {
    class CrookedClock extends ManualClock {
      override nowMs() {
        return (start + this.monotonicMs() * wallSpeed) as ReturnType<ManualClock["nowMs"]>;
      }
    }
    const clock = new CrookedClock();
    const checked = checkClock({ clock, timeZone: "Asia/Seoul" });
    await clock.advance(1000);
    expect(await checked).toMatchObject({ level });
  });

  test("this machine's is right", async () => {
    expect((await checkClock({ clock: new SystemClock(), timeZone: "UTC" })).level).not.toBe("fail");
  });
});

describe("the disk", () => {
  const good: DiskLook = {
    existing: "/d",
    folderMode: 0o700,
    freeBytes: 50e9,
    bytesPerSecond: 100e6,
    writeFailure: null,
  };
  test.for<{ change: Partial<DiskLook>; levels: string[] }>([
    { change: {}, levels: ["ok", "ok", "ok"] },
    { change: { folderMode: null }, levels: ["ok", "ok", "ok"] },
    { change: { bytesPerSecond: 1e6 }, levels: ["warn", "ok", "ok"] },
    { change: { bytesPerSecond: null, writeFailure: "EACCES" }, levels: ["fail", "ok", "ok"] },
    { change: { freeBytes: 5e9 }, levels: ["ok", "warn", "ok"] },
    { change: { freeBytes: 5e8 }, levels: ["ok", "fail", "ok"] },
    { change: { folderMode: 0o755 }, levels: ["ok", "ok", "warn"] },
    { change: { folderMode: 0o710 }, levels: ["ok", "ok", "warn"] },
  ])("$change is $levels", ({ change, levels }) => {
    const results = checkDisk({ folder: "/d", look: { ...good, ...change } });
    expect(results.map(({ level }) => level)).toEqual(levels);
    for (const { level, wayOut } of results) expect(wayOut === null).toBe(level === "ok");
  });
});

describe("models", () => {
  test.for([
    { results: ["ok", "ok"], level: "ok", names: "two" },
    { results: ["ok", "missing"], level: "fail", names: "file-1 (missing)" },
    { results: ["wrong-hash", "wrong-size"], level: "fail", names: "file-0 (wrong-hash), file-1 (wrong-size)" },
  ] as const)("$results is $level", async ({ results, level, names }) => {
    const checked = await checkModels(async () =>
      results.map((result, index) => ({ model: index === 0 ? "one" : "two", path: `file-${index}`, result })),
    );
    expect(checked.level).toBe(level);
    expect(checked.found.en).toContain(names);
  });

  test("without a list of models nothing is right", async () => {
    expect(await checkModels(() => Promise.reject(new Error("no manifest")))).toMatchObject({ level: "fail" });
  });
});

describe("hearing", () => {
  test("says how to measure it, and what was measured", () => {
    expect(checkHearing(null)).toMatchObject({ level: "ok", found: { en: expect.stringContaining("models measure") } });
    const model = { name: "whisper-base-ko", seconds: 60, cpuPerSecond: 0.066, callsPerCore: 17, errorPercent: 14.5 };
    const unknown = { ...model, name: "demo", callsPerCore: 90, errorPercent: null };
    const elsewhere = { ...model, name: "openai-compatible", callsPerCore: null, errorPercent: 9.1 };
    const measured = {
      formatVersion: 1,
      measuredAtMs: Date.UTC(2026, 10, 23),
      clips: "own",
      models: [model, unknown, elsewhere],
    } as const;
    const { level, found } = checkHearing({ ...measured, models: [...measured.models] });
    expect(level).toBe("ok");
    expect(found.ko).toBe(
      "whisper-base-ko 코어당 통화 17, 틀린 글자 14.5 % · demo 코어당 통화 90 · openai-compatible, 틀린 글자 9.1 % (2026-11-23 측정)",
    );
  });
});

describe("the recognition server", () => {
  const url = "http://127.0.0.1:8000";
  function opening(answer: Promise<unknown> | null) {
    const seen = { samples: 0, closed: 0 };
    const open = async () => {
      if (answer === null) throw new Error("recognizer-failed: the key file /k cannot be read");
      return {
        transcribe: (pcm: Float32Array) => {
          seen.samples = pcm.length;
          return answer;
        },
        [Symbol.asyncDispose]: async () => {
          seen.closed += 1;
        },
      };
    };
    return { seen, open };
  }

  test("is sent half a second of silence, and closed again", async () => {
    const { open, seen } = opening(Promise.resolve());
    const result = await checkRecognizerServer({ url, open, clock: new ManualClock() });
    expect(result).toMatchObject({ level: "ok", found: { en: `${url} answered in 0 ms` } });
    expect(seen).toEqual({ samples: 8000, closed: 1 });
  });

  test("that fails, or cannot be asked, fails with the settings to look at", async () => {
    const refused = opening(Promise.reject(new Error("recognizer-failed: the server answered 401")));
    const result = await checkRecognizerServer({ url, open: refused.open, clock: new ManualClock() });
    expect(result).toMatchObject({ level: "fail", found: { ko: expect.stringContaining("answered 401") } });
    expect(result.wayOut?.ko).toContain("JIKIMI_RECOGNIZER_KEY_FILE");
    expect(refused.seen.closed).toBe(1);
    const keyless = await checkRecognizerServer({ url, open: opening(null).open, clock: new ManualClock() });
    expect(keyless).toMatchObject({ level: "fail", found: { en: expect.stringContaining("cannot be read") } });
  });
});

describe("the database", () => {
  const healthy: DatabaseHealth = { reachable: true, latencyMs: 1.5, serverVersion: "15.18", limitation: null };
  function opening(health: DatabaseHealth | Error) {
    const seen = { opened: 0, closed: 0 };
    const open = async () => {
      seen.opened += 1;
      if (health instanceof Error) throw health;
      return {
        health: async () => health,
        [Symbol.asyncDispose]: async () => {
          seen.closed += 1;
        },
      };
    };
    return { seen, open };
  }
  const here = { description: "PostgreSQL db/calls", kind: "postgres", exists: true, runningPid: null } as const;

  test("is asked, shown with its limits, and closed again", async () => {
    const { open, seen } = opening({ ...healthy, limitation: { ko: "시험용", en: "for trials" } });
    const result = await checkDatabase({ ...here, open });
    expect(result).toMatchObject({ level: "ok", found: { en: "PostgreSQL db/calls (15.18, 1.5 ms) for trials" } });
    expect(seen).toEqual({ opened: 1, closed: 1 });
  });

  test("that does not answer, or does not open, fails without giving the password away", async () => {
    const silent = opening({ ...healthy, reachable: false });
    expect(await checkDatabase({ ...here, open: silent.open })).toMatchObject({ level: "fail" });
    expect(silent.seen.closed).toBe(1);
    const refused = Object.assign(new Error("postgres://u:hunter2@db refused"), { code: "ECONNREFUSED" });
    const result = await checkDatabase({ ...here, ...opening(new Error("open failed: hunter2", { cause: refused })) });
    expect(result.level).toBe("fail");
    expect(result.found.en).toContain("ECONNREFUSED");
    expect(JSON.stringify(result)).not.toContain("hunter2");
  });

  test.for([
    { what: "the running server holds", kind: "pglite", exists: true, runningPid: 7 },
    { what: "is yet to be made", kind: "pglite", exists: false, runningPid: null },
  ] as const)("a PGlite that $what is left alone", async ({ kind, exists, runningPid }) => {
    const { open, seen } = opening(healthy);
    expect(await checkDatabase({ description: "PGlite /d", kind, exists, open, runningPid })).toMatchObject({
      level: "ok",
    });
    expect(seen.opened).toBe(0);
  });
});

describe("addresses", () => {
  const interfaces = {
    lo: [{ address: "127.0.0.1", family: "IPv4", internal: true }],
    eth0: [{ address: "192.168.0.10", family: "IPv4", internal: false }],
  };
  test.for([
    { env: {}, level: "ok", says: "this machine only" },
    { env: { JIKIMI_BIND: "0.0.0.0" }, level: "ok", says: "192.168.0.10" },
    { env: { JIKIMI_BIND: "192.168.0.10" }, level: "ok", says: "192.168.0.10" },
    { env: { JIKIMI_BIND: "10.0.0.1" }, level: "fail", says: "none of this machine's addresses" },
    { env: { JIKIMI_BIND: "0.0.0.0", JIKIMI_PUBLIC_ADDRESS: "203.0.113.7" }, level: "warn", says: "203.0.113.7" },
    { env: { JIKIMI_BIND: "0.0.0.0", JIKIMI_PUBLIC_ADDRESS: "192.168.0.10" }, level: "ok", says: "192.168.0.10" },
  ])("$env is $level", ({ env, level, says }) => {
    const result = checkReachability({ config: configOf({ ...env }), interfaces });
    expect(result.level).toBe(level);
    expect(result.found.en).toContain(says);
  });
});

describe("capacity", () => {
  test.for([
    { cores: 4, load: 0.5, level: "ok" },
    { cores: 2, load: 2, level: "ok" },
    { cores: 2, load: 2.1, level: "warn" },
    { cores: 1, load: 0, level: "warn" },
  ])("$cores cores at load $load: $level", ({ cores, load, level }) => {
    expect(checkCpu({ cores, load, realtimePriority: 0 }).level).toBe(level);
  });

  test.for([
    { availableBytes: 4e9, level: "ok" },
    { availableBytes: 0.9e9, level: "warn" },
    { availableBytes: 0.4e9, level: "fail" },
  ])("$availableBytes bytes available: $level", ({ availableBytes, level }) => {
    expect(checkMemory({ availableBytes, totalBytes: 8e9 }).level).toBe(level);
  });

  test.for([
    { text: "Max nice priority  0  0\nMax realtime priority     0                    0\n", expected: 0 },
    { text: "Max realtime priority     95                   99\n", expected: 95 },
    { text: "Max realtime priority     unlimited            unlimited\n", expected: 99 },
    { text: "nothing of the kind", expected: null },
    { text: null, expected: null },
  ])("the real-time priority in $text is $expected", ({ text, expected }) => {
    expect(realtimePriorityOf(text)).toBe(expected);
  });
});
