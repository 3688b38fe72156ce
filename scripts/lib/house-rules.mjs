import { existsSync, readFileSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join, posix } from "node:path";
import { missingOptionals } from "./lock-file.mjs";
import { repositoryFiles } from "./repository-files.mjs";
import { unlistedDependencies } from "./third-party.mjs";

const required = [
  ".ci/run",
  ".env.example",
  "ARCHITECTURE.md",
  "CHANGELOG.md",
  "LICENSE",
  "README.md",
  "docs/third-party.md",
  "jikimi",
  "package-lock.json",
];

const executable = [".ci/run", "jikimi"];

/** What no other tool checks about this repository. Returns what is broken, a line each. */
export function houseRules(root) {
  const files = repositoryFiles(root);
  const read = (path) => readFileSync(join(root, path), "utf8");
  const manifests = files
    .filter((path) => /(?:^|\/)package\.json$/.test(path) && !path.includes("/testdata/"))
    .map((path) => ({
      folder: path.slice(0, -"package.json".length).replace(/\/$/, ""),
      manifest: JSON.parse(read(path)),
    }));
  const workspaces = manifests.filter(({ folder }) => folder !== "");
  const lock = JSON.parse(read("package-lock.json"));
  return [
    ...required.filter((path) => !existsSync(join(root, path))).map((path) => `${path} is missing`),
    ...executable
      .filter((path) => existsSync(join(root, path)) && !isExecutable(join(root, path)))
      .map((path) => `${path} cannot be executed`),
    ...manifests.flatMap(unpinned),
    ...workspaces.flatMap((workspace) => unlikeTheOthers(workspace, files, read)),
    ...wrongWorkspaceVersions(workspaces),
    ...manifests.flatMap((entry) => lockDiffers(entry, lock)),
    ...missingOptionals(lock).map(({ name }) => `package-lock.json lacks ${name}: run node scripts/complete-lock.mjs`),
    ...files.flatMap((path) => decisionProblems(path, read)),
    ...files
      .filter((path) => path.endsWith(".md"))
      .flatMap((path) => deadPaths(path, read(path), (target) => existsSync(join(root, target)))),
    ...workspaces.flatMap(({ folder }) => unmapped(folder, read("ARCHITECTURE.md"))),
    ...scanTexts(root, files, lines({ root, home: homedir(), registry: process.env.npm_config_registry })),
    ...unlistedDependencies({
      manifests,
      text: existsSync(join(root, "docs/third-party.md")) ? read("docs/third-party.md") : "",
      licenceOf: licenceReader(root),
    }),
  ];
}

function isExecutable(path) {
  return (statSync(path).mode & 0o111) !== 0;
}

const dependencyFields = ["dependencies", "devDependencies", "optionalDependencies"];

/** An exact version, so that what was tested is what is installed. */
export function unpinned({ folder, manifest }) {
  return dependencyFields.flatMap((field) =>
    Object.entries(manifest[field] ?? {})
      .filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?$/.test(version))
      .map(([name, version]) => `${folder || "."}/package.json: ${name} is "${version}", not an exact version`),
  );
}

/** Each workspace is private, under our licence, says what it is for, has something in it, and is entered by src/index.ts. */
export function unlikeTheOthers({ folder, manifest }, files, read) {
  const isPackage = folder.startsWith("packages/");
  const inside = files.filter((path) => path.startsWith(`${folder}/`));
  const has = (pattern) => inside.some((path) => pattern.test(path.slice(folder.length + 1)));
  const problems = [];
  if (manifest.private !== true) problems.push("is not private");
  if (manifest.license !== "Apache-2.0") problems.push("is not Apache-2.0");
  if (!manifest.description) problems.push("has no description");
  if (!has(/^(?:src\/)?.+\.ts$/)) problems.push("has nothing in it");
  if (isPackage) {
    if (manifest.exports?.["."] !== "./src/index.ts") problems.push('does not export "." as ./src/index.ts');
    if (!has(/^src\/index\.ts$/)) problems.push("has no src/index.ts");
    else if (isEmpty(read(`${folder}/src/index.ts`))) problems.push("is an empty room: src/index.ts exports nothing");
    if (!has(/^README\.md$/)) problems.push("has no README.md");
  }
  return problems.map((problem) => `${folder} ${problem}`);
}

function isEmpty(text) {
  return /^(?:\s|export \{\};?)*$/.test(text);
}

