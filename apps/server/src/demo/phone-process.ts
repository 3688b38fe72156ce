import { type ChildProcess, fork } from "node:child_process";
import { join } from "node:path";
import type { Clock } from "@jikimi/kernel";
import { type PhoneConfig, PhoneReport, type PhoneRequest } from "@jikimi/worker-messages";
import { sourceExecArgv } from "../worker-entries.ts";
import type { Actor } from "./director.ts";

/** A telephone in a process of its own (`apps/phone`), told what to do over its pipe. */
export class PhoneProcess implements Actor, AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #clock: Clock;
  readonly #reports: PhoneReport[] = [];
  readonly #waiting = new Set<() => void>();
  #sayId = 0;
  #gone = false;

  constructor({ root, config, clock }: { root: string; config: PhoneConfig; clock: Clock }) {
    this.#clock = clock;
    this.#child = fork(join(root, "apps/phone/src/main.ts"), [JSON.stringify(config)], {
      execArgv: [...sourceExecArgv],
      stdio: ["ignore", "inherit", "inherit", "ipc"],
    });
    this.#child.on("message", (message) => {
      const report = PhoneReport.safeParse(message);
      if (report.success) this.#reports.push(report.data);
      this.#wake();
    });
    this.#child.on("exit", () => {
      this.#gone = true;
      this.#wake();
    });
  }

  /** The first report of this kind, also one that came before; null when it does not come in time. */
  async until<Kind extends PhoneReport["kind"]>(
    kind: Kind,
    { withinMs, where = () => true }: { withinMs: number; where?: (report: PhoneReport) => boolean },
  ): Promise<Extract<PhoneReport, { kind: Kind }> | null> {
    const find = () => this.#reports.find((report) => report.kind === kind && where(report)) ?? null;
    return new Promise((resolve) => {
      const look = () => {
        const found = find();
        if (found !== null || this.#gone) finish(found);
      };
      const finish = (found: PhoneReport | null) => {
        timer.cancel();
        this.#waiting.delete(look);
        resolve(found as Extract<PhoneReport, { kind: Kind }> | null);
      };
      const timer = this.#clock.after(withinMs, () => finish(null));
      this.#waiting.add(look);
      look();
    });
  }

  send(request: PhoneRequest): void {
    if (this.#child.connected) this.#child.send(request);
  }

  async say(path: string): Promise<void> {
    const sayId = this.#sayId++;
    this.send({ kind: "say", sayId, path });
    await this.until("said", { withinMs: 60_000, where: (report) => report.kind === "said" && report.sayId === sayId });
  }

  press(digits: string): void {
    this.send({ kind: "press", digits });
  }

  hangUp(): void {
    this.send({ kind: "hang-up" });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#gone) return;
    const exited = new Promise<void>((resolve) => this.#child.once("exit", () => resolve()));
    this.send({ kind: "stop" });
    const patience = this.#clock.after(3000, () => this.#child.kill("SIGKILL"));
    await exited;
    patience.cancel();
  }

  #wake(): void {
    for (const look of [...this.#waiting]) look();
  }
}
