import { randomBytes } from "node:crypto";
import { readFile } from "node:fs/promises";
import { connect } from "node:net";
import { join } from "node:path";
import { encodeG711, levelDbfs, readSound, tone, toneLevelDbfs } from "@jikimi/audio";
import { afterAll, beforeAll, expect, test } from "vitest";
import { Centre, present } from "./support/centre.ts";
import { exportedSound } from "./support/exported-sound.ts";
import { inviteOf, openSocket, RawCaller, rtp } from "./support/raw-caller.ts";
import { RawSip } from "./support/raw-sip.ts";

const saidHz = 440;
const injectedHz = 1000;

let centre: Centre;

beforeAll(async () => {
  centre = await Centre.open({ keepHeard: true });
});

afterAll(() => centre?.[Symbol.asyncDispose]());

const logLines = async () => (await readFile(join(centre.dataFolder, "log", "server.log"), "utf8")).split("\n").length;

/** The server still takes calls and answers. */
async function expectAlive(): Promise<void> {
  await using asker = await RawSip.open(centre.jikimi.sipPort, centre.clock);
  const uri = `sip:127.0.0.1:${centre.jikimi.sipPort}`;
  const options = asker.request("OPTIONS", uri, { user: "asker", callId: randomBytes(4).toString("hex"), cseq: 1 });
  expect((await asker.ask(options)).status).toBe(200);
  const health = await fetch(`http://127.0.0.1:${centre.jikimi.httpPort}/health`);
  expect(await health.json()).toEqual({ healthy: true });
}

test("hostile SIP and RTP during a live call change nothing", async () => {
  await using caller = await RawCaller.ring(centre.line, "0102223001");
  const call = await centre.calls.from("0102223001");
  await call.until("bridged");
  await using attacker = await RawSip.open(centre.jikimi.sipPort, centre.clock);
  const before = await logLines();
  const stranger = await openSocket();
  const noise = encodeG711("pcmu", tone({ frequencyHz: injectedHz, durationMs: 20, levelDbfs: -6 }));
  let sent = 0;
  const inject = () => {
    sent += 1;
    const { serverMediaPort: port, next } = caller;
    const foreign = { sequence: sent, timestamp: sent * 160, ssrc: 0xbad };
    stranger.send(rtp(foreign, noise), port, "127.0.0.1");
    stranger.send(rtp(next, noise), port, "127.0.0.1");
    stranger.send(randomBytes(1 + (sent % 400)), port, "127.0.0.1");
    stranger.send(randomBytes(200), port + 1, "127.0.0.1");
    caller.sendMedia(rtp({ ...foreign, ssrc: 0xbad2 }, noise));
    caller.sendMedia(randomBytes(1 + (sent % 200)));
  };
  const talking = caller.say({ frequencyHz: saidHz, durationMs: 6000 }, inject);

  for (let size = 1; size <= 1500; size++) await attacker.send(randomBytes(size));
  const whole = inviteOf(attacker, centre.line, { user: "0102223666" });
  for (let end = 0; end < whole.length - 1; end++) await attacker.send(whole.slice(0, end));
  const padding = "X-Filler: x\r\n".repeat(4600);
  for (let i = 0; i < 20; i++) await attacker.send(whole.replace("Max-Forwards", `${padding}Max-Forwards`));
  await attacker.send(`OPTIONS sip:${"a".repeat(60_000)}@127.0.0.1 SIP/2.0\r\n\r\n`);
  await Promise.all([
    floodTcp(`${"\r\n".repeat(50)}OPTIONS sip:x SIP/2.0\r\n${padding}`.repeat(20)),
    floodTcp(randomBytes(200_000)),
  ]);
  const flood = ["OPTIONS", "REGISTER", "SUBSCRIBE", "BYE", "CANCEL"].map((method) =>
    attacker.request(method, `sip:127.0.0.1:${centre.jikimi.sipPort}`, { user: "flood", callId: "flood", cseq: 1 }),
  );
  for (let i = 0; i < 3000; i++) {
    const request = flood[i % flood.length] ?? "";
    await attacker.send(
      request.replace(/branch=[^;]+/, `branch=z9hG4bK-flood-${i}`).replace("Call-ID: flood", `Call-ID: ${i}`),
    );
  }
  await expectAlive();
  await talking;
  await caller.hangUp();
  stranger.close();

  expect(await call.until("ended")).toMatchObject({ by: "caller", reason: "hung-up" });
  expect(call.kinds.filter((kind) => /fault|lost|failed|silent/.test(kind))).toEqual([]);
  expect((await logLines()) - before, "hostile messages do not fill the log").toBeLessThan(200);

  await present(centre.agents[0]?.until("ended", { withinMs: 10_000 }) ?? null, "the agent's telephone was not told");
  const heard = readSound(await readFile(join(centre.dataFolder, "heard.wav")));
  if (heard.kind !== "ok") throw new Error(heard.why);
  expectOnlyTheCaller(heard.pcm);
  const { left, verification } = await exportedSound(centre, call);
  expect(verification.intact).toBe(true);
  expectOnlyTheCaller(left);
});

/** The middle of what the caller said is their tone, and nothing of what strangers sent. */
function expectOnlyTheCaller(pcm: Int16Array): void {
  const frames = Array.from({ length: Math.floor(pcm.length / 800) }, (_, i) => pcm.subarray(i * 800, (i + 1) * 800));
  const loud = frames.filter((frame) => levelDbfs(frame) > -40);
  expect(loud.length * 100, "ms of sound").toBeGreaterThan(4500);
  const injected = loud.filter((frame) => toneLevelDbfs(frame, injectedHz, 8000) > -40);
  expect(injected).toHaveLength(0);
  const said = loud.filter((frame) => toneLevelDbfs(frame, saidHz, 8000) > -20);
  expect(said.length).toBeGreaterThan(0.9 * loud.length);
}

function floodTcp(bytes: string | Uint8Array): Promise<void> {
  return new Promise((resolve) => {
    const socket = connect(centre.jikimi.sipPort, "127.0.0.1");
    socket.on("error", () => resolve());
    socket.on("close", () => resolve());
    socket.on("connect", () => {
      socket.write(bytes);
      socket.resume();
    });
  });
}

test("a line that falls silent is told, and that it came back", async () => {
  await using caller = await RawCaller.ring(centre.line, "0102223002");
  const call = await centre.calls.from("0102223002");
  await call.until("bridged");
  await caller.say({ frequencyHz: saidHz, durationMs: 500 });
  const silent = await call.until("silent-line", { withinMs: 20_000 });
  expect(silent).toMatchObject({ speaker: "caller" });
  expect(silent.silentMs).toBeGreaterThanOrEqual(10_000);
  await caller.say({ frequencyHz: saidHz, durationMs: 500 });
  await call.until("line-returned", { withinMs: 5000 });
  expect(call.all("silent-line").filter(({ speaker }) => speaker === "caller")).toHaveLength(1);
  await caller.hangUp();
  await call.until("ended");
  const { verification } = await exportedSound(centre, call);
  const silences = verification.content?.gaps.filter(
    ({ channel, reason }) => channel === "caller" && reason === "no-rtp",
  );
  expect(Math.max(...(silences ?? []).map(({ startMs, endMs }) => endMs - startMs))).toBeGreaterThan(9000);
});
