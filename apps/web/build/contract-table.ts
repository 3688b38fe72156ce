import { fileURLToPath } from "node:url";
import { type Plugin, runnerImport } from "vite";

const id = "virtual:contract";

/**
 * Method and path of every operation, and the live protocol's version, as plain values. The contract's schemas stay
 * out of the page: the server that answers is the one that the page came from, zod would be a quarter of the script,
 * and it writes code at run time, which the content security policy refuses.
 */
export function contractTable(): Plugin {
  return {
    name: "jikimi-contract-table",
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    async load(source) {
      if (source !== `\0${id}`) return undefined;
      const { operations } = await contract<typeof import("@jikimi/http-api")>("@jikimi/http-api");
      const { protocolVersion } = await contract<typeof import("@jikimi/live-events")>("@jikimi/live-events");
      const routes = Object.fromEntries(
        Object.entries(operations).map(([name, { method, path }]) => [name, { method, path }]),
      );
      return `export const routes = ${JSON.stringify(routes)};\nexport const protocolVersion = ${protocolVersion};\n`;
    },
  };
}

/** The contracts are TypeScript, which Node does not take from a package. */
async function contract<Module>(name: string): Promise<Module> {
  const { module } = await runnerImport<Module>(fileURLToPath(import.meta.resolve(name)), { configFile: false });
  return module;
}
