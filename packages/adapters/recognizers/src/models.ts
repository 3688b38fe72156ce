import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ListeningError } from "@jikimi/listening";
import { z } from "zod";

export const InTwoLanguages = z.object({ ko: z.string(), en: z.string() });

/** `assets/models/manifest.json`. Paths are relative to the manifest's folder. */
const Manifest = z.object({
  formatVersion: z.literal(1),
  models: z.array(
    z.object({
      name: z.string(),
      version: z.string(),
      role: z.enum(["recognizer", "voice-activity", "classifier"]),
      hears: InTwoLanguages,
      limits: InTwoLanguages,
      /** Null: it reads text. */
      sampleRateHz: z.number().int().positive().nullable(),
      licence: z.string(),
      source: z.string(),
      files: z.array(z.object({ path: z.string(), bytes: z.number().int(), sha256: z.string() })),
    }),
  ),
});

export type ModelDescription = z.infer<typeof Manifest>["models"][number];

export type ModelFileCheck = {
  readonly model: string;
  readonly path: string;
  readonly result: "ok" | "missing" | "wrong-size" | "wrong-hash";
};

/** Where the models lie in a checkout; a bundle passes its own folder instead. */
export function defaultModelsDir(): string {
  return fileURLToPath(new URL("../../../../assets/models/", import.meta.url));
}

/** Throws `ListeningError` `model-missing` without a manifest, `model-damaged` for one that cannot be read. */
export async function listModels(modelsDir: string): Promise<readonly ModelDescription[]> {
  return (await readDescribed(join(modelsDir, "manifest.json"), Manifest)).models;
}

/** A JSON file of ours about models. Throws `ListeningError` `model-missing` without it, `model-damaged` where it is none. */
export async function readDescribed<Schema extends z.ZodType>(path: string, schema: Schema): Promise<z.infer<Schema>> {
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    throw new ListeningError("model-missing", { cause, detail: path });
  }
  try {
    return schema.parse(JSON.parse(text));
  } catch (cause) {
    throw new ListeningError("model-damaged", { cause, detail: path });
  }
}

/** Reads every file of every model; one answer a file, in the manifest's order. */
export async function verifyModels(modelsDir: string): Promise<readonly ModelFileCheck[]> {
  const checks: ModelFileCheck[] = [];
  for (const model of await listModels(modelsDir)) {
    for (const file of model.files) {
      checks.push({ model: model.name, path: file.path, result: await verifyFile(join(modelsDir, file.path), file) });
    }
  }
  return checks;
}

export async function verifyFile(
  path: string,
  expected: { readonly bytes: number; readonly sha256: string },
): Promise<ModelFileCheck["result"]> {
  try {
    if ((await stat(path)).size !== expected.bytes) return "wrong-size";
    return (await sha256Of(path)) === expected.sha256 ? "ok" : "wrong-hash";
  } catch {
    return "missing";
  }
}

/** In lower-case hexadecimal. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}
