/**
 * The layers of ARCHITECTURE.md, checked: `apps → adapters → services → (domain | protocol) → foundation`.
 * A rule below names what a layer may NOT see. Within a layer imports may run sideways, never in a circle.
 */
const own = "^((?:packages/[^/]+|apps)/[^/]+|tools)/";
const layer = (...names) => `^packages/(?:${names.join("|")})/`;

const forbidden = (name, comment, from, to) => ({ name, comment, severity: "error", from, to });

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    forbidden("no-cycle", "Files never import each other in a circle, types included.", {}, { circular: true }),
    forbidden(
      "foundation-sees-nothing",
      "Foundation is below everything.",
      { path: layer("foundation") },
      { path: [layer("contracts", "protocol", "domain", "services", "adapters"), "^apps/", "^tools/"] },
    ),
    forbidden(
      "contracts-see-foundation",
      "A contract is what processes share: it re-declares with zod what it needs.",
      { path: layer("contracts") },
      { path: [layer("protocol", "domain", "services", "adapters"), "^apps/", "^tools/"] },
    ),
    forbidden(
      "domain-sees-foundation",
      "Domain knows the business, not protocols; a service introduces them.",
      { path: layer("domain") },
      { path: [layer("contracts", "protocol", "services", "adapters"), "^apps/", "^tools/"] },
    ),
    forbidden(
      "protocol-sees-foundation",
      "Protocol knows RFCs, not the business; a service introduces them.",
      { path: layer("protocol") },
      { path: [layer("contracts", "domain", "services", "adapters"), "^apps/", "^tools/"] },
    ),
    forbidden(
      "services-see-no-adapter",
      "A service declares ports (src/ports.ts); an adapter implements them.",
      { path: layer("services") },
      { path: [layer("adapters"), "^apps/", "^tools/"] },
    ),
    forbidden(
      "adapters-see-no-app",
      "Only an app sees adapters.",
      { path: layer("adapters") },
      { path: ["^apps/", "^tools/"] },
    ),
    forbidden(
      "apps-stay-apart",
      "A process never imports another: they share contracts.",
      { path: "^apps/([^/]+)/" },
      { path: "^(?:apps/|tools/)", pathNot: "^apps/$1/" },
    ),
    forbidden(
      "entered-by-index",
      "A package is entered by src/index.ts; its fakes, by tests and by other fakes, through testing/index.ts.",
      { path: own },
      { path: "^packages/[^/]+/[^/]+/", pathNot: ["^$1/", "^packages/[^/]+/[^/]+/(?:src|testing)/index\\.ts$"] },
    ),
    forbidden(
      "fakes-are-for-tests",
      "testing/ is never part of the product.",
      { pathNot: ["\\.test\\.ts$", "/testing/", "/test-support/", "^tools/"] },
      { path: "^packages/[^/]+/[^/]+/testing/" },
    ),
    forbidden(
      "tests-are-not-imported",
      "What two tests share belongs beside them in a file of its own.",
      {},
      { path: "\\.test\\.ts$" },
    ),
    forbidden(
      "scripts-need-nothing",
      "scripts/ runs before anything is installed: Node alone, except where it hands over.",
      { path: "^scripts/", pathNot: "\\.test\\.mjs$" },
      { dependencyTypesNot: ["core", "local"], pathNot: ["^node_modules/tsx/"] },
    ),
    forbidden(
      "no-unresolved",
      "An import that leads nowhere.",
      {},
      { couldNotResolve: true, pathNot: "^(?:bun|virtual):" },
    ),
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: ["/testdata/", "^apps/web/dist"] },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      extensions: [".ts", ".mjs", ".js", ".json"],
    },
  },
};
