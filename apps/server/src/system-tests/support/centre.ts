import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { tone, writeWav } from "@jikimi/audio";
import { type OperationInput, type OperationName, type OperationOutput, operations } from "@jikimi/http-api";
import { type Clock, ResourceScope, SystemClock, SystemRandom } from "@jikimi/kernel";
import { type Verification, verifyRecording } from "@jikimi/recording";
import { nationalDigits, type PhoneNumber } from "@jikimi/routing";
import type { Jikimi } from "../../compose.ts";
import type { Config } from "../../config/index.ts";
import { Instance, loopback } from "../../demo/instance.ts";
import type { PhoneProcess } from "../../demo/phone-process.ts";
import { CallWatch, type WatchedCall } from "./call-watch.ts";
import type { Line } from "./raw-caller.ts";

export const root = fileURLToPath(new URL("../../../../../", import.meta.url));

/** Short sounds of "the organisation's own", each with a frequency that can be measured. */
const ownSounds = {
  notice: { frequencyHz: 500, durationMs: 700 },
  "outbound-notice": { frequencyHz: 600, durationMs: 700 },
  warning: { frequencyHz: 700, durationMs: 1500 },
  ending: { frequencyHz: 800, durationMs: 1500 },
  "nobody-free": { frequencyHz: 900, durationMs: 700 },
} as const;

export type CentreOptions = {
  /** How many of the sample's agents sign in with a headless telephone (at most two). */
  readonly agents?: number;
  readonly settings?: Partial<Config>;
  readonly dataFolder?: string;
  /** False: the shipped announcements, which are what citizens hear. */
  readonly shortSounds?: boolean;
  /** Where the sample trunk sends calls. */
  readonly trialTrunkPort?: number;
  /** A telephone to which the sample trunk leads instead; it answers after 300 ms. */
  readonly citizen?: { readonly user: string; readonly heardPath?: string };
  readonly agentHost?: string;
  /** How long an agent's telephone rings before it is answered. */
  readonly answerAfterMs?: number;
  /** Keeps what the first agent hears in the data folder (`heard.wav`). */
  readonly keepHeard?: boolean;
};

/** A whole Jikimi in this process and its workers beside it, agents signed in, every call watched. */
export class Centre implements AsyncDisposable {
  readonly clock: Clock;
  readonly jikimi: Jikimi;
  readonly agents: readonly PhoneProcess[];
  /** Whom agents ring, where one was asked for. */
  readonly citizen: PhoneProcess | null;
  readonly calls: CallWatch;
  /** The sample number, as it is dialled. */
  readonly number: string;
  readonly dataFolder: string;
  readonly #scope: ResourceScope;
  readonly #instance: Instance;
  /** By username. */
  readonly #cookies = new Map<string, string>();

  private constructor(parts: {
    clock: Clock;
    jikimi: Jikimi;
    agents: readonly PhoneProcess[];
    citizen: PhoneProcess | null;
    calls: CallWatch;
    scope: ResourceScope;
    instance: Instance;
  }) {
    this.clock = parts.clock;
    this.jikimi = parts.jikimi;
    this.agents = parts.agents;
    this.citizen = parts.citizen;
    this.calls = parts.calls;
    this.#scope = parts.scope;
    this.#instance = parts.instance;
    this.dataFolder = parts.instance.config.dataFolder;
    this.number = nationalDigits((parts.jikimi.directory.view().numbers[0]?.number ?? "") as PhoneNumber);
  }

  static async open(options: CentreOptions = {}): Promise<Centre> {
    const { agents: wanted = 1, settings, dataFolder, shortSounds = true, trialTrunkPort = 9 } = options;
    const scope = new ResourceScope();
    try {
      const clock = new SystemClock();
      const instance = await Instance.prepare({
        root,
        clock,
        random: new SystemRandom(),
        scope,
        ...(dataFolder === undefined ? {} : { dataFolder }),
        ...(settings === undefined ? {} : { settings }),
      });
      if (shortSounds) await writeOwnSounds(instance.config.dataFolder);
      const agents = Array.from({ length: wanted }, (_, i) =>
        instance.phone({
          name: `agent${i + 1}`,
          user: `agent${i + 1}`,
          bindHost: options.agentHost ?? loopback,
          answerAfterMs: options.answerAfterMs ?? 0,
          heardPath: options.keepHeard && i === 0 ? join(instance.config.dataFolder, "heard.wav") : null,
        }),
      );
      const wish = options.citizen;
      const citizen = wish === undefined ? null : instance.phone({ name: wish.user, answerAfterMs: 300, ...wish });
      const trunkPort = citizen === null ? trialTrunkPort : await sipPortOf(citizen);
      const jikimi = await instance.start({ trialTrunkPort: trunkPort });
      const calls = new CallWatch(jikimi.journal, clock);
      const centre = new Centre({ clock, jikimi, agents, citizen, calls, scope, instance });
      await Promise.all(agents.map((phone, i) => centre.signIn(phone, `agent${i + 1}`)));
      return centre;
    } catch (failure) {
      await scope[Symbol.asyncDispose]();
      throw failure;
    }
  }

