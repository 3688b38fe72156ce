import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";

export const SOUNDS_FOLDER = fileURLToPath(new URL("../../assets/sounds/", import.meta.url));

/** One line of `assets/sounds/scenarios/manifest.json`; several lines may share a file (the same words and voice). */
export type ScenarioRow = {
  readonly file: string;
  readonly text: string;
  readonly textSha256: string;
  readonly voice: string;
  readonly scenario: string;
  /** From 0, within the scenario and speaker. */
  readonly order: number;
  readonly who: "caller" | "agent";
  readonly wordsPerMinute: number;
  readonly pitch: number;
  readonly durationMs: number;
  /** Of the file. */
  readonly sha256: string;
  /** What the demo recogniser made of it when it was made, at worst of several tries. */
  readonly heard: { readonly text: string; readonly cerPercent: number; readonly confidence: number };
};

export type ScenariosManifest = {
  readonly formatVersion: 1;
  readonly synthetic: true;
  readonly madeWith: string;
  readonly lines: readonly ScenarioRow[];
};

export function sha256Of(content: string | Uint8Array): string {
  return createHash("sha256").update(content).digest("hex");
}
