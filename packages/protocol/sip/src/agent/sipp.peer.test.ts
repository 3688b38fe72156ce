import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { SystemClock, SystemRandom, silentLog } from "@jikimi/kernel";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { ANSWER, OFFER } from "../../testing/two-agents.ts";
import type { DialogEnd, DigestAlgorithm, IncomingInvite, RegistrarEvent } from "../api.ts";
import { digestHa1 } from "../auth/digest.ts";
import { DigestVerifier } from "../auth/digest-verifier.ts";
import { Registrar } from "../registrar/registrar.ts";
import { TcpTransport } from "../transport/tcp.ts";
import { UdpTransport } from "../transport/udp.ts";
import { SipUserAgent } from "./user-agent.ts";

/** Debian's `sip-tester`; a machine without it must say so rather than pass. */
beforeAll(() => {
  const version = spawnSync("sipp", ["-v"], { encoding: "utf8" });
  if (version.error) throw new Error("sipp is not installed: apt-get install sip-tester", { cause: version.error });
});

const HOST = "127.0.0.1";
const clock = new SystemClock();
const random = new SystemRandom();
const SCENARIOS = new URL("../../testdata/", import.meta.url).pathname;

let agent: SipUserAgent;
let port: number;
let folder: string;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "jikimi-sipp-"));
  for (;;) {
    agent = new SipUserAgent({ clock, random, log: silentLog });
    const udp = await agent.listen(new UdpTransport({ host: HOST, port: 0 }));
    if (udp.kind !== "bound") throw new Error(udp.kind);
    port = udp.address.port;
    const tcp = await agent.listen(new TcpTransport({ clock, host: HOST, port }));
    if (tcp.kind === "bound") return;
    // The system gave a port that is free for UDP and not for TCP: another pair.
    await agent.close({ graceMs: 0 });
    if (tcp.kind !== "port-taken") throw new Error(tcp.kind);
  }
});

afterEach(async () => {
  await agent.close({ graceMs: 500 });
  rmSync(folder, { recursive: true, force: true });
});

const scenario = (name: string) => ["-sf", join(SCENARIOS, `${name}.xml`)];

/** Runs sipp to its end; its exit status is 0 only when every call went as its scenario says. */
function sipp(args: readonly string[]): Promise<void> {
  const fixed = ["-i", HOST, "-nostdin", "-timeout", "40s", "-timeout_error", "-trace_err", "-recv_timeout", "20000"];
  const child = spawn("sipp", [...args, ...fixed], { cwd: folder, stdio: ["ignore", "pipe", "pipe"] });
  let output = "";
  child.stdout.on("data", (data: Buffer) => {
    output += data.toString("latin1");
  });
  child.stderr.on("data", (data: Buffer) => {
    output += data.toString("latin1");
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => {
      if (code === 0) resolve();
      else reject(new Error(`sipp ${args.join(" ")} ended with ${code}\n${errors()}\n${output.slice(-1_500)}`));
    });
  });
}

function errors(): string {
  const files = readdirSync(folder).filter((name) => name.endsWith("_errors.log"));
  return files.map((name) => readFileSync(join(folder, name), "latin1").slice(0, 3_000)).join("\n");
}

/**
 * Starts sipp as a telephone. Over UDP our INVITE is repeated until it listens; over TCP we knock until it opens.
 */
async function telephone(args: readonly string[]): Promise<{ port: number; done: Promise<void> }> {
  const own = await freePort();
  const done = sipp([...args, "-p", String(own)]);
  done.catch(() => {});
  if (args.includes("t1")) while (!(await accepts(own)));
  return { port: own, done };
}

function accepts(tcpPort: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(tcpPort, HOST);
    socket.once("error", () => resolve(false));
    socket.once("connect", () => {
      socket.destroy();
      resolve(true);
    });
  });
}

async function freePort(): Promise<number> {
  const probe = new UdpTransport({ host: HOST, port: 0 });
  const nothing = () => {};
  const opened = await probe.open({
    onMessage: nothing,
    onFlowClosed: nothing,
    onGarbage: nothing,
    onTrouble: nothing,
  });
  await probe.close();
  if (opened.kind !== "bound") throw new Error("no free port");
  return opened.address.port;
}

const target = () => `${HOST}:${port}`;

/** Answers everything, agrees to every change, and keeps what it saw. */
function answering() {
  const seen = {
    invites: [] as IncomingInvite[],
    offers: [] as (string | null)[],
    infos: [] as string[],
    ends: [] as DialogEnd["kind"][],
    failures: 0,
  };
  agent.onInvite((invite) => {
    seen.invites.push(invite);
    invite.ringing();
    void invite.answer(ANSWER).then((result) => {
      if (result.kind !== "answered") {
        seen.failures += 1;
        return;
      }
      const { dialog } = result;
      dialog.onReinvite(async (offer) => {
        seen.offers.push(offer);
        return { kind: "answer", sdp: ANSWER };
      });
      dialog.onInfo((info) => seen.infos.push(info.body));
      const end = () => seen.ends.push(dialog.endedBy?.kind ?? "closed");
      if (dialog.ended.aborted) end();
      else dialog.ended.addEventListener("abort", end);
    });
  });
  return seen;
}

