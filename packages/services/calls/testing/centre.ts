import { Directory, type Person, type SecretSeal } from "@jikimi/directory";
import { MemoryDirectoryStore } from "@jikimi/directory/testing";
import { type CallId, type DepartmentId, ManualClock, SeededRandom, silentLog } from "@jikimi/kernel";
import { defaultPolicy, type Policy } from "@jikimi/protection";
import { parsePhoneNumber } from "@jikimi/routing";
import {
  type Binding,
  type Dialog,
  DigestVerifier,
  type IncomingInvite,
  type InviteOutcome,
  type InviteRequest,
  SipUserAgent,
} from "@jikimi/sip";
import { MemoryNetwork, type MemoryTransport, OFFER } from "@jikimi/sip/testing";
import { CallControl } from "../src/call-control.ts";
import { CallHearing } from "../src/call-hearing.ts";
import { CallRecordings } from "../src/call-recording.ts";
import type { Judge, RecordingShelf, Sound, Sounds } from "../src/ports.ts";
import { AgentRoster } from "../src/roster.ts";
import { FakeHearing } from "./fake-hearing.ts";
import { FakeMediaPlane, fakeSoundMs } from "./fake-media-plane.ts";
import { MemoryJournal } from "./memory-journal.ts";

const ourNumber = "+827000000120";
const departmentId = "civil-affairs" as DepartmentId;

/** A telephone on the network in memory: answers or places calls as a test tells it. */
class TestPhone {
  readonly userAgent: SipUserAgent;
  readonly transport: MemoryTransport;
  readonly rung: IncomingInvite[] = [];
  dialog: Dialog | null = null;
  /** What it does when it rings. */
  manner: "answers" | "rings" | "refuses" = "answers";

  constructor(userAgent: SipUserAgent, transport: MemoryTransport) {
    this.userAgent = userAgent;
    this.transport = transport;
    userAgent.onInvite((invite) => {
      this.rung.push(invite);
      if (this.manner === "refuses") return invite.reject(486);
      invite.ringing();
      if (this.manner === "rings") return;
      void invite.answer(OFFER).then((result) => {
        if (result.kind === "answered") this.dialog = result.dialog;
      });
    });
  }

  /** Places a call and resolves with what became of it, once the clock has moved. */
  call(target: string, request: Partial<InviteRequest> = {}): Promise<InviteOutcome> {
    const { host } = this.transport;
    const from = { uri: `sip:01012345678@${host}` };
    const { outcome } = this.userAgent.invite({ target, from, offerSdp: OFFER, ...request });
    void outcome.then((settled) => {
      if (settled.kind === "answered") this.dialog = settled.dialog;
    });
    return outcome;
  }
}

/** Says what is abusive by one word: 욕 is profanity, 협박 a threat. */
const wordJudge: Judge = {
  assess({ text }) {
    const profanity = text.includes("욕") ? 0.95 : 0;
    const threat = text.includes("협박") ? 0.95 : 0;
    const labels = { profanity, insult: 0, threat, sexual_harassment: 0, discrimination: 0 };
    return { labels, abusive: profanity + threat > 0, evidence: [], modelVersion: "word" };
  },
};

function sound(name: string): Sound {
  return { path: `${name}.wav`, text: name, synthetic: true, sha256: name, durationMs: fakeSoundMs };
}

const sounds: Sounds = {
  announcement: (name) => sound(name),
  ringback: sound("ringback"),
  holdMusic: sound("hold"),
};

/** r0.jkr, r1.jkr … */
function countingShelf(): RecordingShelf {
  let count = 0;
  return { newRecording: () => ({ path: `r${count++}.jkr`, callKey: "", wrappedKey: "" }) };
}

const noSeal: SecretSeal = { seal: (clear) => clear, open: (sealed) => sealed };

/**
 * A whole contact centre but for media and ears: real SIP over a network in memory, the real directory, roster and
 * protection, time standing still. `203.0.113.9` is the carrier; agents ring at `192.0.2.x`.
 */
