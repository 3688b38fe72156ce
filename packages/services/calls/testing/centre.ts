import { Directory, type Person, type RecordingMode, type SecretSeal } from "@jikimi/directory";
import { MemoryDirectoryStore } from "@jikimi/directory/testing";
import {
  type CallId,
  type Clock,
  type DepartmentId,
  ManualClock,
  type Random,
  SeededRandom,
  silentLog,
} from "@jikimi/kernel";
import { defaultPolicy, type Policy } from "@jikimi/protection";
import { parsePhoneNumber } from "@jikimi/routing";
import {
  type Binding,
  type Destination,
  type Dialog,
  DigestVerifier,
  type IncomingInvite,
  type InviteOutcome,
  type InviteRequest,
  Registrar,
  SipUserAgent,
} from "@jikimi/sip";
import { MemoryNetwork, type MemoryTransport, OFFER } from "@jikimi/sip/testing";
import { CallControl } from "../src/call-control.ts";
import { CallHearing } from "../src/call-hearing.ts";
import { CallRecordings } from "../src/call-recording.ts";
import { PageAuthority } from "../src/page-authority.ts";
import type { Judge, RecordingShelf, Sound, Sounds } from "../src/ports.ts";
import { RegisteredPhones } from "../src/registered-phones.ts";
import { AgentRoster } from "../src/roster.ts";
import { TrialLines } from "../src/trial-lines.ts";
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

/** A browser's telephone: reaches the server over one connection, and answers by itself when asked back into a call. */
class TestPage {
  readonly phone: TestPhone;
  readonly #username: string;

  constructor(options: { clock: Clock; random: Random; transport: MemoryTransport; username: string }) {
    const { clock, random, transport, username } = options;
    this.phone = new TestPhone(new SipUserAgent({ clock, random, log: silentLog }), transport);
    this.#username = username;
  }

  /** Resolves with the status of the registration, once the clock has moved. */
  async register(user = this.#username, expiresSeconds = 600): Promise<number | null> {
    const { host, port } = this.phone.transport;
    const answer = await this.phone.userAgent.request({
      method: "REGISTER",
      target: "sip:198.51.100.1",
      to: { uri: `sip:${user}@198.51.100.1` },
      from: { uri: `sip:${user}@198.51.100.1` },
      destination: this.#server,
      headers: [
        ["Contact", `<sip:${user}@${host}:${port};transport=ws>`],
        ["Expires", String(expiresSeconds)],
      ],
    });
    return answer.kind === "response" ? answer.status : null;
  }

  call(user: string, request: Partial<InviteRequest> = {}): Promise<InviteOutcome> {
    return this.phone.call(`sip:${user}@198.51.100.1`, {
      from: { uri: `sip:${this.#username}@198.51.100.1` },
      destination: this.#server,
      ...request,
    });
  }

  /** The call that it was asked back into last, by its INVITE. */
  get resumed(): string | null {
    return this.phone.rung.at(-1)?.request.headers.get("X-Jikimi-Resume") ?? null;
  }

