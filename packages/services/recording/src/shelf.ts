import { createHash } from "node:crypto";
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import type { CallId, EpochMs } from "@jikimi/kernel";
import type { Keyring } from "./keyring.ts";

/** Where recordings lie: a folder a day (UTC), a file a segment, and a key of its own for each. */
export class RecordingShelf {
  readonly #folder: string;
  readonly #keyring: Keyring;

  constructor({ folder, keyring }: { folder: string; keyring: Keyring }) {
    this.#folder = folder;
    this.#keyring = keyring;
  }

  /**
   * A path that does not exist yet, its folder made (0700), and a fresh key: in clear for the writer's ears only and
   * wrapped for the file's header, both in base64. `segment` counts from 0 (a re-anchored call has more than one).
   */
  newRecording(
    callId: CallId,
    startedAtMs: EpochMs,
    segment: number,
  ): { path: string; callKey: string; wrappedKey: string } {
    const [year = "", month = "", day = ""] = new Date(startedAtMs).toISOString().slice(0, 10).split("-");
    const folder = join(this.#folder, year, month, day);
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    const { key, wrapped } = this.#keyring.newCallKey();
    const callKey = Buffer.from(key).toString("base64");
    key.fill(0);
    const name = `${fileNameOf(callId)}.${segment}`;
    let path = join(folder, `${name}.jkr`);
    for (let copy = 2; existsSync(path); copy++) path = join(folder, `${name}-${copy}.jkr`);
    return { path, callKey, wrappedKey: Buffer.from(wrapped).toString("base64") };
  }
}

/** A call's id as a file name; one with other characters than ours goes by its hash. */
function fileNameOf(callId: CallId): string {
  if (/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(callId)) return callId;
  return `x${createHash("sha256").update(callId).digest("hex").slice(0, 32)}`;
}
