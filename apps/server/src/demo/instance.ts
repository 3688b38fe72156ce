import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Clock, Random, ResourceScope } from "@jikimi/kernel";
import { createLog } from "@jikimi/telemetry";
import { compose, type Jikimi } from "../compose.ts";
import type { Config } from "../config/index.ts";
import { findFreePort } from "../free-port.ts";
import { PhoneProcess } from "./phone-process.ts";

export const loopback = "127.0.0.1";

export type InstanceOptions = {
  readonly root: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Takes the instance down, and removes its data. */
  readonly scope: ResourceScope;
  /** Kept when given; else a temporary folder. */
  readonly dataFolder?: string;
  readonly settings?: Partial<Config>;
};

/** A Jikimi of its own beside any other: free ports on loopback, its own data; telephones first, then the server. */
export class Instance {
  readonly config: Config;
  readonly #options: InstanceOptions;
  readonly #phones: PhoneProcess[] = [];

  private constructor(options: InstanceOptions, config: Config) {
    this.#options = options;
    this.config = config;
  }

  static async prepare(options: InstanceOptions): Promise<Instance> {
    const dataFolder = options.dataFolder ?? (await mkdtemp(join(tmpdir(), "jikimi-")));
    if (options.dataFolder === undefined) {
      options.scope.defer(() => rm(dataFolder, { recursive: true, force: true }));
    }
    const base = 20_000 + options.random.integer(9000);
    const sip = await findFreePort(loopback, base, { udp: true });
    const http = await findFreePort(loopback, base + 100, { udp: false });
    if (sip === null || http === null) throw new Error(`no free ports from ${base} on`);
    return new Instance(options, {
      bindAddress: loopback,
      publicAddress: null,
      httpPort: http.port,
      publicUrl: null,
      trustedProxies: [],
      sipPort: sip.port,
      rtpPorts: { first: 30_000, last: 39_999 },
      dataFolder,
      database: { kind: "pglite", folder: join(dataFolder, "database") },
      logLevel: "info",
      mediaWorkers: 1,
      listenWorkers: 1,
      recognizer: "demo",
      recognizerServer: null,
      wrapUpMs: 60_000,
      ...options.settings,
    });
  }

  /** A telephone in a process of its own, on its way to be `ready`. */
  phone({ name, user, bindHost = loopback, answerAfterMs = null, heardPath = null }: PhoneWishes): PhoneProcess {
    const { root, clock, scope } = this.#options;
    const server = { host: loopback, port: this.config.sipPort };
    const config = { name, user, displayName: null, bindHost, server, answerAfterMs, heardPath };
    const phone = scope.use(new PhoneProcess({ root, clock, config }));
    this.#phones.push(phone);
    return phone;
  }

  /** `trialTrunkPort`: the SIP port of the telephone that plays the citizen whom agents ring. */
  async start({ trialTrunkPort }: { trialTrunkPort: number }): Promise<Jikimi> {
    const { root, clock, random, scope } = this.#options;
    const { config } = this;
    const filePath = join(config.dataFolder, "log", "server.log");
    const log = createLog({ level: config.logLevel, process: "server", filePath });
    const jikimi = await compose({
      config,
      advertisedHost: loopback,
      root,
      clock,
      random,
      log,
      trialTrunkPort,
    });
    scope.use(jikimi);
    // Before the server goes, so that a telephone that signs off does not wait for an answer in vain.
    scope.defer(() => Promise.all(this.#phones.map((phone) => phone[Symbol.asyncDispose]())));
    return jikimi;
  }
}

type PhoneWishes = {
  readonly name: string;
  readonly user: string;
  readonly bindHost?: string;
  readonly answerAfterMs?: number | null;
  readonly heardPath?: string | null;
};
