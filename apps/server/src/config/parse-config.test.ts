import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Config, describeDatabase, parseConfig } from "./parse-config.ts";
import { settingNames } from "./settings.ts";

const baseFolder = "/srv/jikimi";

function valid(env: Record<string, string>, dotEnvText?: string): Config {
  const result = parseConfig(env, dotEnvText, { baseFolder });
  if (result.kind === "invalid") throw new Error(JSON.stringify(result.problems));
  return result.config;
}

function problemNames(env: Record<string, string>, dotEnvText?: string): string[] {
  const result = parseConfig(env, dotEnvText, { baseFolder });
  return result.kind === "invalid" ? result.problems.map(({ name }) => name) : [];
}

function warningsOf(env: Record<string, string>): readonly { name: string; message: { ko: string; en: string } }[] {
  const result = parseConfig(env, undefined, { baseFolder });
  if (result.kind === "invalid") throw new Error(JSON.stringify(result.problems));
  return result.warnings;
}

describe("settings", () => {
  test("with nothing set, everything stays on this machine", () => {
    expect(valid({})).toEqual({
      bindAddress: "127.0.0.1",
      publicAddress: null,
      publicUrl: null,
      trustedProxies: ["127.0.0.1", "::1"],
      httpPort: 8080,
      sipPort: 5060,
      rtpPorts: { first: 30_000, last: 31_999 },
      dataFolder: "/srv/jikimi/data",
      database: { kind: "pglite", folder: "/srv/jikimi/data/database" },
      logLevel: "info",
      mediaWorkers: 1,
      listenWorkers: 1,
      recognizer: "whisper-base-ko",
      recognizerServer: null,
      wrapUpMs: 60_000,
    });
  });

  test.for<{ env: Record<string, string>; expected: Partial<Config> }>([
    { env: { JIKIMI_BIND: "0.0.0.0" }, expected: { bindAddress: "0.0.0.0" } },
    { env: { JIKIMI_BIND: "localhost" }, expected: { bindAddress: "127.0.0.1" } },
    { env: { JIKIMI_BIND: " 192.168.0.10 " }, expected: { bindAddress: "192.168.0.10" } },
    { env: { JIKIMI_BIND: "" }, expected: { bindAddress: "127.0.0.1" } },
    { env: { JIKIMI_PUBLIC_ADDRESS: "203.0.113.7" }, expected: { publicAddress: "203.0.113.7" } },
    { env: { JIKIMI_HTTP_PORT: "0" }, expected: { httpPort: 0 } },
    { env: { JIKIMI_HTTP_PORT: "0", JIKIMI_SIP_PORT: "0" }, expected: { httpPort: 0, sipPort: 0 } },
    { env: { JIKIMI_RTP_PORTS: "1024 - 1031" }, expected: { rtpPorts: { first: 1024, last: 1031 } } },
    { env: { JIKIMI_DATA: "/var/lib/jikimi" }, expected: { dataFolder: "/var/lib/jikimi" } },
    { env: { JIKIMI_DATA: "../elsewhere" }, expected: { dataFolder: "/srv/elsewhere" } },
    {
      env: { DATABASE_URL: "postgresql://u:secret@db:5432/calls" },
      expected: { database: { kind: "postgres", url: "postgresql://u:secret@db:5432/calls" } },
    },
    { env: { JIKIMI_LOG_LEVEL: "debug" }, expected: { logLevel: "debug" } },
    { env: { JIKIMI_MEDIA_WORKERS: "4", JIKIMI_LISTEN_WORKERS: "2" }, expected: { mediaWorkers: 4, listenWorkers: 2 } },
    { env: { JIKIMI_WRAP_UP_SECONDS: "0" }, expected: { wrapUpMs: 0 } },
    { env: { JIKIMI_RECOGNIZER: "demo" }, expected: { recognizer: "demo" } },
    {
      env: { JIKIMI_RECOGNIZER: "openai-compatible", JIKIMI_RECOGNIZER_URL: "http://[::1]:8000/v1" },
      expected: {
        recognizer: "openai-compatible",
        recognizerServer: { url: "http://[::1]:8000/v1", model: "whisper-1", keyFile: null },
      },
    },
    {
      env: {
        JIKIMI_RECOGNIZER_URL: "https://speech.example.kr",
        JIKIMI_RECOGNIZER_MODEL: "openai/whisper-large-v3",
        JIKIMI_RECOGNIZER_KEY_FILE: "speech.key",
      },
      expected: {
        recognizer: "whisper-base-ko",
        recognizerServer: {
          url: "https://speech.example.kr",
          model: "openai/whisper-large-v3",
          keyFile: "/srv/jikimi/speech.key",
        },
      },
    },
  ])("$env is taken", ({ env, expected }) => {
    expect(valid(env)).toMatchObject(expected);
  });

  test.for<{ env: Record<string, string>; wrong: string }>([
    { env: { JIKIMI_BIND: "everywhere" }, wrong: "JIKIMI_BIND" },
    { env: { JIKIMI_BIND: "256.0.0.1" }, wrong: "JIKIMI_BIND" },
    { env: { JIKIMI_BIND: "::1" }, wrong: "JIKIMI_BIND" },
    { env: { JIKIMI_PUBLIC_ADDRESS: "0.0.0.0" }, wrong: "JIKIMI_PUBLIC_ADDRESS" },
    { env: { JIKIMI_PUBLIC_ADDRESS: "pbx.example" }, wrong: "JIKIMI_PUBLIC_ADDRESS" },
    { env: { JIKIMI_HTTP_PORT: "80a" }, wrong: "JIKIMI_HTTP_PORT" },
    { env: { JIKIMI_HTTP_PORT: "65536" }, wrong: "JIKIMI_HTTP_PORT" },
    { env: { JIKIMI_SIP_PORT: "-1" }, wrong: "JIKIMI_SIP_PORT" },
    { env: { JIKIMI_SIP_PORT: "8080" }, wrong: "JIKIMI_HTTP_PORT" },
    { env: { JIKIMI_SIP_PORT: "30100" }, wrong: "JIKIMI_RTP_PORTS" },
    { env: { JIKIMI_RTP_PORTS: "30000" }, wrong: "JIKIMI_RTP_PORTS" },
    { env: { JIKIMI_RTP_PORTS: "30001-31000" }, wrong: "JIKIMI_RTP_PORTS" },
    { env: { JIKIMI_RTP_PORTS: "31000-30000" }, wrong: "JIKIMI_RTP_PORTS" },
    { env: { JIKIMI_RTP_PORTS: "30000-30003" }, wrong: "JIKIMI_RTP_PORTS" },
    { env: { JIKIMI_RTP_PORTS: "1000-2000" }, wrong: "JIKIMI_RTP_PORTS" },
    { env: { JIKIMI_RTP_PORTS: "60000-70000" }, wrong: "JIKIMI_RTP_PORTS" },
    { env: { JIKIMI_DATA: "da\0ta" }, wrong: "JIKIMI_DATA" },
    { env: { DATABASE_URL: "mysql://u:secret@db/calls" }, wrong: "DATABASE_URL" },
    { env: { DATABASE_URL: "postgres://u:secret@db" }, wrong: "DATABASE_URL" },
    { env: { DATABASE_URL: "secret" }, wrong: "DATABASE_URL" },
    { env: { JIKIMI_LOG_LEVEL: "loud" }, wrong: "JIKIMI_LOG_LEVEL" },
    { env: { JIKIMI_MEDIA_WORKERS: "0" }, wrong: "JIKIMI_MEDIA_WORKERS" },
    { env: { JIKIMI_MEDIA_WORKERS: "65" }, wrong: "JIKIMI_MEDIA_WORKERS" },
    { env: { JIKIMI_LISTEN_WORKERS: "two" }, wrong: "JIKIMI_LISTEN_WORKERS" },
    { env: { JIKIMI_WRAP_UP_SECONDS: "3601" }, wrong: "JIKIMI_WRAP_UP_SECONDS" },
    { env: { JIKIMI_RECOGNIZER: "whisper" }, wrong: "JIKIMI_RECOGNIZER" },
    { env: { JIKIMI_RECOGNIZER: "openai-compatible" }, wrong: "JIKIMI_RECOGNIZER_URL" },
    {
      env: { JIKIMI_RECOGNIZER: "openai-compatible", JIKIMI_RECOGNIZER_URL: "speech.example.kr" },
      wrong: "JIKIMI_RECOGNIZER_URL",
    },
    { env: { JIKIMI_RECOGNIZER_URL: "ftp://speech.example.kr" }, wrong: "JIKIMI_RECOGNIZER_URL" },
    { env: { JIKIMI_RECOGNIZER_URL: "https://u:secret@speech.example.kr" }, wrong: "JIKIMI_RECOGNIZER_URL" },
    { env: { JIKIMI_RECOGNIZER_URL: "https://speech.example.kr/?key=secret" }, wrong: "JIKIMI_RECOGNIZER_URL" },
    { env: { JIKIMI_RECOGNIZER_MODEL: "whisper\n1" }, wrong: "JIKIMI_RECOGNIZER_MODEL" },
    { env: { JIKIMI_RECOGNIZER_KEY_FILE: "ke\0y" }, wrong: "JIKIMI_RECOGNIZER_KEY_FILE" },
  ])("$env is refused by name", ({ env, wrong }) => {
    expect(problemNames(env)).toEqual([wrong]);
  });

  test("everything that is wrong is said at once", () => {
    expect(problemNames({ JIKIMI_BIND: "x", JIKIMI_SIP_PORT: "y" }, "JIKIMI_RECOGNIZER=z\nnot a setting")).toEqual([
      ".env:2",
      "JIKIMI_BIND",
      "JIKIMI_SIP_PORT",
      "JIKIMI_RECOGNIZER",
    ]);
  });

  test("the environment goes before .env, and an empty value leaves .env's", () => {
    expect(valid({ JIKIMI_HTTP_PORT: "9001" }, "JIKIMI_HTTP_PORT=9002").httpPort).toBe(9001);
    expect(valid({ JIKIMI_HTTP_PORT: "" }, "JIKIMI_HTTP_PORT=9002").httpPort).toBe(9002);
  });

  test("a wrong value is repeated, but never a secret, in either language", () => {
    const result = parseConfig(
      {
        JIKIMI_BIND: "everywhere",
        DATABASE_URL: "mysql://u:hunter2@db/calls",
        JIKIMI_RECOGNIZER_URL: "https://u:hunter2@speech.example.kr",
        JIKIMI_RECOGNIZER_KEY_FILE: "hunter2\0",
      },
      "KEY hunter2",
      {
        baseFolder,
      },
    );
    const said = JSON.stringify(result);
    expect(said).toContain("everywhere");
    expect(said).not.toContain("hunter2");
  });

  test("a recogniser without its server is told what to set, and how to do without", () => {
    const result = parseConfig({ JIKIMI_RECOGNIZER: "openai-compatible" }, undefined, { baseFolder });
    const [problem] = result.kind === "invalid" ? result.problems : [];
    for (const text of [problem?.message.ko, problem?.message.en]) {
      expect(text).toContain("JIKIMI_RECOGNIZER_URL");
      expect(text).toContain("JIKIMI_RECOGNIZER=whisper-base-ko");
    }
  });

  test.for([
    {
      database: { kind: "postgres", url: "postgres://u:hunter2@db:6432/calls" } as const,
      shown: "PostgreSQL db:6432/calls",
    },
    { database: { kind: "postgres", url: "postgres:///calls" } as const, shown: "PostgreSQL localhost/calls" },
    { database: { kind: "pglite", folder: "/d/database" } as const, shown: "PGlite /d/database" },
  ])("a database is shown as $shown, without who and how", ({ database, shown }) => {
    expect(describeDatabase(database)).toBe(shown);
  });

  test.for([
    { name: "JIKIMI_SIPPORT", meant: "JIKIMI_SIP_PORT" },
    { name: "JIKIMI_HTTP_PROT", meant: "JIKIMI_HTTP_PORT" },
    { name: "JIKIMI_RECOGNISER", meant: "JIKIMI_RECOGNIZER" },
  ])("$name is warned about, and $meant suggested", ({ name, meant }) => {
    const [warning, ...more] = warningsOf({ [name]: "1", JIKIMIX: "1", PATH: "/bin" });
    expect(more).toEqual([]);
    expect(warning?.name).toBe(name);
    expect(warning?.message.ko).toContain(meant);
    expect(warning?.message.en).toContain(meant);
  });

  test("a name like none of ours gets no suggestion", () => {
    expect(warningsOf({ JIKIMI_FAVOURITE_COLOUR: "blue" })[0]?.message.en).toBe(
      "JIKIMI_FAVOURITE_COLOUR is not a known setting and is ignored.",
    );
  });

  test("announcing an outside address while listening to this machine only is warned about", () => {
    expect(warningsOf({ JIKIMI_PUBLIC_ADDRESS: "203.0.113.7" }).map(({ name }) => name)).toEqual([
      "JIKIMI_PUBLIC_ADDRESS",
    ]);
    expect(warningsOf({ JIKIMI_PUBLIC_ADDRESS: "203.0.113.7", JIKIMI_BIND: "0.0.0.0" })).toEqual([]);
    expect(warningsOf({ JIKIMI_PUBLIC_ADDRESS: "127.0.0.1" })).toEqual([]);
  });

  test("no text makes it throw, and what it takes is always in range", () => {
    const anyValue = fc.oneof(fc.string(), fc.integer().map(String), fc.stringMatching(/^\d{1,5}-\d{1,5}$/));
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...settingNames), anyValue), fc.string(), (env, dotEnvText) => {
        const result = parseConfig(env, dotEnvText, { baseFolder });
        if (result.kind === "invalid") {
          expect(result.problems.length).toBeGreaterThan(0);
          return;
        }
        const { rtpPorts, sipPort, httpPort } = result.config;
        expect(rtpPorts.first % 2).toBe(0);
        expect(rtpPorts.last).toBeGreaterThan(rtpPorts.first);
        for (const port of [sipPort, httpPort, rtpPorts.last]) {
          expect(port).toBeGreaterThanOrEqual(0);
          expect(port).toBeLessThanOrEqual(65_535);
        }
      }),
    );
  });
});
