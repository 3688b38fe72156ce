/**
 * Optional packages that package-lock.json mentions but does not list. npm leaves them out when it could not look
 * them up (a registry mirror without other platforms' packages), and then `npm ci` refuses the whole file.
 *
 * @param {{ packages: Record<string, any> }} lock
 * @returns {{ path: string, name: string, version: string, dev: boolean }[]}
 */
export function missingOptionals(lock) {
  const missing = [];
  for (const [path, entry] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
      if (resolvePath(lock, path, name) !== undefined) continue;
      missing.push({ path: `node_modules/${name}`, name, version, dev: entry.dev === true });
    }
  }
  return missing;
}

/** Where Node would find `name` from the package at `from`: in the nearest node_modules upwards. */
function resolvePath(lock, from, name) {
  for (let folder = from; ; folder = parentPackage(folder)) {
    const candidate = `${folder === "" ? "" : `${folder}/`}node_modules/${name}`;
    if (Object.hasOwn(lock.packages, candidate)) return candidate;
    if (folder === "") return undefined;
  }
}

function parentPackage(path) {
  const end = path.lastIndexOf("/node_modules/");
  return end === -1 ? "" : path.slice(0, end);
}

const systems = ["aix", "android", "darwin", "freebsd", "linux", "netbsd", "openbsd", "openharmony", "sunos", "win32"];
const processors = ["arm64", "arm", "ia32", "loong64", "mips64el", "ppc64", "riscv64", "s390x", "x64"];

/**
 * The lock's entry for such a package, told from its name (`…-linux-x64-musl`), as every maker of native packages
 * names them. Without the registry there is no integrity: npm on that platform takes what the version names.
 * Undefined when the name says no platform: then it must be looked up for real.
 */
function entryFromName({ name, version, dev }) {
  const words = name.slice(name.indexOf("/") + 1).split(/[-.]/);
  const os = systems.find((system) => words.includes(system));
  const cpu = processors.find((processor) => words.includes(processor));
  if (os === undefined || cpu === undefined || !/^\d+\.\d+\.\d+$/.test(version)) return undefined;
  const libc = words.includes("musl") || words.includes("musleabihf") ? "musl" : "glibc";
  return {
    version,
    cpu: [cpu],
    ...(dev ? { dev: true } : {}),
    ...(os === "linux" ? { libc: [libc] } : {}),
    optional: true,
    os: [os],
  };
}

/**
 * Lists what is missing, and leaves out what npm has marked as belonging to nothing.
 * The packages that cannot be told from their names come back as `unknown`.
 */
export function completeLock(lock) {
  const unknown = [];
  const wanted = Object.entries(lock.packages).filter(([, entry]) => entry.extraneous !== true);
  const packages = Object.fromEntries(wanted);
  for (const missing of missingOptionals({ packages })) {
    const entry = entryFromName(missing);
    if (entry === undefined) unknown.push(missing.name);
    else packages[missing.path] = entry;
  }
  const sorted = Object.fromEntries(Object.entries(packages).sort(([a], [b]) => (a < b ? -1 : 1)));
  return { lock: { ...lock, packages: sorted }, unknown };
}
