import { cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { boundaries, sourceFiles } from "./boundaries.mjs";
import { runCommand } from "./run-command.mjs";

// A checker that sees nothing says that all is well. So: a small repository with one of every fault.

const here = fileURLToPath(new URL("../..", import.meta.url));
let root;

async function write(files) {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
}

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), "jikimi-faults-"));
  for (const name of [".dependency-cruiser.mjs", ".oxlintrc.json", "tsconfig.json"]) {
    await cp(join(here, name), join(root, name));
  }
  await symlink(join(here, "node_modules"), join(root, "node_modules"));
});

afterAll(() => rm(root, { recursive: true, force: true }));

describe("boundaries", () => {
  const importing = (path) => `import type { X } from "${path}";\nexport type Y = X;\n`;

  async function between(files) {
    for (const folder of ["packages", "apps", "tools", "scripts"]) {
      await rm(join(root, folder), { recursive: true, force: true });
      await mkdir(join(root, folder));
    }
    await write(files);
    return boundaries(root, { expected: sourceFiles(Object.keys(files)) });
  }

  test("every forbidden import is found, each by its own rule", async () => {
    const faults = [
      {
        rule: "foundation-sees-nothing",
        from: "packages/foundation/a/src/index.ts",
        to: "packages/domain/b/src/index.ts",
      },
      {
        rule: "contracts-see-foundation",
        from: "packages/contracts/a/src/index.ts",
        to: "packages/services/b/src/index.ts",
      },
      {
        rule: "domain-sees-foundation",
        from: "packages/domain/a/src/index.ts",
        to: "packages/protocol/b/src/index.ts",
      },
      {
        rule: "protocol-sees-foundation",
        from: "packages/protocol/a/src/index.ts",
        to: "packages/domain/b/src/index.ts",
      },
      {
        rule: "services-see-no-adapter",
        from: "packages/services/a/src/index.ts",
        to: "packages/adapters/b/src/index.ts",
      },
      { rule: "adapters-see-no-app", from: "packages/adapters/a/src/index.ts", to: "apps/b/src/main.ts" },
      { rule: "apps-stay-apart", from: "apps/a/src/main.ts", to: "apps/b/src/main.ts" },
      { rule: "entered-by-index", from: "packages/services/c/src/index.ts", to: "packages/services/d/src/inside.ts" },
      {
        rule: "fakes-are-for-tests",
        from: "packages/services/e/src/index.ts",
        to: "packages/services/f/testing/index.ts",
      },
      {
        rule: "tests-are-not-imported",
        from: "packages/services/g/src/b.test.ts",
        to: "packages/services/g/src/a.test.ts",
      },
      { rule: "no-unresolved", from: "packages/services/h/src/index.ts", to: "packages/services/h/src/nowhere.ts" },
      { rule: "scripts-need-nothing", from: "scripts/a.mjs", to: "node_modules/zod" },
    ];
    const files = {};
    for (const { rule, from, to } of faults) {
      const up = "../".repeat(from.split("/").length - 1);
      files[from] = to.startsWith("node_modules/")
        ? `import { z } from "${to.slice("node_modules/".length)}";\nz.string();\n`
        : importing(`${up}${to}`);
      if (rule !== "no-unresolved" && to.endsWith(".ts")) files[to] ??= "export type X = 1;\n";
    }
    const broken = await between(files);
    const found = faults.map(({ rule, from }) => ({
      from,
      rule: broken.find((line) => line.startsWith(`${rule}: ${from} → `)) && rule,
    }));
    expect(found).toEqual(faults.map(({ rule, from }) => ({ from, rule })));
  });

  test("a circle is found though only types go round", async () => {
    const broken = await between({
      "packages/domain/a/src/index.ts": importing("./b.ts"),
      "packages/domain/a/src/b.ts": importing("./index.ts"),
    });
    expect(broken.map((line) => line.split(":")[0])).toContain("no-cycle");
  });

  test("what is allowed passes, and a file that was not seen is told", async () => {
    const files = {
      "packages/foundation/a/src/index.ts": "export type X = 1;\n",
      "packages/domain/a/src/index.ts": importing("../../../foundation/a/src/index.ts"),
      "apps/a/src/main.ts": importing("../../../packages/domain/a/src/index.ts"),
    };
    expect(await between(files)).toEqual([]);
    const unseen = await boundaries(root, { expected: [...Object.keys(files), "apps/a/src/ghost.ts"] });
    expect(unseen).toEqual(["dependency-cruiser saw 3 of 4 source files, not: apps/a/src/ghost.ts"]);
  });
});

describe("lint", () => {
  test("finds time, chance, sleeping, lost promises, missing cases, focused tests and tests that cannot fail", async () => {
    await write({
      "packages/domain/a/src/faults.test.ts": [
        'import { setTimeout as sleep } from "node:timers/promises";',
        'import { expect, test } from "vitest";',
        'export function pick(k: { kind: "a" } | { kind: "b" }) {',
        "  switch (k.kind) {",
        '    case "a":',
        "      return 1;",
        "  }",
        "  return 2;",
        "}",
        "export const moment = () => [Date.now(), performance.now(), Math.random()];",
        "export const later = (f: () => void) => [setTimeout(f, 1), setInterval(f, 1)];",
        'test("sleeps", async () => {',
        "  sleep(1);",
        "});",
        'test.only("is alone", () => expect(1).toBe(1));',
      ].join("\n"),
    });
    const oxlint = join(root, "node_modules", ".bin", "oxlint");
    const { code, output } = await runCommand(oxlint, ["--type-aware", "--deny-warnings", "-f", "unix", "packages"], {
      cwd: root,
    });
    expect(code).not.toBe(0);
    const rules = [...output.matchAll(/\[Error\/(\S+?)\]/g)].map(([, rule]) => rule);
    expect(new Set(rules)).toEqual(
      new Set([
        "eslint(no-restricted-globals)",
        "eslint(no-restricted-imports)",
        "eslint(no-restricted-properties)",
        "typescript(no-floating-promises)",
        "typescript(switch-exhaustiveness-check)",
        "vitest(expect-expect)",
        "vitest(no-focused-tests)",
      ]),
    );
    expect(rules.filter((rule) => rule === "eslint(no-restricted-properties)")).toHaveLength(3);
    expect(rules.filter((rule) => rule === "eslint(no-restricted-globals)")).toHaveLength(2);
  });
});
