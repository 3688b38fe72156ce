import { join } from "node:path";
import { boundaries } from "./boundaries.mjs";
import { houseRules } from "./house-rules.mjs";
import { runCommand } from "./run-command.mjs";
import { oneTest } from "./steps.mjs";

const quiet = ["--no-config-hints", "--no-progress"];

/** What `npm run check` does beside the tests, the longest first. */
export function checkSteps(root) {
  const bin = (name) => join(root, "node_modules", ".bin", name);
  const program = (name, ...commands) => ({
    name,
    async run() {
      for (const [command, ...args] of commands) {
        const { code, output } = await runCommand(bin(command), args, { cwd: root });
        if (code !== 0) return { tally: oneTest(name, false), report: `$ ${command} ${args.join(" ")}\n${output}` };
      }
      return { tally: oneTest(name, true), report: "" };
    },
  });
  const rule = (name, find) => ({
    name,
    async run() {
      const broken = await find(root);
      return { tally: oneTest(name, broken.length === 0), report: broken.join("\n") };
    },
  });
  return [
    program("types", ["tsc", "-p", ".", "--noEmit"], ["tsc", "-p", "apps/web", "--noEmit"]),
    program(
      "lint",
      ["biome", "check", "--formatter-enabled=false", "--error-on-warnings", "."],
      ["oxlint", "--type-aware", "--deny-warnings"],
    ),
    program(
      "unused",
      // Values: none that nobody uses, not even at a package's entry. Types: a package may name what it gives back.
      ["knip", ...quiet, "--include-entry-exports", "--exclude", "types"],
      ["knip", ...quiet, "--include", "types"],
      // Plain knip takes an import of another workspace that the manifest does not declare.
      ["knip", ...quiet, "--strict", "--include", "unlisted"],
    ),
    rule("boundaries", boundaries),
    program("format", ["biome", "format", "."]),
    rule("house", houseRules),
  ];
}
