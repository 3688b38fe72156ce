import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { resamplePcm, writeWav } from "@jikimi/audio";
import type { Clock } from "@jikimi/kernel";
import { build } from "esbuild";
import { type Browser, chromium, type Page } from "playwright-core";
import { poll } from "./call-watch.ts";
import type { Centre } from "./centre.ts";

const program = "/usr/bin/chromium";
const flags = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-background-networking",
  "--autoplay-policy=no-user-gesture-required",
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  // Server and browser are one machine here, which WebRTC otherwise takes for a mistake.
  "--allow-loopback-in-peer-connection",
];

/** Where Debian's `chromium` is; a machine without it must say so rather than pass. */
export function requireChromium(): string {
  if (!existsSync(program)) throw new Error("Chromium is missing: apt-get install chromium");
  return program;
}

export type BrowserStatistics = {
  readonly receives: string | null;
  readonly sends: string | null;
  readonly ssrc: number | null;
  readonly packetsReceived: number;
  readonly packetsLost: number;
  readonly concealedSamples: number;
  readonly silentConcealedSamples: number;
  readonly totalSamples: number;
  readonly inboundStreams: number;
  readonly dtls: string | null;
  readonly srtp: string | null;
  readonly roundTripSeconds: number | null;
  readonly remoteRoundTripSeconds: number | null;
  readonly connection: string;
};

/** An agent at a browser: Debian's Chromium with a sound file as its microphone, and a page with stock sip.js. */
export class BrowserAgent implements AsyncDisposable {
  /** What the page wrote on its console. */
  readonly said: string[] = [];
  readonly #browser: Browser;
  #page: Page;
  readonly #folder: string;
  readonly #centre: Centre;

  private constructor(parts: { browser: Browser; page: Page; folder: string; centre: Centre }) {
    this.#browser = parts.browser;
    this.#page = parts.page;
    this.#folder = parts.folder;
    this.#centre = parts.centre;
    this.#page.on("console", (message) => this.said.push(message.text()));
    this.#page.on("pageerror", (failure) => this.said.push(String(failure)));
  }

  /** `microphone` is 8 kHz, and said again and again. */
  static async open(centre: Centre, microphone: Int16Array): Promise<BrowserAgent> {
    const folder = await mkdtemp(join(tmpdir(), "jikimi-browser-"));
    const microphonePath = join(folder, "microphone.wav");
    const channels = [resamplePcm(microphone, 8000, 48_000)];
    await writeFile(microphonePath, writeWav({ sampleRateHz: 48_000, channels }));
    const browser = await chromium.launch({
      executablePath: program,
      args: [...flags, `--use-file-for-fake-audio-capture=${microphonePath}`],
    });
    // The page's own rules let no script in; ours is put there from outside.
    const context = await browser.newContext({ permissions: ["microphone"], bypassCSP: true });
    const page = await context.newPage();
    const agent = new BrowserAgent({ browser, page, folder, centre });
    await agent.#load(page);
    return agent;
  }

  /** The browser carries this person's session from now on. */
  async signIn(username: string): Promise<void> {
    const { cookie, origin: url } = await this.#centre.session(username);
    const cookies = cookie.split("; ").map((one) => {
      const at = one.indexOf("=");
      return { name: one.slice(0, at), value: one.slice(at + 1), url };
    });
    await this.#page.context().addCookies(cookies);
  }

  /** As a person presses F5: the page is gone, with its call and its connection, and there is a new one. */
  async reload(): Promise<void> {
    await this.#load(this.#page);
  }

  /** Another tab of the same browser; what is asked of it from now on, is asked of that one. */
  async openTab(): Promise<void> {
    this.#page = await this.#page.context().newPage();
    await this.#load(this.#page);
  }

  /** Becomes the telephone of whoever is signed in, in this tab; what the server said. */
  registerTab(tab: string, username: string): Promise<string> {
    const server = `ws://127.0.0.1:${this.#centre.jikimi.httpPort}/sip?tab=${tab}`;
    const uri = `sip:${username}@127.0.0.1`;
    const account = { server, uri, username, password: "", g711: false, answersWhenResumed: true };
    return this.#do<string>("register", account);
  }

  /** Connects without registering. */
  async connect(webSocketPath: string, uri: string): Promise<void> {
    const server = `ws://127.0.0.1:${this.#centre.jikimi.httpPort}${webSocketPath}`;
    await this.#do("register", { server, uri, username: null, password: "", g711: false, answersWhenResumed: false });
  }

  async #load(page: Page): Promise<void> {
    // A page of the server's own: no other origin's WebSocket is taken.
    await page.goto(`http://127.0.0.1:${this.#centre.jikimi.httpPort}/`);
    await page.addScriptTag({ content: await pageScript() });
  }

  /** Signs in as one of the sample's agents, by digest over WebSocket. */
  async register(username: string, { g711 = false } = {}): Promise<void> {
    const { httpPort } = this.#centre.jikimi;
    const account = {
      server: `ws://127.0.0.1:${httpPort}/sip`,
      uri: `sip:${username}@127.0.0.1`,
      username,
      password: this.#centre.password(username),
      g711,
    };
    await this.#do("register", account);
  }

  async answer(): Promise<void> {
    await this.until("Initial");
    await this.#do("answer");
    await this.until("Established");
  }

  async dial(number: string): Promise<void> {
    await this.#do("dial", number.startsWith("sip:") ? number : `sip:${number}@127.0.0.1`);
  }

  hold(hold: boolean): Promise<void> {
    return this.#do("hold", hold);
  }

  restartIce(): Promise<void> {
    return this.#do("restartIce");
  }

  press(digits: string): Promise<void> {
    return this.#do("press", digits);
  }

  hangUp(): Promise<void> {
    return this.#do("hangUp");
  }

  statistics(): Promise<BrowserStatistics> {
    return this.#do("statistics");
  }

  /** What the page heard in the last two thirds of a second, at 8 kHz. */
  async hear(): Promise<Int16Array> {
    const { sampleRateHz, samples } = await this.#do<{ sampleRateHz: number; samples: number[] }>("hear");
    return resamplePcm(
      Int16Array.from(samples, (sample) => Math.round(Math.max(-1, Math.min(1, sample)) * 32_767)),
      sampleRateHz,
      8000,
    );
  }

  /** Asks the page until its call is in this state of sip.js's. */
  async until(state: "Initial" | "Established" | "Terminated", withinMs = 20_000): Promise<void> {
    const { clock }: { clock: Clock } = this.#centre;
    await poll(async () => (await this.#do<string | null>("state")) === state, {
      clock,
      withinMs,
      what: `the browser's call is ${state} (${this.said.join(" | ")})`,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#browser.close();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #do<Result = void>(name: string, argument?: unknown): Promise<Result> {
    return this.#page.evaluate(
      ([method, given]) =>
        (globalThis as unknown as { softphone: Record<string, (argument: unknown) => Promise<Result>> }).softphone[
          method as string
        ]?.(given) as Promise<Result>,
      [name, argument],
    );
  }
}

async function pageScript(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL("softphone-page.mjs", import.meta.url))],
    bundle: true,
    format: "iife",
    write: false,
    logLevel: "silent",
  });
  return outputFiles[0]?.text ?? "";
}
