import { type ChildProcess, spawn } from "node:child_process";
import { mkdir, readdir, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Clock, Random } from "@jikimi/kernel";
import { findFreePort } from "../../free-port.ts";
import { NgClient, textOf } from "./ng-client.ts";
import { audioPortOf, host, partySdp, portAt, type Recorded, type RelayUnderTest } from "./relay-under-test.ts";
import type { OpenedLoad } from "./rtp-load-messages.ts";

/** Its worker threads: as many as this machine's cores is its default; more cost it more here, so it gets the better figure. */
const threads = 2;
const stopPatienceMs = 5000;

/**
 * Debian's rtpengine without its kernel module (`--table=-1`), a process of the bench's own: both parties' audio goes to
 * an RTP sink each by `subscribe`, and into one pcap file a call, in clear.
 */
export class RtpengineRelay implements RelayUnderTest {
  readonly name = "peer";
  readonly #child: ChildProcess;
  readonly #ng: NgClient;
  readonly #clock: Clock;
  readonly #pcaps: string;
  readonly #callIds: string[] = [];
  #made = 0;

  private constructor(child: ChildProcess, ng: NgClient, { clock, recordings }: { clock: Clock; recordings: string }) {
    this.#child = child;
    this.#ng = ng;
    this.#clock = clock;
    this.#pcaps = join(recordings, "pcaps");
  }

  static async start(options: { clock: Clock; random: Random; folder: string }): Promise<RtpengineRelay> {
    const { clock, random, folder } = options;
    const recordings = join(folder, "rtpengine");
    const configFile = join(folder, "rtpengine.conf");
    await mkdir(recordings, { recursive: true });
    // Without a file of ours it would read the machine's own.
    await writeFile(configFile, "[rtpengine]\n");
    const ng = await findFreePort(host, 29_000 + random.integer(500), { udp: true });
    if (ng === null) throw new Error("no free port for rtpengine's control");
    const child = spawn(
      "rtpengine",
      [
        `--config-file=${configFile}`,
        "--foreground",
        "--log-stderr",
        "--log-level=3",
        "--table=-1",
        `--interface=${host}`,
        `--listen-ng=${host}:${ng.port}`,
        "--port-min=34000",
        "--port-max=37999",
        `--num-threads=${threads}`,
        `--recording-dir=${recordings}`,
        "--recording-method=pcap",
        "--recording-format=eth",
      ],
      { stdio: ["ignore", "ignore", "inherit"] },
    );
    const relay = new RtpengineRelay(child, new NgClient({ port: ng.port, clock, random }), { clock, recordings });
    try {
      await relay.#ng.request("ping");
      return relay;
    } catch (failure) {
      await relay[Symbol.asyncDispose]();
      throw failure;
    }
  }

  get pid(): number {
    const { pid } = this.#child;
    if (pid === undefined) throw new Error("rtpengine did not start");
    return pid;
  }

  sinksFor(calls: number): number {
    return 2 * calls;
  }

  async setUp(calls: number, load: OpenedLoad): Promise<readonly number[]> {
    const targets: number[] = [];
    for (let i = 0; i < calls; i++) {
      const call = { "call-id": `bench-${this.#made++}`, "from-tag": "caller" };
      const offered = await this.#ng.request("offer", {
        ...call,
        sdp: partySdp(portAt(load.streamPorts, 2 * i)),
        "record call": "yes",
      });
      const answered = await this.#ng.request("answer", {
        ...call,
        "to-tag": "agent",
        sdp: partySdp(portAt(load.streamPorts, 2 * i + 1)),
      });
      for (const [party, tag] of ["caller", "agent"].entries()) {
        const subscribed = await this.#ng.request("subscribe request", { ...call, "from-tag": tag });
        await this.#ng.request("subscribe answer", {
          "call-id": call["call-id"],
          "to-tag": textOf(subscribed, "to-tag"),
          sdp: partySdp(portAt(load.sinkPorts, 2 * i + party), "recvonly"),
        });
      }
      this.#callIds.push(call["call-id"]);
      targets.push(audioPortOf(textOf(answered, "sdp")), audioPortOf(textOf(offered, "sdp")));
    }
    return targets;
  }

  /** A call with taps is released only by its id alone. */
  async tearDown(): Promise<Recorded> {
    const callIds = this.#callIds.splice(0);
    for (const callId of callIds) await this.#ng.request("delete", { "call-id": callId, "delete-delay": 0 });
    const files = (await readdir(this.#pcaps)).filter((name) => callIds.some((id) => name.startsWith(`${id}-`)));
    const sizes = await Promise.all(files.map(async (name) => (await stat(join(this.#pcaps, name))).size));
    const problems = sizes.length === callIds.length ? [] : [`rtpengine left ${sizes.length} recordings`];
    return { recordings: sizes.length, bytes: sizes.reduce((sum, size) => sum + size, 0), problems };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ng[Symbol.dispose]();
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const exited = new Promise<void>((resolve) => this.#child.once("exit", () => resolve()));
    this.#child.kill("SIGTERM");
    const patience = this.#clock.after(stopPatienceMs, () => this.#child.kill("SIGKILL"));
    await exited;
    patience.cancel();
  }
}
