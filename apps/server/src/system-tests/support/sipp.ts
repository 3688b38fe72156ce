import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const host = "127.0.0.1";

/** Debian's `sip-tester`; a machine without it must say so rather than pass. */
export function requireSipp(): void {
  const version = spawnSync("sipp", ["-v"], { encoding: "utf8" });
  if (version.error) throw new Error("sipp is missing: apt-get install sip-tester", { cause: version.error });
}

/** A scenario of our own. */
export function scenario(name: string): readonly string[] {
  return ["-sf", fileURLToPath(new URL(`../sipp/${name}.xml`, import.meta.url))];
}

/** One run of sipp, in a folder of its own, with every message kept. */
export class Sipp implements AsyncDisposable {
  /** Rejects with sipp's own complaint unless every call went as its scenario says. */
  readonly done: Promise<void>;
  readonly #child: ChildProcess;
  readonly #folder: string;
  #output = "";

  /** `args` as sipp takes them, the remote address included where it calls; `port` is its own. */
  constructor(args: readonly string[], { port }: { port?: number } = {}) {
    this.#folder = mkdtempSync(join(tmpdir(), "jikimi-sipp-"));
    const own = port === undefined ? [] : ["-p", String(port)];
    const fixed = ["-i", host, "-nostdin", "-timeout", "50s", "-timeout_error", "-trace_err", "-trace_msg"];
    this.#child = spawn("sipp", [...args, ...own, ...fixed], { cwd: this.#folder, stdio: ["ignore", "pipe", "pipe"] });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      stream?.on("data", (data: Buffer) => {
        this.#output += data.toString("latin1");
      });
    }
    this.done = new Promise((resolve, reject) => {
      this.#child.once("error", reject);
      this.#child.once("exit", (code, signal) => {
        if (code === 0) resolve();
        else reject(new Error(`sipp ${args.join(" ")} ended with ${signal ?? code}\n${this.#complaint()}`));
      });
    });
    this.done.catch(() => {});
  }

  /** Every message that sipp sent and received, in order, as it lay on the wire. */
  get messages(): readonly SippMessage[] {
    const pieces = this.#files("_messages.log").split(/^-{10,}.*$/m);
    return pieces.flatMap((piece) => {
      const head = /^\S+ message (sent|received)[^\n]*\n\n?/m.exec(piece);
      if (head === null) return [];
      const text = piece.slice(head.index + head[0].length).trimEnd();
      return [{ direction: head[1] === "sent" ? "sent" : "received", text } as const];
    });
  }

  received(startsWith: string): readonly string[] {
    return this.messages.flatMap(({ direction, text }) =>
      direction === "received" && text.startsWith(startsWith) ? [text] : [],
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      const exited = new Promise<void>((resolve) => this.#child.once("exit", () => resolve()));
      this.#child.kill("SIGKILL");
      await exited;
    }
    rmSync(this.#folder, { recursive: true, force: true });
  }

  #files(ending: string): string {
    const names = readdirSync(this.#folder).filter((name) => name.endsWith(ending));
    return names.map((name) => readFileSync(join(this.#folder, name), "latin1")).join("\n");
  }

  #complaint(): string {
    return `${this.#files("_errors.log").slice(0, 3000)}\n${this.#output.slice(-1000)}`;
  }
}

export type SippMessage = { readonly direction: "sent" | "received"; readonly text: string };
