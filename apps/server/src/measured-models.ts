import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";

/** What `./jikimi models measure` found on this machine, for whoever asks later. */
const MeasuredModels = z.object({
  formatVersion: z.literal(1),
  measuredAtMs: z.number(),
  /** `shipped`: the simulated people's lines; `own`: the operator's clips. */
  clips: z.enum(["shipped", "own"]),
  models: z.array(
    z.object({
      name: z.string(),
      seconds: z.number().positive(),
      /** CPU seconds of this machine for each second of sound. */
      cpuPerSecond: z.number().positive(),
      /** Calls whose both sides (40 % speech each) nine tenths of one core can hear. Null: a server elsewhere hears them. */
      callsPerCore: z.number().int().nonnegative().nullable(),
      /** Null: it does not know the voices of these clips. */
      errorPercent: z.number().nonnegative().nullable(),
    }),
  ),
});
export type MeasuredModels = z.infer<typeof MeasuredModels>;

const speechShareOfACall = 0.8;
const usableShareOfACore = 0.9;

export function callsPerCore(cpuPerSecond: number): number {
  return Math.floor(usableShareOfACore / (cpuPerSecond * speechShareOfACall));
}

function pathIn(dataFolder: string): string {
  return join(dataFolder, "models-measured.json");
}

/** Null before anything was measured, and for what cannot be read. */
export async function readMeasuredModels(dataFolder: string): Promise<MeasuredModels | null> {
  try {
    return MeasuredModels.parse(JSON.parse(await readFile(pathIn(dataFolder), "utf8")));
  } catch {
    return null;
  }
}

export async function keepMeasuredModels(dataFolder: string, measured: MeasuredModels): Promise<void> {
  await mkdir(dataFolder, { recursive: true, mode: 0o700 });
  await writeFile(pathIn(dataFolder), `${JSON.stringify(measured)}\n`);
}
