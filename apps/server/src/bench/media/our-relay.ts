import { stat } from "node:fs/promises";
import { join } from "node:path";
import type { CallId, Clock, LegId, Log } from "@jikimi/kernel";
import { MediaWorkers } from "@jikimi/media-workers";
import { Keyring, RecordingShelf, verifyRecording } from "@jikimi/recording";
import { sourceExecArgv } from "../../worker-entries.ts";
import { audioPortOf, host, partySdp, portAt, type Recorded, type RelayUnderTest } from "./relay-under-test.ts";
import type { OpenedLoad } from "./rtp-load-messages.ts";

type BenchCall = { readonly callId: CallId; readonly legs: readonly [LegId, LegId] };

/** One media worker behind the product's own adapter: taps over TCP as decoded PCM, recordings encrypted as in earnest. */
export class OurRelay implements RelayUnderTest {
  readonly name = "ours";
  readonly #media: MediaWorkers;
  readonly #clock: Clock;
  readonly #keyring: Keyring;
  readonly #shelf: RecordingShelf;
  readonly #calls: BenchCall[] = [];
  #made = 0;

  private constructor(media: MediaWorkers, { clock, folder }: { clock: Clock; folder: string }) {
    this.#media = media;
    this.#clock = clock;
    this.#keyring = Keyring.open(join(folder, "site.key"));
    this.#shelf = new RecordingShelf({ folder: join(folder, "recordings"), keyring: this.#keyring });
  }

  static async start(options: {
    root: string;
    clock: Clock;
    log: Log;
    folder: string;
    execArgv: readonly string[];
  }): Promise<OurRelay> {
    const { root, clock, log, execArgv } = options;
    const media = new MediaWorkers({
      entry: { path: join(root, "apps/media/src/main.ts"), execArgv: [...sourceExecArgv, ...execArgv] },
      config: {
        bindAddress: host,
        advertisedAddress: host,
        rtpPorts: { first: 30_000, last: 33_999 },
        logLevel: "warn",
      },
      clock,
      log,
    });
    const { ready } = await media.start();
    if (ready !== 1) throw new Error("the media worker did not start");
    return new OurRelay(media, options);
  }

  get pid(): number {
    const pid = this.#media.health()[0]?.pid ?? null;
    if (pid === null) throw new Error("the media worker is gone");
    return pid;
  }

  sinksFor(): number {
    return 0;
  }

  async setUp(calls: number, load: OpenedLoad): Promise<readonly number[]> {
    const targets: number[] = [];
    for (let i = 0; i < calls; i++) {
      const callId = `bench-${this.#made++}` as CallId;
      const legs = [`${callId}-caller` as LegId, `${callId}-agent` as LegId] as const;
      for (const [party, legId] of legs.entries()) {
        const offerSdp = partySdp(portAt(load.streamPorts, 2 * i + party));
        const answered = await this.#media.answer({ callId, legId, offerSdp });
        if (answered.kind !== "ok") throw new Error(`no leg: ${answered.why}`);
        targets.push(audioPortOf(answered.sdp));
      }
      await this.#media.bridge({ callId, legIds: legs });
      for (const [party, legId] of legs.entries()) {
        const sink = { host, port: load.tapPort, token: `${callId}-${party}` };
        await this.#media.tap({ callId, legId, speaker: party === 0 ? "caller" : "agent", sink });
      }
      const startedAtMs = this.#clock.nowMs();
      const channels = { caller: legs[0], agent: legs[1] };
      const made = this.#shelf.newRecording(callId, startedAtMs, 0);
      await this.#media.startRecording({ callId, startedAtMs, channels, ...made });
      this.#calls.push({ callId, legs });
    }
    return targets;
  }

  /** Every recording is opened with the site's key and checked block by block. */
  async tearDown(): Promise<Recorded> {
    const problems: string[] = [];
    let bytes = 0;
    const calls = this.#calls.splice(0);
    for (const { callId } of calls) {
      const summary = await this.#media.stopRecording({ callId });
      await this.#media.release({ callId });
      if (summary === null || !summary.complete) {
        problems.push(`the recording of ${callId} is not complete`);
        continue;
      }
      const { intact } = await verifyRecording(summary.path, this.#keyring, { expectedSha256: summary.sha256 });
      if (!intact) problems.push(`the recording of ${callId} cannot be read back whole`);
      bytes += (await stat(summary.path)).size;
    }
    return { recordings: calls.length - problems.length, bytes, problems };
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.#media[Symbol.asyncDispose]();
  }
}