describe("sipp calls us", () => {
  test.for([
    { what: "over UDP", args: [] },
    { what: "over one TCP connection", args: ["-t", "t1"] },
    { what: "over a TCP connection per call", args: ["-t", "tn", "-max_socket", "60"] },
  ])("$what with its built-in caller", async ({ args }) => {
    const seen = answering();
    await sipp([target(), "-sn", "uac", "-m", "50", "-r", "50", "-d", "100", ...args]);
    expect(seen.ends).toEqual(Array.from({ length: 50 }, () => "remote-bye"));
    expect(seen.failures).toBe(0);
  });

  test("over UDP that loses every tenth packet", async () => {
    const seen = answering();
    await sipp([target(), "-sn", "uac", "-m", "40", "-r", "40", "-d", "100", "-lost", "10"]);
    expect(seen.invites).toHaveLength(40);
    // Where both ACK and BYE were lost sipp takes our repeated answer for that of its BYE and forgets the call.
    expect(seen.ends.length).toBeGreaterThan(30);
  });

  test("and cancels while it rings", async () => {
    const reasons: unknown[] = [];
    agent.onInvite((invite) => {
      invite.ringing();
      invite.cancelled.addEventListener("abort", () => reasons.push(invite.cancelled.reason));
    });
    await sipp([target(), ...scenario("caller-cancels"), "-m", "5", "-r", "50"]);
    expect(reasons).toEqual(Array.from({ length: 5 }, () => ({ by: "cancel", reasons: [] })));
  });

  test.for(["u1", "t1"])("and holds, asks, sends a digit, updates and hangs up (%s)", async (transport) => {
    const seen = answering();
    await sipp([target(), ...scenario("caller-changes"), "-m", "3", "-r", "50", "-t", transport]);
    expect(seen.offers.map((offer) => /o=sipp 1 (\d)/.exec(offer ?? "")?.[1]).sort()).toEqual([..."222333"]);
    expect(seen.infos.map((body) => body.split(/\r?\n/)[0])).toEqual(["Signal=7", "Signal=7", "Signal=7"]);
    expect(seen.ends).toHaveLength(3);
  });
});

describe("we call sipp", () => {
  const call = (phonePort: number, more: object = {}) =>
    agent.invite({
      target: `sip:phone@${HOST}:${phonePort}`,
      from: { uri: `sip:us@${target()}` },
      offerSdp: OFFER,
      ...more,
    });

  test("its built-in telephone answers, and we hang up", async () => {
    const phone = await telephone(["-sn", "uas", "-m", "20"]);
    const outcomes = await Promise.all(Array.from({ length: 20 }, () => call(phone.port).outcome));
    for (const outcome of outcomes) {
      if (outcome.kind !== "answered") throw new Error(outcome.kind);
      expect(outcome.answerSdp).toContain("m=audio");
      await outcome.dialog.bye();
    }
    await phone.done;
  });

  test("over TCP", async () => {
    const phone = await telephone(["-sn", "uas", "-m", "1", "-t", "t1"]);
    const outcome = await call(phone.port, { target: `sip:phone@${HOST}:${phone.port};transport=tcp` }).outcome;
    if (outcome.kind !== "answered") throw new Error(outcome.kind);
    expect(outcome.dialog.source).toMatchObject({ transport: "TCP", remotePort: phone.port });
    await outcome.dialog.bye();
    await phone.done;
  });

  test("it is busy", async () => {
    const phone = await telephone([...scenario("called-refuses"), "-m", "1"]);
    expect(await call(phone.port).outcome).toMatchObject({ kind: "refused", status: 486, retryAfterSeconds: 20 });
    await phone.done;
  });

  test("it rings and we give up", async () => {
    const phone = await telephone([...scenario("called-is-cancelled"), "-m", "1"]);
    const abort = new AbortController();
    const ringing = call(phone.port, { signal: abort.signal });
    ringing.onProvisional(() => abort.abort());
    expect(await ringing.outcome).toEqual({ kind: "cancelled" });
    await phone.done;
  });

  test("we put it on hold and hang up", async () => {
    const phone = await telephone([...scenario("called-is-changed"), "-m", "1"]);
    const outcome = await call(phone.port).outcome;
    if (outcome.kind !== "answered") throw new Error(outcome.kind);
    const held = await outcome.dialog.reinvite(OFFER.replace("t=0 0", "t=0 0\r\na=sendonly"));
    expect(held).toMatchObject({ kind: "ok", answerSdp: expect.stringContaining("o=sipp 1 2") });
    await outcome.dialog.bye();
    await phone.done;
  });

  test.for([
    { password: "secret", expected: "answered" },
    { password: "wrong", expected: "refused" },
  ])("it challenges us, and with the password '$password' the call is $expected", async ({ password, expected }) => {
    const phone = await telephone([...scenario("called-challenges"), "-m", "1"]);
    const outcome = await call(phone.port, { credentials: { username: "trunk", password } }).outcome;
    expect(outcome.kind).toBe(expected);
    if (outcome.kind === "answered") await outcome.dialog.bye();
    await phone.done;
  });
});

test.for([
  { transport: "u1", algorithms: ["MD5"] },
  { transport: "t1", algorithms: ["MD5"] },
] satisfies { transport: string; algorithms: DigestAlgorithm[] }[])(
  "sipp registers with $algorithms over $transport and leaves",
  async ({ transport, algorithms }) => {
    const authority = new DigestVerifier({
      clock,
      random,
      realm: "jikimi.example",
      algorithms,
      ha1: ({ username, realm, algorithm }) => digestHa1(algorithm, username, realm, "secret"),
    });
    const registrar = new Registrar({ clock, log: silentLog, authority });
    agent.useRegistrar(registrar);
    const events: RegistrarEvent["kind"][] = [];
    registrar.onEvent((event) => events.push(event.kind));
    await sipp([target(), ...scenario("phone-registers"), "-m", "1", "-t", transport]);
    expect(events).toEqual(["registered", "unregistered"]);
  },
);