export function wrongWorkspaceVersions(workspaces) {
  const versions = new Map(workspaces.map(({ manifest }) => [manifest.name, manifest.version]));
  return workspaces.flatMap(({ folder, manifest }) =>
    dependencyFields.flatMap((field) =>
      Object.entries(manifest[field] ?? {})
        .filter(([name, version]) => versions.has(name) && versions.get(name) !== version)
        .map(([name, version]) => `${folder}/package.json wants ${name} ${version}; it is ${versions.get(name)}`),
    ),
  );
}

/** `npm ci` refuses a lock file that is not of these manifests. */
export function lockDiffers({ folder, manifest }, lock) {
  const locked = lock.packages[folder];
  if (locked === undefined) return [`package-lock.json does not know ${folder || "the root"}: run npm install`];
  return dependencyFields
    .filter((field) => !sameEntries(manifest[field] ?? {}, locked[field] ?? {}))
    .map((field) => `package-lock.json has other ${field} than ${folder || "."}/package.json: run npm install`);
}

function sameEntries(a, b) {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

const decisionSections = ["Context", "Choice", "Rejected", "When to revisit"];

function decisionProblems(path, read) {
  if (!path.startsWith("docs/decisions/")) return [];
  if (!/^docs\/decisions\/\d{4}-[a-z0-9-]+\.md$/.test(path)) return [`${path} is not named NNNN-title.md`];
  const text = read(path);
  return decisionSections
    .filter((section) => !text.includes(`## ${section}`))
    .map((section) => `${path} has no "## ${section}"`);
}

/** What a document points at, as `packages/…` in backticks or as a link to a file, and is not there. */
export function deadPaths(path, text, exists) {
  const named = [...text.matchAll(/`((?:packages|apps|tools|scripts|docs|assets)\/[\w./-]+)`/g)].map(
    ([, target]) => target,
  );
  const linked = [...text.matchAll(/\]\((?!\w+:|#)([^)#\s]+)/g)].map(([, target]) =>
    posix.join(posix.dirname(path), target),
  );
  return [...named, ...linked]
    .filter((target) => !exists(target))
    .map((target) => `${path} points at ${target}, which is not there`);
}

/** The map has every room of the house. */
function unmapped(folder, map) {
  const [group, name] = folder.split("/").slice(-2);
  const isThere = new RegExp(`^\\s*(?:${group}/\\s+)?${name ?? group}(?:/|\\s)`, "m").test(map);
  return isThere ? [] : [`ARCHITECTURE.md has no ${folder} in its map`];
}

/**
 * Lines that must not be in any file. The patterns are put together here so that this file does not hold what it
 * looks for.
 *
 * @param {{ root: string, home: string, registry?: string }} machine
 */
export function lines({ root, home, registry }) {
  const path = (text) => new RegExp(`${literally(text)}(?![\\w-])`);
  const host = registry === undefined ? [] : [new RegExp(literally(new URL(registry).hostname))];
  return [
    {
      what: "names a package registry",
      patterns: [new RegExp(["registry", "(?:npmjs|yarnpkg)"].join("\\.")), ...host],
    },
    {
      what: "names a folder of one machine",
      patterns: [path(root), ...(home.length > 1 ? [path(home)] : []), /\/(?:home|Users)\/[a-z]+\//],
    },
    {
      what: "leaves work for later without an issue number",
      patterns: [new RegExp(["\\bTO", "DO\\b(?! ?\\(?#\\d)"].join("")), new RegExp(["\\bFIX", "ME\\b"].join(""))],
    },
  ];
}

function literally(text) {
  return text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

const binary = /\.(?:onnx|wav|flac|bin|pcap|png|jpg|ico|woff2?|gz|b64)$/;
const largestTextBytes = 4 * 1024 * 1024;

function scanTexts(root, files, rules) {
  return files
    .filter((path) => !binary.test(path) && statSync(join(root, path)).size <= largestTextBytes)
    .flatMap((path) => scanText(path, readFileSync(join(root, path), "utf8"), rules));
}

export function scanText(path, text, rules) {
  if (text.includes("\0")) return [];
  const found = [];
  text.split("\n").forEach((line, index) => {
    for (const { what, patterns } of rules) {
      if (patterns.some((pattern) => pattern.test(line))) found.push(`${path}:${index + 1} ${what}`);
    }
  });
  return found;
}

/** What an installed package says its licence is. */
function licenceReader(root) {
  return (folder, name) => {
    for (const base of [join(root, folder), root]) {
      const path = join(base, "node_modules", name, "package.json");
      if (!existsSync(path)) continue;
      const { license } = JSON.parse(readFileSync(path, "utf8"));
      return typeof license === "string" ? license : license?.type;
    }
    return undefined;
  };
}
