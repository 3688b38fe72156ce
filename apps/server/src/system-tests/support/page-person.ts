import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { resamplePcm, tone, writeWav } from "@jikimi/audio";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { type Centre, root } from "./centre.ts";

export type Language = "ko" | "en";

/** Somebody at a browser, with what they say into its microphone, again and again. */
export class PagePerson implements AsyncDisposable {
  readonly page: Page;
  /** What a page said that it should not have: failures, refusals, styles or scripts that the policy kept out. */
  readonly complaints: string[] = [];
  readonly #browser: Browser;
  readonly #context: BrowserContext;
  readonly #folder: string;

  private constructor(parts: { browser: Browser; context: BrowserContext; page: Page; folder: string }) {
    this.#browser = parts.browser;
    this.#context = parts.context;
    this.#folder = parts.folder;
    this.page = parts.page;
    this.#listen(parts.page);
  }

  static async open({ language, microphone }: { language: Language; microphone?: string }): Promise<PagePerson> {
    const folder = await mkdtemp(join(tmpdir(), "jikimi-person-"));
    const browser = await chromium.launch({
      executablePath: "/usr/bin/chromium",
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--autoplay-policy=no-user-gesture-required",
        "--use-fake-device-for-media-stream",
        "--use-fake-ui-for-media-stream",
        "--allow-loopback-in-peer-connection",
        `--use-file-for-fake-audio-capture=${microphone ?? (await hum(folder))}`,
      ],
    });
    const context = await browser.newContext({
      locale: language === "ko" ? "ko-KR" : "en-GB",
      timezoneId: "Asia/Seoul",
      viewport: { width: 1280, height: 720 },
      permissions: ["microphone"],
    });
    return new PagePerson({ browser, context, page: await context.newPage(), folder });
  }

  go({ origin }: Centre, path: string): Promise<unknown> {
    return this.page.goto(`${origin}${path}`);
  }

  /** Another tab of the same browser. */
  async tab(): Promise<Page> {
    const page = await this.#context.newPage();
    this.#listen(page);
    return page;
  }

  press(name: string | RegExp): Promise<void> {
    return this.page.getByRole("button", { name }).first().click();
  }

  /** Waits until these words stand on the page. */
  async sees(words: string | RegExp, { withinMs = 15_000 }: { withinMs?: number } = {}): Promise<void> {
    try {
      await this.page.getByText(words).first().waitFor({ timeout: withinMs });
    } catch {
      const shown = (await this.page.locator("body").textContent())?.slice(0, 1500);
      throw new Error(`"${String(words)}" did not appear. The page says: ${shown}\n${this.complaints.join("\n")}`);
    }
  }

  /** A window that knows the same sessions now and shares nothing afterwards, not even the way to the server. */
  async otherWindow(): Promise<Page> {
    const context = await this.#browser.newContext({
      storageState: await this.#context.storageState(),
      permissions: ["microphone"],
      locale: "ko-KR",
    });
    const page = await context.newPage();
    this.#listen(page);
    return page;
  }

  #listen(page: Page): void {
    page.on("pageerror", ({ message }) => this.complaints.push(message));
    page.on("console", (message) => {
      if (message.type() === "error") this.complaints.push(message.text());
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    await rm(this.#folder, { recursive: true, force: true });
  }
}

/** Where people's voices lie, on a machine that has them. */
export const clipsFolder = join(root, "../shared/data/speech-ko-eval");
export const hasHumanVoice = existsSync(join(clipsFolder, "transcripts.tsv"));

/** A person's sentence for the microphone, as WAV of 48 kHz with a second of silence after it, and what is said. */
export function humanVoice(folder: string): { path: string; text: string } {
  const [clip = "", text = ""] =
    readFileSync(join(clipsFolder, "transcripts.tsv"), "utf8").split(/\r?\n/)[1]?.split("\t") ?? [];
  const path = join(folder, "voice.wav");
  const args = [join(clipsFolder, "clips", clip), "-r", "48000", "-c", "1", "-b", "16", path, "pad", "0", "1"];
  const sox = spawnSync("sox", args, { encoding: "utf8" });
  if (sox.error !== undefined) throw new Error("sox is missing: apt-get install sox", { cause: sox.error });
  if (sox.status !== 0) throw new Error(`sox could not read ${clip}: ${sox.stderr}`);
  return { path, text };
}

async function hum(folder: string): Promise<string> {
  const path = join(folder, "hum.wav");
  const pcm = resamplePcm(tone({ frequencyHz: 220, durationMs: 1000, levelDbfs: -50 }), 8000, 48_000);
  await writeFile(path, writeWav({ sampleRateHz: 48_000, channels: [pcm] }));
  return path;
}
