import { describe, expect, test } from "vitest";
import {
  deadPaths,
  lines,
  lockDiffers,
  scanText,
  unlikeTheOthers,
  unpinned,
  wrongWorkspaceVersions,
} from "./house-rules.mjs";
import { completeLock, missingOptionals } from "./lock-file.mjs";
import { listedPackages, unlistedDependencies } from "./third-party.mjs";

test.for([
  ["1.2.3", true],
  ["1.2.3-beta.1", true],
  ["^1.2.3", false],
  ["~1.2.3", false],
  ["*", false],
  ["latest", false],
  ["1.2", false],
  ["file:../x", false],
])("the version %s is exact: %s", ([version, exact]) => {
  expect(unpinned({ folder: "a", manifest: { devDependencies: { x: version } } })).toHaveLength(exact ? 0 : 1);
});

describe("a workspace", () => {
  const manifest = { private: true, license: "Apache-2.0", description: "It.", exports: { ".": "./src/index.ts" } };
  const files = ["packages/x/a/src/index.ts", "packages/x/a/src/thing.ts", "packages/x/a/README.md"];
  const folder = "packages/x/a";
  const read = () => 'export { thing } from "./thing.ts";\n';

  test("like the others has nothing to be said about", () => {
    expect(unlikeTheOthers({ folder, manifest }, files, read)).toEqual([]);
  });

  test.for([
    { change: { private: undefined }, files, said: "is not private" },
    { change: { license: "MIT" }, files, said: "is not Apache-2.0" },
    { change: { description: "" }, files, said: "has no description" },
    { change: { exports: { ".": "./src/main.ts" } }, files, said: 'does not export "." as ./src/index.ts' },
    { change: {}, files: files.slice(0, 2), said: "has no README.md" },
    { change: {}, files: files.slice(1), said: "has no src/index.ts" },
  ])("$said", ({ change, files, said }) => {
    const workspace = { folder, manifest: { ...manifest, ...change } };
    expect(unlikeTheOthers(workspace, files, read)).toEqual([`${folder} ${said}`]);
  });

  test("that exports nothing is an empty room", () => {
    expect(unlikeTheOthers({ folder, manifest }, files, () => "export {};\n")).toEqual([
      `${folder} is an empty room: src/index.ts exports nothing`,
    ]);
  });

  test("wants the version of another that there is", () => {
    const workspaces = [
      { folder: "a", manifest: { name: "@jikimi/a", version: "0.1.0" } },
      { folder: "b", manifest: { name: "@jikimi/b", version: "0.1.0", dependencies: { "@jikimi/a": "0.2.0" } } },
    ];
    expect(wrongWorkspaceVersions(workspaces)).toEqual(["b/package.json wants @jikimi/a 0.2.0; it is 0.1.0"]);
  });

  test("that the lock file does not know, or knows otherwise, is named", () => {
    const lock = { packages: { a: { dependencies: { x: "1.0.0" } } } };
    expect(lockDiffers({ folder: "a", manifest: { dependencies: { x: "1.0.0" } } }, lock)).toEqual([]);
    expect(lockDiffers({ folder: "a", manifest: { dependencies: { x: "1.0.1" } } }, lock)).toHaveLength(1);
    expect(lockDiffers({ folder: "a", manifest: {} }, lock)).toHaveLength(1);
    expect(lockDiffers({ folder: "b", manifest: {} }, lock)).toHaveLength(1);
  });
});

describe("a line", () => {
  const rules = lines({ root: "/srv/check out", home: "/opt/person", registry: "https://mirror.example:8443/npm/" });
  const later = ["TO", "DO"].join("");
  test.for([
    { line: "see /srv/check out/README.md", wrong: true },
    { line: "see /srv/check outside", wrong: false },
    { line: "in /opt/person/x", wrong: true },
    { line: ["/ho", "me/somebody/x"].join(""), wrong: true },
    { line: ["https://registry", "npmjs", "org/x"].join("."), wrong: true },
    { line: "https://mirror.example/x", wrong: true },
    { line: `// ${later}: later`, wrong: true },
    { line: `// ${later} #12: later`, wrong: false },
    { line: `// ${later} (#12): later`, wrong: false },
    { line: `${later}S and masTODOn`, wrong: false },
    { line: "an ordinary line", wrong: false },
  ])("$line: refused $wrong", ({ line, wrong }) => {
    expect(scanText("f", `first\n${line}\nlast`, rules).map((found) => found.split(" ")[0])).toEqual(
      wrong ? ["f:2"] : [],
    );
  });
});

