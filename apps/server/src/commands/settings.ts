import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { CommandFailure, type Invocation } from "../cli/command.ts";
import { type Config, type ConfigResult, parseConfig } from "../config/index.ts";

/** The settings as environment and `.env` say, good or not. */
export async function readSettings({ env, root }: Pick<Invocation, "env" | "root">): Promise<ConfigResult> {
  const dotEnv = await readFile(join(root, ".env"), "utf8").catch(() => undefined);
  return parseConfig(env, dotEnv, { baseFolder: root });
}

/** The settings, or a failure that names all that is wrong with them at once. */
export async function requireSettings(invocation: Invocation): Promise<Config> {
  const result = await readSettings(invocation);
  if (result.kind === "ok") {
    for (const { name, message } of result.warnings) invocation.err(`jikimi: ${name}: ${invocation.say(message)}\n`);
    return result.config;
  }
  const list = (language: "ko" | "en") => result.problems.map(({ name, message }) => `${name}: ${message[language]}`);
  throw new CommandFailure(
    "bad-settings",
    {
      ko: `설정이 잘못되었습니다.\n  ${list("ko").join("\n  ")}`,
      en: `Settings are wrong.\n  ${list("en").join("\n  ")}`,
    },
    {
      ko: "환경 변수나 .env 파일을 고친 뒤 다시 실행해 주십시오. 설정은 README에 있습니다.",
      en: "Mend the environment or the .env file and run it again. README lists the settings.",
    },
    2,
  );
}