  /** What a caller of the tests' own needs to know. */
  get line(): Line {
    return { clock: this.clock, sipPort: this.jikimi.sipPort, number: this.number };
  }

  /** A citizen's telephone; it goes with the centre. */
  phone(user: string, options: { answerAfterMs?: number | null; heardPath?: string | null } = {}): PhoneProcess {
    return this.#instance.phone({ name: user, user, ...options });
  }

  get origin(): string {
    return `http://${loopback}:${this.jikimi.httpPort}`;
  }

  /** The headers of a browser in which one of the sample's agents has signed in. */
  async session(username: string): Promise<{ cookie: string; origin: string }> {
    const { origin } = this;
    const known = this.#cookies.get(username);
    if (known !== undefined) return { cookie: known, origin };
    const response = await fetch(`${origin}${operations["session.signIn"].path}`, {
      method: "POST",
      headers: { origin, "content-type": "application/json" },
      body: JSON.stringify({ username, password: this.password(username) }),
    });
    if (!response.ok) throw new Error(`${username} could not sign in: ${await response.text()}`);
    const cookie = response.headers
      .getSetCookie()
      .map((one) => one.split(";")[0] ?? "")
      .join("; ");
    this.#cookies.set(username, cookie);
    return { cookie, origin };
  }

  password(username: string): string {
    return this.jikimi.samplePasswords?.find(({ sipUsername }) => sipUsername === username)?.password ?? "";
  }

  async signIn(phone: PhoneProcess, username: string): Promise<void> {
    await present(phone.until("ready", { withinMs: 30_000 }), `${username}'s telephone did not start`);
    phone.send({ kind: "register", username, password: this.password(username) });
    await present(phone.until("registered", { withinMs: 30_000 }), `${username}'s telephone did not register`);
  }

  /** The citizen rings the sample number and is connected. */
  async connect(caller: PhoneProcess, user: string): Promise<WatchedCall> {
    await this.ring(caller);
    const call = await this.calls.from(user);
    await call.until("bridged");
    return call;
  }

  async ring(caller: PhoneProcess): Promise<void> {
    await present(caller.until("ready", { withinMs: 30_000 }), "the citizen's telephone did not start");
    caller.send({ kind: "call", number: this.number });
  }

  /** The headless telephone of the agent who is, or was, on this call. */
  agentOn(call: WatchedCall): PhoneProcess {
    const agentId = call.all("bridged")[0]?.agentId ?? null;
    const person = agentId === null ? null : this.jikimi.directory.view().person(agentId);
    const phone = this.agents[Number(person?.sipUsername.slice(-1)) - 1];
    if (phone === undefined) throw new Error(`nobody of ours is on ${call.callId}`);
    return phone;
  }

  /** What lies on disk of the call's last closed recording, held against the hash in the call's account. */
  async verify(call: WatchedCall): Promise<Verification> {
    const { path, sha256 } = await call.until("recording-closed");
    return verifyRecording(path, this.jikimi.keyring, { expectedSha256: sha256 });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#scope[Symbol.asyncDispose]();
  }
}

/** Asks an operation of the contract as this person's page would. */
export async function askAs<Name extends OperationName>(
  centre: Centre,
  username: string,
  name: Name,
  input: OperationInput<Name>,
): Promise<OperationOutput<Name>> {
  const { method, path } = operations[name];
  const given = input as Readonly<Record<string, string>>;
  const url = path.replace(/:([a-zA-Z]+)/g, (_, field: string) => encodeURIComponent(given[field] ?? ""));
  const headers = { ...(await centre.session(username)), "content-type": "application/json" };
  const body = method === "GET" ? {} : { body: JSON.stringify(input) };
  const response = await fetch(`${centre.origin}${url}`, { method, headers, ...body });
  const answer: unknown = await response.json();
  if (!response.ok) throw new Error(`${name} was refused with ${response.status}: ${JSON.stringify(answer)}`);
  return answer as OperationOutput<Name>;
}

/** The value, or a failure that says what did not come. */
export async function present<T>(value: Promise<T | null> | T | null, complaint: string): Promise<T> {
  const settled = await value;
  if (settled === null) throw new Error(complaint);
  return settled;
}

async function sipPortOf(phone: PhoneProcess): Promise<number> {
  const ready = await present(phone.until("ready", { withinMs: 30_000 }), "the citizen's telephone did not start");
  return ready.sipPort;
}

export async function writeOwnSounds(dataFolder: string): Promise<void> {
  const folder = join(dataFolder, "announcements");
  await mkdir(folder, { recursive: true });
  for (const [name, { frequencyHz, durationMs }] of Object.entries(ownSounds)) {
    const pcm = tone({ frequencyHz, durationMs, levelDbfs: -12, sampleRateHz: 8000 });
    await writeFile(join(folder, `${name}.ko.wav`), writeWav({ sampleRateHz: 8000, channels: [pcm] }));
  }
}
