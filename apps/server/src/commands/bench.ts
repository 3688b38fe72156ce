import type { BenchWorld } from "../bench/bench.ts";
import { benches } from "../bench/index.ts";
import { requirePeers } from "../bench/peers.ts";
import { renderResult } from "../bench/render.ts";
import { BenchResult } from "../bench/result.ts";
import { type Command, CommandFailure, type Invocation } from "../cli/command.ts";
import { renderTable } from "./table.ts";

export const bench: Command = {
  name: "bench",
  summary: {
    ko: "속도를 같은 실행 안에서 다른 프로그램과 견주어 재기",
    en: "measure speed against other programs, in one run",
  },
  usage: "[NAME] [--seconds N] [--profile FOLDER]",
  options: [
    {
      name: "seconds",
      takesValue: true,
      summary: { ko: "한 번 재는 시간(초)", en: "length of one measurement in seconds" },
    },
    {
      name: "profile",
      takesValue: true,
      summary: { ko: "V8 CPU 프로파일을 남길 폴더", en: "a folder for V8 CPU profiles of what is measured" },
    },
  ],
  async run(invocation) {
    const { positionals, json, out, err, say, env, option } = invocation;
    const [name] = positionals;
    if (name === undefined) return list(invocation);
    const found = benches.find((one) => one.name === name);
    if (found === undefined) {
      const names = benches.map((one) => one.name).join(" · ");
      throw new CommandFailure(
        "unknown-bench",
        { ko: `‘${name}’ 측정은 없습니다.`, en: `There is no bench '${name}'.` },
        { ko: names, en: names },
        2,
      );
    }
    requirePeers(found.peers, env);
    const { root, clock, random, signal } = invocation;
    const world: BenchWorld = {
      root,
      clock,
      random,
      signal,
      seconds: readSeconds(option("seconds")) ?? found.defaultSeconds,
      profileFolder: option("profile") ?? null,
      progress: (text) => err(`${say(text)}\n`),
    };
    const result = BenchResult.parse(await found.run(world));
    out(json ? `${JSON.stringify(result)}\n` : renderResult(result, say));
    return result.ok ? 0 : 1;
  },
};

function list({ json, out, language, say }: Invocation): number {
  const listed = benches.map(({ name, title, peers }) => ({ name, title, peers: peers.map((peer) => peer.name) }));
  if (json) out(`${JSON.stringify(listed)}\n`);
  else {
    out(
      renderTable(
        ["", ""],
        listed.map(({ name, title }) => [name, title[language]]),
      ).trimStart(),
    );
    out(
      `\n${say({
        ko: "한 번에 몇 분이 걸립니다. 다른 일이 없는 컴퓨터에서 재십시오. 예: ./jikimi bench media --json",
        en: "Each takes some minutes; measure on a machine that does nothing else. E.g. ./jikimi bench media --json",
      })}\n`,
    );
  }
  return 0;
}

function readSeconds(text: string | undefined): number | null {
  if (text === undefined) return null;
  const seconds = Number(text);
  if (Number.isFinite(seconds) && seconds >= 1 && seconds <= 600) return seconds;
  throw new CommandFailure(
    "bad-option",
    { ko: `--seconds ‘${text}’은 쓸 수 없습니다.`, en: `--seconds '${text}' cannot be used.` },
    { ko: "1부터 600까지의 수", en: "a number from 1 to 600" },
    2,
  );
}