export async function testCentre({
  agents = 1,
  policy = defaultPolicy,
  shelf = countingShelf(),
}: {
  agents?: number;
  policy?: Policy;
  shelf?: RecordingShelf;
} = {}) {
  const clock = new ManualClock();
  const random = new SeededRandom(7);
  const network = new MemoryNetwork({ clock, random });
  const store = new MemoryDirectoryStore();
  const directory = await Directory.open({ store, seal: noSeal, checkPolicy: () => [], clock, random, log: silentLog });
  const names = { ko: "민원상담과", en: "Civil Affairs" };
  await directory.setOrganisation({ names, language: "ko", timeZone: "Asia/Seoul", sipRealm: "jikimi" });
  await directory.publishPolicy({ id: policy.id, body: policy, author: "test" });
  await directory.addDepartment({
    id: departmentId,
    names,
    recordingMode: "all-call",
    noticeBeforeConnection: true,
    policyId: policy.id,
    hours: null,
    ringTimeoutMs: 15_000,
    queueTimeoutMs: 60_000,
    language: "ko",
    displayNumber: null,
  });
  await directory.addNumber(ourNumber, departmentId);
  await directory.changeDepartment(departmentId, { displayNumber: ourNumber });
  await directory.addTrunk({
    id: "carrier",
    name: "carrier",
    host: "203.0.113.9",
    port: 5060,
    transport: "udp",
    route: { kind: "address", sources: ["203.0.113.9"] },
    numberFormat: "national",
    priority: 1,
    active: true,
  });

  const phoneAt = async (host: string) => {
    const transport = network.transport(host, 5060);
    const userAgent = new SipUserAgent({ clock, random, log: silentLog });
    await userAgent.listen(transport);
    return new TestPhone(userAgent, transport);
  };
  const carrier = await phoneAt("203.0.113.9");
  const userAgent = new SipUserAgent({ clock, random, log: silentLog });
  const serverTransport = network.transport("198.51.100.1", 5060);
  await userAgent.listen(serverTransport);

  const people: { person: Person; phone: TestPhone; password: string }[] = [];
  for (let i = 1; i <= agents; i++) {
    const sipUsername = `agent${i}`;
    const added = await directory.addPerson({ sipUsername, displayName: `상담사 ${i}`, role: "agent", departmentId });
    if (added.kind !== "done") throw new Error("the test's own agent was refused");
    const phone = await phoneAt(`192.0.2.${i}`);
    people.push({ person: added.value.person, phone, password: added.value.madePassword ?? "" });
  }

  const media = new FakeMediaPlane({ clock });
  const hearing = new FakeHearing();
  const journal = new MemoryJournal();
  const view = () => directory.view();
  const roster = new AgentRoster({ clock, directory: view, wrapUpMs: () => 0 });
  const ha1 = ({ username, algorithm }: { username: string; algorithm: "MD5" | "SHA-256" }) => {
    const both = view().ha1Of(username);
    return both === null ? null : algorithm === "MD5" ? both.md5 : both.sha256;
  };
  const control = new CallControl(
    {
      clock,
      media,
      roster,
      journal,
      incidents: journal,
      sounds,
      judge: wordJudge,
      directory: view,
      recordings: new CallRecordings({ media, clock, shelf }),
      hearing: new CallHearing({ media, hearing, recognizer: "demo" }),
      routing: {
        isOpen: () => true,
        dialledNumber: (keys) => {
          const parsed = parsePhoneNumber(keys);
          return parsed.kind === "ok" ? parsed.number : null;
        },
      },
      phones: { lookup: (person) => bindingsOf(person, people, serverTransport) },
      signalling: {
        userAgent,
        authority: new DigestVerifier({ clock, random, realm: "jikimi", ha1 }),
        trunkOf: ({ source }) => view().trunkOfSource(source.remoteHost),
        identityForAgent: () => ({ uri: "sip:07000000120@198.51.100.1", displayName: null }),
        dialTrunk: (trunk, { number, numberShown, offerSdp, maxForwards, signal }) =>
          userAgent.invite({
            target: `sip:${number.replace("+82", "0")}@${trunk.host}`,
            from: { uri: `sip:${numberShown.replace("+82", "0")}@198.51.100.1` },
            offerSdp,
            maxForwards,
            signal,
          }),
      },
    },
    { random, log: silentLog, maxCalls: 10 },
  );
  for (const { person } of people) roster.apply(person.id, { kind: "signed-in" });

  /** The only call's account, as kinds or whole. */
  const account = () => [...journal.accounts.values()][0] ?? [];
  return {
    clock,
    network,
    carrier,
    people,
    media,
    hearing,
    journal,
    roster,
    control,
    directory,
    account,
    kinds: () => account().map(({ kind }) => kind),
    callId: () => [...journal.accounts.keys()][0] as CallId,
    target: `sip:07000000120@198.51.100.1`,
  };
}

function bindingsOf(
  person: Person,
  people: readonly { person: Person; phone: TestPhone }[],
  from: MemoryTransport,
): Binding[] {
  const phone = people.find((one) => one.person.id === person.id)?.phone;
  if (phone === undefined) return [];
  const { host, port } = phone.transport;
  return [
    {
      user: person.sipUsername,
      contact: `sip:${person.sipUsername}@${host}:${port}`,
      q: 1,
      expiresAtMs: Number.MAX_SAFE_INTEGER,
      callId: "reg",
      cseq: 1,
      instanceId: null,
      userAgent: null,
      flow: from.flowTo(host, port),
    },
  ];
}
