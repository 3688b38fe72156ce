import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readWav, writeWav } from "@jikimi/audio";
import { SystemClock, silentLog } from "@jikimi/kernel";
import { characterErrors } from "@jikimi/language";
import { type Ears, openEars, transcribeFile } from "@jikimi/recognizers";

/** The line's sound meets the recogniser's windows at another place in each call: these many samples of silence before it. */
const OFFSETS = [4000, 4067, 4131, 4193];

export type Heard = {
  /** Of the worst try. */
  readonly text: string;
  readonly cerPercent: number;
  /** Of the least sure try, 0 to 1. */
  readonly confidence: number;
};

/** The demo recogniser with the whole line of hearing before it, as a call has it. */
export class DemoListener implements AsyncDisposable {
  readonly #ears: Ears;
  readonly #folder = mkdtempSync(join(tmpdir(), "jikimi-sounds-"));

  private constructor(ears: Ears) {
    this.#ears = ears;
  }

  static async open(): Promise<DemoListener> {
    return new DemoListener(await openEars({ recognizer: "demo", clock: new SystemClock(), log: silentLog }));
  }

  /** How well a sound of 8 kHz is understood, at worst, wherever it falls; stops trying once it is worse than `giveUpAt`. */
  async hear(wav: Uint8Array, said: string, giveUpAt: number): Promise<Heard> {
    let worst: Heard | null = null;
    let confidence = 1;
    for (const offset of OFFSETS) {
      const heard = await transcribeFile({ path: this.#padded(wav, offset), ears: this.#ears });
      const { errors, length } = characterErrors(said, heard.text);
      const cerPercent = Math.round((100 * errors) / length);
      confidence = Math.min(confidence, heard.confidence);
      if (cerPercent > giveUpAt) return { text: heard.text, cerPercent, confidence };
      if (worst === null || cerPercent > worst.cerPercent) worst = { text: heard.text, cerPercent, confidence };
    }
    return {
      text: worst?.text ?? "",
      cerPercent: worst?.cerPercent ?? 100,
      confidence: Math.round(confidence * 100) / 100,
    };
  }

  #padded(wav: Uint8Array, before: number): string {
    const read = readWav(wav);
    if (read.kind === "unreadable") throw new Error(read.why);
    const pcm = read.wav.channels[0] ?? new Int16Array();
    const padded = new Int16Array(before + pcm.length + 8000);
    padded.set(pcm, before);
    const path = join(this.#folder, "line.wav");
    writeFileSync(path, writeWav({ sampleRateHz: read.wav.sampleRateHz, channels: [padded] }));
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.#folder, { recursive: true, force: true });
    await this.#ears[Symbol.asyncDispose]();
  }
}
