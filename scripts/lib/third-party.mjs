/**
 * The dependencies of every manifest that docs/third-party.md does not list with their licence, and those it lists
 * that no manifest has any more. A line of its tables is `| name | version | licence | … |`.
 *
 * @param {{ manifests: { folder: string, manifest: any }[], text: string, licenceOf: (folder: string, name: string) => string | undefined }} options
 * @returns {string[]} what is wrong, a line each
 */
export function unlistedDependencies({ manifests, text, licenceOf }) {
  const own = new Set(manifests.map(({ manifest }) => manifest.name));
  const listed = listedPackages(text);
  const problems = [];
  const declared = new Set();
  for (const { folder, manifest } of manifests) {
    const all = { ...manifest.dependencies, ...manifest.devDependencies, ...manifest.optionalDependencies };
    for (const [name, version] of Object.entries(all)) {
      if (own.has(name) || declared.has(name)) continue;
      declared.add(name);
      const entry = listed.get(name);
      const licence = licenceOf(folder, name);
      if (entry === undefined) problems.push(`${name} ${version} (${licence ?? "licence unknown"}) is not listed`);
      else if (entry.version !== version) problems.push(`${name} is ${version}, listed as ${entry.version}`);
      else if (licence !== undefined && entry.licence !== licence)
        problems.push(`${name} is under ${licence}, listed as ${entry.licence}`);
    }
  }
  for (const name of listed.keys())
    if (!declared.has(name)) problems.push(`${name} is listed, but no package.json has it`);
  return problems.map((problem) => `docs/third-party.md: ${problem}`);
}

/** The rows under the heading "## Libraries". */
export function listedPackages(text) {
  const section = /^## Libraries\b[^\n]*\n([\s\S]*?)(?=^## |$(?![\s\S]))/m.exec(text)?.[1] ?? "";
  const rows = section
    .split("\n")
    .map((line) => line.split("|").map((cell) => cell.trim().replace(/^`(.*)`$/, "$1")))
    .filter((cells) => cells.length >= 5 && /^\d+\.\d+\.\d+/.test(cells[2]));
  return new Map(rows.map(([, name, version, licence]) => [name, { version, licence }]));
}
