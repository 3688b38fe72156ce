import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { parseDotEnv } from "./dot-env.ts";
import { installationFolder } from "./parse-config.ts";
import { settingNames, settings } from "./settings.ts";

const read = (name: string) => readFileSync(join(installationFolder(), name), "utf8");

test("README lists every setting with its default, in both languages", () => {
  const rows = read("README.md")
    .split("\n")
    .filter((line) => line.startsWith("| `"));
  for (const name of settingNames) {
    const mine = rows.filter((row) => row.startsWith(`| \`${name}\` |`));
    expect(mine, name).toHaveLength(2);
    const { fallback } = settings[name];
    if (fallback !== undefined) for (const row of mine) expect(row).toContain(`\`${fallback}\``);
  }
});

test(".env.example shows every setting, and each example is right", () => {
  const uncommented = read(".env.example").replace(/^#(?=[A-Z_]+=)/gm, "");
  const { values, problems } = parseDotEnv(uncommented);
  expect(problems).toEqual([]);
  expect([...values.keys()].sort()).toEqual([...settingNames].sort());
  for (const name of settingNames) expect(settings[name].schema.safeParse(values.get(name)).success, name).toBe(true);
});
