import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { Lines, ScenarioName } from "./scenarios.ts";

/** `assets/sounds/scenarios/manifest.json`: the committed voices of the scenes, all of them synthetic. */
const Manifest = z.object({
  lines: z.array(
    z.object({
      file: z.string(),
      text: z.string(),
      scenario: z.string(),
      who: z.enum(["caller", "agent"]),
      order: z.number(),
    }),
  ),
});

/** The lines of one scene, in order, as paths. */
export async function readLines(root: string, scenario: ScenarioName): Promise<Lines> {
  const folder = join(root, "assets", "sounds", "scenarios");
  const { lines } = Manifest.parse(JSON.parse(await readFile(join(folder, "manifest.json"), "utf8")));
  const of = (who: "caller" | "agent") =>
    lines
      .filter((line) => line.scenario === scenario && line.who === who)
      .sort((a, b) => a.order - b.order)
      .map(({ file }) => join(folder, file));
  return { caller: of("caller"), agent: of("agent") };
}