test("a document that points at what is not there is seen", () => {
  const text =
    "See `packages/a/b`, `apps/gone/x.ts`, [here](there.md), [up](../LICENSE#x), [web](https://a.example), [part](#part).";
  const exists = (path) => ["packages/a/b", "LICENSE"].includes(path);
  expect(deadPaths("docs/x.md", text, exists)).toEqual([
    "docs/x.md points at apps/gone/x.ts, which is not there",
    "docs/x.md points at docs/there.md, which is not there",
  ]);
});

describe("the lock file", () => {
  const lock = {
    packages: {
      "": {},
      "node_modules/tool": {
        version: "1.0.0",
        dev: true,
        optionalDependencies: { "@tool/linux-x64-musl": "1.0.0", "@tool/darwin-arm64": "1.0.0", "tool-extra": "1.0.0" },
      },
      "node_modules/@tool/darwin-arm64": { version: "1.0.0" },
      "node_modules/stray": { version: "1.0.0", extraneous: true },
    },
  };

  test("names the optional packages it does not list", () => {
    expect(missingOptionals(lock).map(({ name }) => name)).toEqual(["@tool/linux-x64-musl", "tool-extra"]);
  });

  test("is completed from their names, and what cannot be told is said", () => {
    const { lock: completed, unknown } = completeLock(lock);
    expect(unknown).toEqual(["tool-extra"]);
    expect(completed.packages["node_modules/@tool/linux-x64-musl"]).toEqual({
      version: "1.0.0",
      cpu: ["x64"],
      dev: true,
      libc: ["musl"],
      optional: true,
      os: ["linux"],
    });
    expect(completed.packages).not.toHaveProperty("node_modules/stray");
    expect(Object.keys(completed.packages)).toEqual(Object.keys(completed.packages).toSorted());
  });
});

describe("docs/third-party.md", () => {
  const text =
    "# X\n\n## Libraries\n\n| name | version | licence | for |\n|---|---|---|---|\n| `a` | 1.0.0 | MIT | x |\n\n## Models\n\n| m | 1.0.0 | MIT | y |\n";
  const licenceOf = (_folder, name) => ({ a: "MIT", b: "ISC" })[name];
  const check = (dependencies) =>
    unlistedDependencies({ manifests: [{ folder: "", manifest: { name: "root", dependencies } }], text, licenceOf });

  test("lists libraries under their own heading only", () => {
    expect([...listedPackages(text).keys()]).toEqual(["a"]);
  });

  test.for([
    { dependencies: { a: "1.0.0" }, wrong: [] },
    { dependencies: { a: "1.0.0", root: "1.0.0" }, wrong: [] },
    { dependencies: { a: "1.0.1" }, wrong: ["a is 1.0.1, listed as 1.0.0"] },
    { dependencies: { a: "1.0.0", b: "2.0.0" }, wrong: ["b 2.0.0 (ISC) is not listed"] },
    { dependencies: {}, wrong: ["a is listed, but no package.json has it"] },
  ])("$dependencies: $wrong", ({ dependencies, wrong }) => {
    expect(check(dependencies)).toEqual(wrong.map((problem) => `docs/third-party.md: ${problem}`));
  });

  test("a wrong licence is seen", () => {
    const wrong = unlistedDependencies({
      manifests: [{ folder: "", manifest: { name: "root", dependencies: { a: "1.0.0" } } }],
      text,
      licenceOf: () => "GPL-3.0",
    });
    expect(wrong).toEqual(["docs/third-party.md: a is under GPL-3.0, listed as MIT"]);
  });
});