  get #server(): Destination {
    return { kind: "flow", flow: this.phone.transport.flowTo("198.51.100.1", 8080) };
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
  recordingMode = "all-call",
  browsers = false,
  deskPhones = true,
}: {
  agents?: number;
  policy?: Policy;
  shelf?: RecordingShelf;
  recordingMode?: RecordingMode;
  /** Each agent has a browser registered too, over WebSocket. */
  browsers?: boolean;
  /** False: agents have no telephone until they open a page. */
  deskPhones?: boolean;
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
    recordingMode,
    noticeBeforeConnection: recordingMode === "all-call",
    policyId: policy.id,
    hours: null,
    ringTimeoutMs: 15_000,
    queueTimeoutMs: 60_000,
    language: "ko",
    displayNumber: null,
    recognizer: null,
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

  const phoneAt = async (host: string, options: { name?: "WS"; reliable?: boolean } = {}) => {
    const transport = network.transport(host, 5060, options);
    const userAgent = new SipUserAgent({ clock, random, log: silentLog });
    await userAgent.listen(transport);
    return new TestPhone(userAgent, transport);
  };
  const carrier = await phoneAt("203.0.113.9");
  const userAgent = new SipUserAgent({ clock, random, log: silentLog });
  const serverTransport = network.transport("198.51.100.1", 5060);
  await userAgent.listen(serverTransport);
  const pageTransport = network.transport("198.51.100.1", 8080, { name: "WS", reliable: true });
  await userAgent.listen(pageTransport);

  const people: AgentOfTest[] = [];
  for (let i = 1; i <= agents; i++) {
    const sipUsername = `agent${i}`;
    const added = await directory.addPerson({ sipUsername, displayName: `상담사 ${i}`, role: "agent", departmentId });
    if (added.kind !== "done") throw new Error("the test's own agent was refused");
    const phone = await phoneAt(`192.0.2.${i}`);
    const browser = browsers ? await phoneAt(`192.0.2.${100 + i}`, { name: "WS", reliable: true }) : null;
    people.push({ person: added.value.person, phone, browser, password: added.value.madePassword ?? "" });
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
  const digest = new DigestVerifier({ clock, random, realm: "jikimi", ha1 });
  const registered = new RegisteredPhones({ clock, log: silentLog, directory: view });
  const { pages } = registered;
  const authority = new PageAuthority({ pages, digest, person: (agentId) => view().person(agentId) });
  const registrar = new Registrar({ clock, log: silentLog, authority });
  userAgent.useRegistrar(registrar);
  registered.follow(registrar, userAgent);
  const trials = new TrialLines({ clock, random });
  /** What the records know of earlier calls. */
  const earlierNumbers = new Map<string, string>();
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
      trials,
      numberToCallBack: async (callId, agentId) => earlierNumbers.get(`${agentId} ${callId}`) ?? null,
      phones: {
        lookup: (person) => [
          ...(deskPhones ? bindingsOf(person, people, { UDP: serverTransport, WS: pageTransport }) : []),
          ...registered.lookup(person),
        ],
        onPage: (listener) => registered.onPage(listener),
      },
      signalling: {
        userAgent,
        authority,
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

  let pageCount = 0;
  /** A browser tab of this agent's opens (or comes back, over a new connection) and signs its telephone in. */
  const openPage = async (index: number, tab: string, sessionId = "session") => {
    const person = people[index]?.person;
    if (person === undefined) throw new Error(`no agent ${index}`);
    pageCount += 1;
    const transport = network.transport(`192.0.2.${100 + pageCount}`, 9, { name: "WS", reliable: true });
    const flow = pageTransport.flowTo(transport.host, transport.port);
    pages.opened(flow, { agentId: person.id, sessionId, tab });
    const page = new TestPage({ clock, random, transport, username: person.sipUsername });
    await page.phone.userAgent.listen(transport);
    return Object.assign(page, {
      flow,
      /** The tab is closed or reloaded: its connection breaks, and nothing of it answers any more. */
      async vanish(): Promise<void> {
        await transport.close();
        pageTransport.breakFlow(flow);
      },
    });
  };

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
    pages,
    trials,
    earlierNumbers,
    openPage,
    pageTransport,
    kinds: () => account().map(({ kind }) => kind),
    callId: () => [...journal.accounts.keys()][0] as CallId,
    target: `sip:07000000120@198.51.100.1`,
  };
}

export type TestCentre = Awaited<ReturnType<typeof testCentre>>;

/** On the only call, as its agent's telephone sends them. */
export function pressAgentKeys(centre: TestCentre, keys: string): void {
  const call = centre.control.find(centre.callId());
  const legId = call?.leg("agent")?.legId;
  if (call === null || legId === undefined) throw new Error("no agent on the call");
  for (const digit of keys) {
    const atMs = centre.clock.nowMs();
    centre.media.emit({ kind: "digit", callId: call.id, legId, digit, durationMs: 100, atMs });
  }
}

type AgentOfTest = {
  readonly person: Person;
  readonly phone: TestPhone;
  readonly browser: TestPhone | null;
  readonly password: string;
};

function bindingsOf(
  person: Person,
  people: readonly AgentOfTest[],
  from: { readonly UDP: MemoryTransport; readonly WS: MemoryTransport },
): Binding[] {
  const own = people.find((one) => one.person.id === person.id);
  return [own?.phone ?? null, own?.browser ?? null].flatMap((phone) => {
    if (phone === null) return [];
    const { host, port, name } = phone.transport;
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
        flow: from[name === "WS" ? "WS" : "UDP"].flowTo(host, port),
      },
    ];
  });
}
