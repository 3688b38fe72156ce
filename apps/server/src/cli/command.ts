import { type ParseArgsConfig, parseArgs } from "node:util";
import type { Clock, Random } from "@jikimi/kernel";
import type { Language, Text } from "./text.ts";

/** One command of `./jikimi`, named as people type it (`calls show`). */
export type Command = {
  readonly name: string;
  readonly summary: Text;
  /** What follows the name, e.g. `CALL-ID [--reveal --reason TEXT]`. */
  readonly usage: string;
  readonly options: readonly CommandOption[];
  run(invocation: Invocation): Promise<number>;
};

export type CommandOption = {
  readonly name: string;
  readonly takesValue: boolean;
  readonly summary: Text;
};

/** Everything a command may use: handed in, so that a test runs it without a process. */
export type CommandWorld = {
  readonly language: Language;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly clock: Clock;
  readonly random: Random;
  /** The install's root: where `assets/` and `apps/` lie. */
  readonly root: string;
  readonly signal: AbortSignal;
  out(text: string): void;
  err(text: string): void;
  stdin(): AsyncIterable<string>;
};

export type Invocation = CommandWorld & {
  readonly positionals: readonly string[];
  readonly json: boolean;
  option(name: string): string | undefined;
  flag(name: string): boolean;
  say(text: Text): string;
};

/** Goes to stderr with its way out; the exit code is 2 for a wrong call of the command, 1 for everything else. */
export class CommandFailure extends Error {
  readonly code: string;
  readonly problem: Text;
  readonly wayOut: Text;
  readonly exitCode: 1 | 2;

  constructor(code: string, problem: Text, wayOut: Text, exitCode: 1 | 2 = 1, options?: ErrorOptions) {
    super(problem.en, options);
    this.name = "CommandFailure";
    this.code = code;
    this.problem = problem;
    this.wayOut = wayOut;
    this.exitCode = exitCode;
  }
}

const commonOptions: readonly CommandOption[] = [
  { name: "json", takesValue: false, summary: { ko: "기계가 읽는 출력(JSON)", en: "output for machines (JSON)" } },
  { name: "help", takesValue: false, summary: { ko: "이 명령의 도움말", en: "help for this command" } },
];

/** Finds the command, reads its options, runs it, and turns every failure into words and an exit code. */
export async function runCommandLine(
  commands: readonly Command[],
  argv: readonly string[],
  world: CommandWorld,
): Promise<number> {
  const say = (text: Text) => text[world.language];
  const json = argv.includes("--json");
  try {
    const found = findCommand(commands, argv);
    if (found === null) {
      const wanted = argv.filter((word) => !word.startsWith("-"))[0];
      if (wanted === undefined || wanted === "help") {
        world.out(renderHelp(commands, argv.slice(argv.indexOf("help") + 1), world.language));
        return 0;
      }
      throw new CommandFailure(
        "unknown-command",
        { ko: `‘${wanted}’ 명령은 없습니다.`, en: `There is no command '${wanted}'.` },
        nearest(commands, wanted),
        2,
      );
    }
    const { command, rest } = found;
    if (rest.includes("--help")) {
      world.out(renderCommandHelp(command, world.language));
      return 0;
    }
    const { values, positionals } = parseOptions(command, rest);
    return await command.run({
      ...world,
      positionals,
      json: values.json === true,
      option: (name) => (typeof values[name] === "string" ? values[name] : undefined),
      flag: (name) => values[name] === true,
      say,
    });
  } catch (failure) {
    const told = tellable(failure);
    if (json) world.err(`${JSON.stringify({ error: { code: told.code, ...told.problem, wayOut: told.wayOut } })}\n`);
    else world.err(`jikimi: ${say(told.problem)}\n${say({ ko: "해결", en: "Way out" })}: ${say(told.wayOut)}\n`);
    return told.exitCode;
  }
}

function tellable(failure: unknown): CommandFailure {
  if (failure instanceof CommandFailure) return failure;
  const message = failure instanceof Error ? failure.message : String(failure);
  return new CommandFailure(
    "unexpected",
    { ko: `예상하지 못한 오류입니다: ${message}`, en: `Something unexpected went wrong: ${message}` },
    {
      ko: "JIKIMI_LOG_LEVEL=debug 로 다시 실행해 기록을 남기고, ./jikimi doctor 로 환경을 점검해 주십시오.",
      en: "Run it again with JIKIMI_LOG_LEVEL=debug to get a log, and check the machine with ./jikimi doctor.",
    },
    1,
    { cause: failure },
  );
}

function findCommand(commands: readonly Command[], argv: readonly string[]) {
  const words = argv.filter((word) => !word.startsWith("-"));
  for (const length of [2, 1]) {
    if (words.length < length) continue;
    const name = words.slice(0, length).join(" ");
    const command = commands.find((candidate) => candidate.name === name);
    if (command === undefined) continue;
    const rest = [...argv];
    for (const word of words.slice(0, length)) rest.splice(rest.indexOf(word), 1);
    return { command, rest };
  }
  return null;
}

function parseOptions(command: Command, rest: readonly string[]) {
  const options: NonNullable<ParseArgsConfig["options"]> = {};
  for (const option of [...command.options, ...commonOptions]) {
    options[option.name] = { type: option.takesValue ? "string" : "boolean" };
  }
  try {
    return parseArgs({ args: [...rest], options, allowPositionals: true, strict: true });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new CommandFailure(
      "bad-option",
      { ko: `옵션을 읽을 수 없습니다: ${message}`, en: `The options cannot be read: ${message}` },
      { ko: `./jikimi ${command.name} --help`, en: `./jikimi ${command.name} --help` },
      2,
      { cause },
    );
  }
}

function renderHelp(commands: readonly Command[], names: readonly string[], language: Language): string {
  const wanted = commands.filter((command) => names.length > 0 && command.name.startsWith(names.join(" ")));
  if (wanted.length === 1 && wanted[0] !== undefined) return renderCommandHelp(wanted[0], language);
  const shown = wanted.length > 0 ? wanted : commands;
  const width = Math.max(...shown.map((command) => command.name.length));
  const lines = shown.map((command) => `  ${command.name.padEnd(width)}  ${command.summary[language]}`);
  const title = {
    ko: "지킴이 — 전화받는 사람을 지키는 컨택센터",
    en: "Jikimi — a contact centre that protects its people",
  };
  const more = { ko: "자세히: ./jikimi help 명령", en: "More: ./jikimi help COMMAND" };
  return `${title[language]}\n\n${lines.join("\n")}\n\n${more[language]}\n`;
}

function renderCommandHelp(command: Command, language: Language): string {
  const options = [...command.options, ...commonOptions];
  const width = Math.max(...options.map((option) => option.name.length + (option.takesValue ? 6 : 0)));
  const lines = options.map((option) => {
    const name = option.takesValue ? `${option.name} VALUE` : option.name;
    return `  --${name.padEnd(width)}  ${option.summary[language]}`;
  });
  return `./jikimi ${command.name} ${command.usage}\n\n${command.summary[language]}\n\n${lines.join("\n")}\n`;
}

function nearest(commands: readonly Command[], wanted: string): Text {
  const family = commands.filter((command) => command.name.split(" ")[0] === wanted).map((command) => command.name);
  const names = family.length > 0 ? family.join(" · ") : "./jikimi help";
  return { ko: `쓸 수 있는 명령: ${names}`, en: `You can use: ${names}` };
}
