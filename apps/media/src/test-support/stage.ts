import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { writeWav } from "@jikimi/audio";
import { type CallId, type LegId, ManualClock, ResourceScope, SeededRandom, silentLog } from "@jikimi/kernel";
import { createRecordingWriter } from "@jikimi/recording";
import type { MediaCommand, MediaPlaneEvent, MediaReport, MediaResult } from "@jikimi/worker-messages";
import { MediaWorker } from "../media-worker.ts";
import { TestPhone } from "./test-phone.ts";

export const CALL = "call-1" as CallId;
export const CALLER = "leg-caller" as LegId;
export const AGENT = "leg-agent" as LegId;

/** A media worker with real sockets and two phones, all on one clock that the test moves. */
export class Stage implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly random = new SeededRandom(7);
  readonly events: MediaPlaneEvent[] = [];
  readonly scope = new ResourceScope();
  readonly worker: MediaWorker;
  readonly phones: (AsyncDisposable & { step(nowMs: number): void })[] = [];
  readonly folder: string;
  readonly #answers = new Map<number, (report: MediaReport) => void>();
  #requestId = 0;

  private constructor(folder: string) {
    this.folder = folder;
    this.scope.defer(() => rm(folder, { recursive: true, force: true }));
    this.worker = new MediaWorker({
      config: {
        workerId: "media-test",
        bindAddress: "127.0.0.1",
        advertisedAddress: "127.0.0.1",
        rtpPorts: { first: 36_000, last: 42_999 },
        rtpTimeoutMs: 10_000,
        logLevel: "error",
      },
      clock: this.clock,
      random: this.random,
      log: silentLog,
      createRecordingWriter,
      report: (report) => this.#hear(report),
    });
    this.scope.use(this.worker);
  }

  static async open(): Promise<Stage> {
    return new Stage(await mkdtemp(join(tmpdir(), "jikimi-media-")));
  }

  /** Two parties who are through: the caller offered, the agent answered our offer. */
  static async bridged({
    callerCodec = "pcmu",
  }: {
    callerCodec?: "pcmu" | "pcma";
  } = {}): Promise<Stage & { caller: TestPhone; agent: TestPhone }> {
    const stage = await Stage.open();
    const caller = await stage.phone();
    const agent = await stage.phone();
    await stage.callIn(caller, CALLER, callerCodec);
    await stage.callOut(agent, AGENT);
    await stage.ok({ kind: "bridge", callId: CALL, legIds: [CALLER, AGENT] });
    return Object.assign(stage, { caller, agent });
  }

  async phone(): Promise<TestPhone> {
    const phone = this.scope.use(await TestPhone.open(this));
    this.phones.push(phone);
    return phone;
  }

  /** The phone offers. */
  async callIn(phone: TestPhone, legId: LegId, prefer: "pcmu" | "pcma" = "pcmu"): Promise<void> {
    const offerSdp = onlyCodec(phone.negotiation.offer({ prefer }), prefer);
    const result = await this.ok({ kind: "answer", callId: CALL, legId, offerSdp, hold: false, memory: null });
    if (result.kind !== "sdp") throw new Error(`not answered: ${JSON.stringify(result)}`);
    const accepted = phone.negotiation.acceptAnswer(result.sdp);
    if (accepted.kind !== "ok") throw new Error(accepted.why);
    phone.use(accepted.audio);
  }

  /** The phone answers. */
  async callOut(phone: TestPhone, legId: LegId, prefer: "pcmu" | "pcma" = "pcmu"): Promise<void> {
    const result = await this.ok({ kind: "offer", callId: CALL, legId, hold: false, memory: null, transport: "rtp" });
    if (result.kind !== "sdp") throw new Error("not offered");
    const answer = phone.negotiation.answer(onlyCodec(result.sdp, prefer));
    if (answer.kind !== "ok") throw new Error(answer.why);
    await this.ok({ kind: "accept-answer", callId: CALL, legId, answerSdp: answer.sdp });
    phone.use(answer.audio);
  }

  async ask(command: MediaCommand): Promise<Extract<MediaReport, { kind: "done" | "failed" }>> {
    const requestId = this.#requestId++;
    const report = new Promise<MediaReport>((resolve) => this.#answers.set(requestId, resolve));
    await this.worker.handle({ requestId, command });
    return (await report) as Extract<MediaReport, { kind: "done" | "failed" }>;
  }

  async ok(command: MediaCommand): Promise<MediaResult> {
    const report = await this.ask(command);
    if (report.kind === "failed") throw new Error(`${command.kind}: ${report.code}: ${report.why}`);
    return report.result;
  }

  /** Lets time pass in steps of 20 ms; each phone says its 20 ms, and every datagram arrives before the next step. */
  async run(durationMs: number): Promise<void> {
    for (let at = 0; at < durationMs; at += 20) {
      for (const phone of this.phones) phone.step(this.clock.monotonicMs());
      await arrive();
      await this.clock.advance(20);
      await arrive();
    }
  }

  /** Waits (in real time) until the event loop has brought `condition` about: a file read, a connection made. */
  async until(condition: () => boolean): Promise<void> {
    for (let turn = 0; turn < 100_000; turn++) {
      if (condition()) return;
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
    throw new Error("it never came about");
  }

  of<Kind extends MediaPlaneEvent["kind"]>(kind: Kind): Extract<MediaPlaneEvent, { kind: Kind }>[] {
    return this.events.filter((event): event is Extract<MediaPlaneEvent, { kind: Kind }> => event.kind === kind);
  }

  async sound(name: string, pcm: Int16Array): Promise<string> {
    const path = join(this.folder, name);
    await writeFile(path, writeWav({ sampleRateHz: 8000, channels: [pcm] }));
    return path;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.scope[Symbol.asyncDispose]();
  }

  #hear(report: MediaReport): void {
    if (report.kind === "event") this.events.push(report.event);
    else if (report.kind !== "ready") this.#answers.get(report.requestId)?.(report);
  }
}

/** Two turns of the event loop: what was sent on loopback lies in the receiver's socket already. */
async function arrive(): Promise<void> {
  for (let turn = 0; turn < 2; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}

function onlyCodec(sdp: string, codec: "pcmu" | "pcma"): string {
  const [keep, drop] = codec === "pcmu" ? ["0", "8"] : ["8", "0"];
  return sdp
    .replace(/^(m=audio \d+ RTP\/AVP) .*$/m, `$1 ${keep} 101`)
    .replace(new RegExp(`^a=rtpmap:${drop} .*\r\n`, "m"), "");
}
