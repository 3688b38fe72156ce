import { join } from "node:path";
import { repositoryFiles } from "./repository-files.mjs";
import { runCommand } from "./run-command.mjs";

const roots = ["packages", "apps", "tools", "scripts"];

/**
 * The layers and cycles of .dependency-cruiser.mjs. With a TypeScript it does not understand, dependency-cruiser
 * sees no files and says that all is well: so every source file must be among those it saw.
 *
 * @returns {Promise<string[]>} what is broken, a line each
 */
export async function boundaries(root, { expected = sourceFiles(repositoryFiles(root)) } = {}) {
  const { stdout, output } = await runCommand(
    join(root, "node_modules", ".bin", "depcruise"),
    ["--config", ".dependency-cruiser.mjs", "--output-type", "json", ...roots],
    { cwd: root },
  );
  let result;
  try {
    result = JSON.parse(stdout);
  } catch {
    return [`dependency-cruiser did not finish:\n${output}`];
  }
  return [...broken(result), ...unseen(result, expected)];
}

function broken({ summary }) {
  return summary.violations.map(({ rule, from, to, cycle }) => {
    const way = cycle === undefined ? to : cycle.map(({ name }) => name).join(" → ");
    return `${rule.name}: ${from} → ${way}`;
  });
}

function unseen({ modules }, expected) {
  const seen = new Set(modules.map(({ source }) => source));
  const missing = expected.filter((path) => !seen.has(path));
  if (expected.length > 0 && missing.length === 0) return [];
  return [
    `dependency-cruiser saw ${expected.length - missing.length} of ${expected.length} source files, not: ${missing.slice(0, 5).join(", ")}`,
  ];
}

export function sourceFiles(files) {
  return files.filter(
    (path) =>
      roots.includes(path.split("/")[0]) &&
      /\.(?:ts|mjs)$/.test(path) &&
      !path.endsWith(".d.ts") &&
      !path.includes("/testdata/"),
  );
}
