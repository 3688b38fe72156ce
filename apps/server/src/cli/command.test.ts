import { ManualClock, SeededRandom } from "@jikimi/kernel";
import { expect, test } from "vitest";
import { type Command, CommandFailure, type CommandWorld, runCommandLine } from "./command.ts";
import { chooseLanguage } from "./text.ts";

const greet: Command = {
  name: "calls show",
  summary: { ko: "통화 보기", en: "Show a call" },
  usage: "CALL-ID",
  options: [{ name: "reason", takesValue: true, summary: { ko: "사유", en: "reason" } }],
  async run({ positionals, option, json, out }) {
    if (positionals[0] === "missing") {
      throw new CommandFailure("no-such-call", { ko: "없음", en: "no such call" }, { ko: "목록", en: "list them" });
    }
    if (positionals[0] === "broken") throw new Error("boom");
    out(JSON.stringify({ id: positionals[0], reason: option("reason"), json }));
    return 0;
  },
};

async function run(...argv: string[]) {
  let out = "";
  let err = "";
  const world: CommandWorld = {
    language: "en",
    env: {},
    cwd: "/",
    root: "/",
    clock: new ManualClock(),
    random: new SeededRandom(),
    signal: new AbortController().signal,
    out: (text) => {
      out += text;
    },
    err: (text) => {
      err += text;
    },
    async *stdin() {},
  };
  const code = await runCommandLine([greet], argv, world);
  return { code, out, err };
}

test("a two-word command takes its options and positionals", async () => {
  const { code, out } = await run("calls", "show", "c-1", "--reason", "audit", "--json");
  expect({ code, out: JSON.parse(out) }).toEqual({ code: 0, out: { id: "c-1", reason: "audit", json: true } });
});

test.for([
  { argv: ["call"], code: 2, says: "There is no command 'call'" },
  { argv: ["calls"], code: 2, says: "You can use: calls show" },
  { argv: ["calls", "show", "x", "--nope"], code: 2, says: "calls show --help" },
  { argv: ["calls", "show", "missing"], code: 1, says: "Way out: list them" },
  { argv: ["calls", "show", "broken"], code: 1, says: "boom" },
])("$argv fails with $code and says $says", async ({ argv, code, says }) => {
  const result = await run(...argv);
  expect(result).toMatchObject({ code, out: "" });
  expect(result.err).toContain(says);
});

test("with --json a failure is one JSON object on stderr", async () => {
  const { err, code } = await run("calls", "show", "missing", "--json");
  expect(code).toBe(1);
  expect(JSON.parse(err)).toEqual({
    error: { code: "no-such-call", ko: "없음", en: "no such call", wayOut: { ko: "목록", en: "list them" } },
  });
});

test("help lists the commands, and help COMMAND its options", async () => {
  expect((await run("help")).out).toContain("calls show  Show a call");
  expect((await run()).out).toContain("calls show");
  expect((await run("help", "calls", "show")).out).toContain("--reason VALUE");
  expect((await run("calls", "show", "--help")).out).toContain("./jikimi calls show CALL-ID");
});

test.for([
  [{ LANG: "ko_KR.UTF-8" }, "ko"],
  [{ LANG: "en_US.UTF-8" }, "en"],
  [{ LANG: "C" }, "en"],
  [{}, "en"],
  [{ LANG: "ko_KR.UTF-8", LC_ALL: "C" }, "en"],
] as const)("%o reads %s", ([env, language]) => {
  expect(chooseLanguage(env)).toBe(language);
});
