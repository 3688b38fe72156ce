import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { tone, writeWav } from "@jikimi/audio";
import type { CallEvent } from "@jikimi/calls";
import type { CallId, DepartmentId, RecognizerName, ResourceScope } from "@jikimi/kernel";
import type { HearingSteps } from "@jikimi/listening";
import { type AbuseLabel, defaultPolicy, type LabelRule, type Policy } from "@jikimi/protection";
import { nationalDigits, type PhoneNumber } from "@jikimi/routing";
import type { Jikimi } from "../../compose.ts";
import { Instance } from "../../demo/instance.ts";
import type { BenchWorld } from "../bench.ts";

/** One short tone for each announcement that plays: it begins with sound in its first packet, and is soon over. */
const ownSounds = { notice: 500, warning: 600 } as const;
const ownSoundMs = 800;
const startWithinMs = 30_000;

/**
 * Whatever is heard counts and warns: thresholds as low as a policy may set them. The bench measures how long the way is, not
 * what is right; and whisper-base-ko, to which the synthetic voice is foreign, is never sure of all its words, so that little
 * of their score would stand. No call of the bench reaches the tenth warning.
 */
const warnsAtOnce: Policy = {
  ...defaultPolicy,
  id: "bench-warns-at-once" as Policy["id"],
  title: { ko: "측정용: 들린 말마다 경고", en: "For measuring: a warning for all that is heard" },
  labels: {
    profanity: warningAtOnce("profanity"),
    insult: warningAtOnce("insult"),
    threat: warningAtOnce("threat"),
    sexual_harassment: warningAtOnce("sexual_harassment"),
    discrimination: warningAtOnce("discrimination"),
  },
  minConfidence: 0.1,
  accumulation: { warnAt: 0.5, halfLifeMs: null },
  graceAfterWarningMs: 0,
};

function warningAtOnce(label: AbuseLabel): LabelRule {
  return { ...defaultPolicy.labels[label], threshold: 0.01, weight: 1, warningsBeforeEnding: 10, ending: "announced" };
}

/** The way from the last voiced sound to the warning's first packet, by the server's own account, in ms. */
export const steps = ["endpoint", "queue", "decode", "tell", "judge", "play"] as const;
export type StepTimes = Readonly<Record<(typeof steps)[number], number>>;

/** A Jikimi of its own with so many agents at headless telephones, who pick up at once and say nothing. */
export class CallCentre {
  readonly sipPort: number;
  /** As it is dialled. */
  readonly number: string;
  /** One for each warning, with how many calls there were then. */
  readonly ways: { readonly calls: number; readonly times: StepTimes }[] = [];
  #bridged = 0;
  #awaited: { readonly count: number; readonly reached: () => void } | null = null;

  private constructor(jikimi: Jikimi) {
    this.sipPort = jikimi.sipPort;
    this.number = nationalDigits((jikimi.directory.view().numbers[0]?.number ?? "") as PhoneNumber);
    const last = new Map<CallId, { utterance: WholeUtterance; assessedAtMs: number }>();
    jikimi.journal.onEvent(({ callId, event }) => {
      if (event.kind === "bridged") this.#countBridged();
      if (isWhole(event)) last.set(callId, { utterance: event, assessedAtMs: event.atMs });
      // A draft's warning waits for no pause: its way is another.
      else if (event.kind === "utterance") last.delete(callId);
      const heard = last.get(callId);
      if (heard === undefined) return;
      if (event.kind === "assessed") heard.assessedAtMs = event.atMs;
      if (event.kind !== "warning-started") return;
      last.delete(callId);
      const { endMs, atMs, steps: way } = heard.utterance;
      const { endpointMs: endpoint, queueMs: queue, decodeMs: decode } = way;
      const tell = Math.max(0, atMs - endMs - endpoint - queue - decode);
      const times = {
        endpoint,
        queue,
        decode,
        tell,
        judge: heard.assessedAtMs - atMs,
        play: event.atMs - heard.assessedAtMs,
      };
      this.ways.push({ calls: jikimi.control.liveCalls, times });
    });
  }

  static async open(
    { root, clock, random }: BenchWorld,
    scope: ResourceScope,
    { recognizer, agents }: { recognizer: RecognizerName; agents: number },
  ): Promise<CallCentre> {
    const instance = await Instance.prepare({ root, clock, random, scope, settings: { recognizer, logLevel: "warn" } });
    await writeOwnSounds(instance.config.dataFolder);
    const users = Array.from({ length: agents }, (_, i) => `agent${i + 1}`);
    const phones = users.map((user) => instance.phone({ name: user, user, answerAfterMs: 0 }));
    const jikimi = await instance.start({ trialTrunkPort: 9 });
    await jikimi.directory.publishPolicy({ id: warnsAtOnce.id, body: warnsAtOnce, author: "bench" });
    const departmentId = jikimi.directory.view().departments[0]?.id as DepartmentId;
    await jikimi.directory.changeDepartment(departmentId, { policyId: warnsAtOnce.id });
    const centre = new CallCentre(jikimi);
    for (const [i, username] of users.entries()) {
      const password = await passwordOf(jikimi, username, departmentId);
      const phone = phones[i];
      await phone?.until("ready", { withinMs: startWithinMs });
      phone?.send({ kind: "register", username, password });
      const registered = (await phone?.until("registered", { withinMs: startWithinMs })) ?? null;
      if (registered === null) throw new Error(`the telephone of ${username} did not register`);
    }
    return centre;
  }

  /** Resolves when so many more calls have reached an agent than when it was asked. */
  bridged(count: number): Promise<void> {
    const wanted = this.#bridged + count;
    return new Promise((resolve) => {
      this.#awaited = { count: wanted, reached: resolve };
    });
  }

  #countBridged(): void {
    this.#bridged += 1;
    if (this.#awaited !== null && this.#bridged >= this.#awaited.count) this.#awaited.reached();
  }
}

type WholeUtterance = Extract<CallEvent, { kind: "utterance" }> & { readonly steps: HearingSteps };

function isWhole(event: { readonly kind: string }): event is WholeUtterance {
  return event.kind === "utterance" && "steps" in event && event.steps !== undefined;
}

/** The trial's agents have passwords; those beyond them are added. */
async function passwordOf({ directory, samplePasswords }: Jikimi, sipUsername: string, departmentId: DepartmentId) {
  const known = samplePasswords?.find((one) => one.sipUsername === sipUsername)?.password;
  if (known !== undefined) return known;
  const added = await directory.addPerson({ sipUsername, displayName: sipUsername, role: "agent", departmentId });
  const password = added.kind === "done" ? added.value.madePassword : null;
  if (password === null) throw new Error(`${sipUsername} could not be added`);
  return password;
}

async function writeOwnSounds(dataFolder: string): Promise<void> {
  const folder = join(dataFolder, "announcements");
  await mkdir(folder, { recursive: true });
  for (const [name, frequencyHz] of Object.entries(ownSounds)) {
    const pcm = tone({ frequencyHz, durationMs: ownSoundMs });
    await writeFile(join(folder, `${name}.ko.wav`), writeWav({ sampleRateHz: 8000, channels: [pcm] }));
  }
}
