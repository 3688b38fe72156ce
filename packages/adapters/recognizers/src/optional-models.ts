import { existsSync } from "node:fs";
import { basename, join } from "node:path";
import { ListeningError } from "@jikimi/listening";
import { z } from "zod";
import { InTwoLanguages, type ModelFileCheck, readDescribed, verifyFile } from "./models.ts";

/** A name in one folder, never a path out of it. */
const PlainName = z.string().regex(/^[A-Za-z0-9][\w.-]{0,127}$/);
const Sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const WebAddress = z.url({ protocol: /^https?$/ });

/** `assets/models/optional.json`: models that do not ship, and where they are had. Each lies in a folder of its own name. */
const Catalogue = z.object({
  formatVersion: z.literal(1),
  models: z.array(
    z.object({
      name: PlainName,
      version: z.string(),
      role: z.literal("recognizer"),
      hears: InTwoLanguages,
      limits: InTwoLanguages,
      sampleRateHz: z.number().int().positive(),
      licence: z.string(),
      source: z.string(),
      from: z.object({
        /** Under this address each file lies by its name. */
        files: WebAddress,
        /** The same files and more, as `.tar.bz2`, all within one folder. */
        archive: z.object({
          url: WebAddress,
          folder: PlainName,
          bytes: z.number().int().positive(),
          sha256: Sha256,
        }),
      }),
      /** Null: not known, so that whoever fetches it says what to expect, or that he trusts what comes. */
      files: z.array(
        z.object({ path: PlainName, bytes: z.number().int().positive().nullable(), sha256: Sha256.nullable() }),
      ),
    }),
  ),
});
export type OptionalModel = z.infer<typeof Catalogue>["models"][number];

/** `pulled.json` beside a fetched model: what was got, and on whose word it was believed. Written last. */
export const PullReceipt = z.object({
  formatVersion: z.literal(1),
  name: PlainName,
  version: z.string(),
  pulledAtMs: z.number(),
  from: z.string(),
  files: z.array(
    z.object({
      path: PlainName,
      bytes: z.number().int().positive(),
      sha256: Sha256,
      /** `catalogue`: the hash is ours; `operator`: it was given; `first`: this file was trusted as it came. */
      trust: z.enum(["catalogue", "operator", "first"]),
    }),
  ),
});
export type PullReceipt = z.infer<typeof PullReceipt>;

export const receiptName = "pulled.json";

/** Models that ship, and models that were fetched into the data folder (`<dataFolder>/models`). */
export type ModelFolders = { readonly modelsDir: string; readonly pulledModelsDir?: string | undefined };

/** Throws `ListeningError` `model-missing` without a catalogue, `model-damaged` for one that cannot be read. */
export async function listOptionalModels(modelsDir: string): Promise<readonly OptionalModel[]> {
  return (await readDescribed(join(modelsDir, "optional.json"), Catalogue)).models;
}

/** The folder of a model that was fetched whole, right or damaged; null without one. What ships goes before what was fetched. */
export function installedFolder(name: string, { modelsDir, pulledModelsDir }: ModelFolders): string | null {
  const folders = [modelsDir, ...(pulledModelsDir === undefined ? [] : [pulledModelsDir])];
  return folders.map((folder) => join(folder, name)).find((folder) => existsSync(join(folder, receiptName))) ?? null;
}

/**
 * Reads every file against the receipt; one answer a file, in the receipt's order. The receipt itself is answered for only where it
 * is `missing`, or cannot be read, which counts as `wrong-hash`.
 */
export async function verifyPulled(folder: string): Promise<readonly ModelFileCheck[]> {
  const name = basename(folder);
  const checked = async (path: string, result: ModelFileCheck["result"] | Promise<ModelFileCheck["result"]>) => ({
    model: name,
    path: `${name}/${path}`,
    result: await result,
  });
  try {
    const { files } = await readDescribed(join(folder, receiptName), PullReceipt);
    const checks: ModelFileCheck[] = [];
    for (const file of files) checks.push(await checked(file.path, verifyFile(join(folder, file.path), file)));
    return checks;
  } catch (failure) {
    const missing = failure instanceof ListeningError && failure.code === "model-missing";
    return [await checked(receiptName, missing ? "missing" : "wrong-hash")];
  }
}

/**
 * The folder of a fetched model, every file of it as the receipt says: half a second for 140 MB. Rejects with `ListeningError`
 * `model-missing`, with the path where it was looked for last, or `model-damaged`, with the file.
 */
export async function intactFolder(name: string, folders: ModelFolders): Promise<string> {
  const folder = installedFolder(name, folders);
  if (folder === null) {
    throw new ListeningError("model-missing", { detail: join(folders.pulledModelsDir ?? folders.modelsDir, name) });
  }
  const wrong = (await verifyPulled(folder)).find(({ result }) => result !== "ok");
  if (wrong !== undefined) {
    throw new ListeningError("model-damaged", { detail: `${join(folder, "..", wrong.path)} (${wrong.result})` });
  }
  return folder;
}
