import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock } from "@jikimi/kernel";
import { eventually, poll } from "./call-watch.ts";
import { freeTcpPort } from "./free-ports.ts";

const host = "127.0.0.1";
const modules = "/usr/lib/baresip/modules";

/** Debian's `baresip-core`; a machine without it must say so rather than pass. */
export function requireBaresip(): void {
  const version = spawnSync("baresip", ["-h"], { encoding: "utf8" });
  if (version.error) throw new Error("baresip is missing: apt-get install baresip-core", { cause: version.error });
}

export type BaresipEvent = { readonly type: string; readonly param: string };

/**
 * baresip 1.0 as somebody's telephone, in a folder of its own: a WAV file is its microphone, and what it hears is
 * written down as it was decoded. Told what to do over its control connection (JSON in netstrings).
 */
export class Baresip implements AsyncDisposable {
  readonly events: BaresipEvent[] = [];
  readonly #child: ChildProcess;
  readonly #folder: string;
  readonly #clock: Clock;
  readonly #control: Socket;
  readonly #waiting = new Set<() => void>();
  readonly #output: { text: string };
  #received = Buffer.alloc(0);

  private constructor(parts: {
    child: ChildProcess;
    folder: string;
    clock: Clock;
    control: Socket;
    output: { text: string };
  }) {
    this.#child = parts.child;
    this.#folder = parts.folder;
    this.#clock = parts.clock;
    this.#control = parts.control;
    this.#output = parts.output;
    parts.control.on("data", (bytes) => this.#hear(bytes));
    parts.control.on("error", () => {});
  }

  static async start(options: { clock: Clock; account: string; microphone: Uint8Array }): Promise<Baresip> {
    const { clock, account, microphone } = options;
    const folder = mkdtempSync(join(tmpdir(), "jikimi-baresip-"));
    mkdirSync(join(folder, "heard"));
    writeFileSync(join(folder, "microphone.wav"), microphone);
    const controlPort = await freeTcpPort();
    const sipPort = await freeTcpPort();
    writeFileSync(join(folder, "accounts"), `${account}\n`);
    writeFileSync(join(folder, "contacts"), "");
    writeFileSync(join(folder, "config"), `${configuration({ folder, controlPort, sipPort }).join("\n")}\n`);
    const child = spawn("baresip", ["-f", folder], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
    const output = { text: "" };
    for (const stream of [child.stdout, child.stderr]) {
      stream?.on("data", (data: Buffer) => {
        output.text += data.toString("utf8");
      });
    }
    try {
      const control = await poll(() => open(controlPort), { clock, withinMs: 15_000, what: "baresip starts" });
      return new Baresip({ child, folder, clock, control, output });
    } catch (failure) {
      child.kill("SIGKILL");
      throw new Error(`baresip did not start:\n${output.text}`, { cause: failure });
    }
  }

  dial(uri: string): void {
    this.#command("dial", uri);
  }

  hangUp(): void {
    this.#command("hangup", "");
  }

  /** The first event of this type; rejects with what baresip printed. */
  async until(type: string, { withinMs = 30_000 } = {}): Promise<BaresipEvent> {
    const find = () => this.events.find((event) => event.type === type);
    await eventually(() => find() !== undefined, {
      clock: this.#clock,
      withinMs,
      waiting: this.#waiting,
      complaint: () => `${type} did not come from baresip within ${withinMs} ms:\n${this.#output.text.slice(-4000)}`,
    });
    return find() as BaresipEvent;
  }

  /** The path of what it heard (8 kHz mono WAV), whole once the call is closed. */
  get heardPath(): string {
    const heard = readdirSync(join(this.#folder, "heard")).find((name) => name.endsWith("-dec.wav"));
    if (heard === undefined) throw new Error(`baresip recorded nothing:\n${this.#output.text.slice(-4000)}`);
    return join(this.#folder, "heard", heard);
  }

  get printed(): string {
    return this.#output.text;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#control.destroy();
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = new Promise<void>((resolve) => this.#child.once("exit", () => resolve()));
      this.#child.kill("SIGKILL");
      await exited;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #command(command: string, params: string): void {
    const text = JSON.stringify({ command, params, token: "test" });
    this.#control.write(`${Buffer.byteLength(text)}:${text},`);
  }

  #hear(bytes: Buffer): void {
    this.#received = Buffer.concat([this.#received, bytes]);
    for (;;) {
      const colon = this.#received.indexOf(":");
      const length = Number(this.#received.subarray(0, Math.max(0, colon)).toString());
      if (colon < 0 || this.#received.length < colon + 1 + length + 1) break;
      const message: unknown = JSON.parse(this.#received.subarray(colon + 1, colon + 1 + length).toString("utf8"));
      this.#received = this.#received.subarray(colon + 1 + length + 1);
      if (typeof message !== "object" || message === null || !("event" in message)) continue;
      const { type, param } = message as { type?: unknown; param?: unknown };
      const words = (value: unknown) => (typeof value === "string" ? value : "");
      this.events.push({ type: words(type), param: words(param) });
    }
    for (const look of [...this.#waiting]) look();
  }
}

function configuration({ folder, controlPort, sipPort }: { folder: string; controlPort: number; sipPort: number }) {
  return [
    "poll_method epoll",
    `sip_listen ${host}:${sipPort}`,
    `net_interface ${host}`,
    "call_local_timeout 120",
    "call_max_calls 1",
    `audio_source aufile,${join(folder, "microphone.wav")}`,
    "ausrc_srate 8000",
    "auplay_srate 8000",
    "ausrc_channels 1",
    "auplay_channels 1",
    "audio_txmode thread",
    "rtp_ports 50000-51999",
    "jitter_buffer_delay 1-10",
    `module_path ${modules}`,
    "module g711.so",
    "module sndfile.so",
    "module aufile.so",
    "module_tmp account.so",
    "module_app menu.so",
    "module_app ctrl_tcp.so",
    `ctrl_tcp_listen ${host}:${controlPort}`,
    `snd_path ${join(folder, "heard")}`,
  ];
}

function open(port: number): Promise<Socket | null> {
  return new Promise((resolve) => {
    const socket = connect(port, host);
    socket.once("error", () => resolve(null));
    socket.once("connect", () => resolve(socket));
  });
}
