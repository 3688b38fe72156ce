import { readWav } from "@jikimi/audio";
import { type DeskState, type ServerMessage, serverMessage } from "@jikimi/live-events";
import { defaultPolicy } from "@jikimi/protection";
import { afterAll, beforeAll, expect, test } from "vitest";
import WebSocket from "ws";
import { readLines } from "../demo/lines.ts";
import type { PhoneProcess } from "../demo/phone-process.ts";
import type { WatchedCall } from "./support/call-watch.ts";
import { eventually } from "./support/call-watch.ts";
import { Centre, root } from "./support/centre.ts";

const citizen = "0103334100";

/** One's own page: everything the server pushes, checked against the contract. */
class Page implements Disposable {
  readonly messages: ServerMessage[] = [];
  readonly #socket: WebSocket;
  readonly #centre: Centre;
  readonly #waiting = new Set<() => void>();

  static async open(centre: Centre, username: string): Promise<Page> {
    return new Page(centre, await centre.session(username));
  }

  private constructor(centre: Centre, headers: Record<string, string>) {
    this.#centre = centre;
    this.#socket = new WebSocket(`ws://127.0.0.1:${centre.jikimi.httpPort}/live?tab=t1`, { headers });
    this.#socket.on("message", (data) => {
      this.messages.push(serverMessage.parse(JSON.parse((data as Buffer).toString())));
      for (const look of [...this.#waiting]) look();
    });
  }

  get states(): readonly DeskState[] {
    return this.messages.flatMap((message) => (message.kind === "desk" ? [message.state] : []));
  }

  /** The first state that fits, also one that came before. */
  async until(what: string, fits: (state: DeskState) => boolean, withinMs = 60_000): Promise<DeskState> {
    await eventually(() => this.states.some(fits), {
      clock: this.#centre.clock,
      withinMs,
      waiting: this.#waiting,
      complaint: () => `${what} did not come:\n${JSON.stringify(this.states.slice(-3), null, 1)}`,
    });
    return this.states.find(fits) as DeskState;
  }

  [Symbol.dispose](): void {
    this.#socket.terminate();
  }
}

let centre: Centre;
let page: Page;
let caller: PhoneProcess;
let call: WatchedCall;

beforeAll(async () => {
  centre = await Centre.open({
    agents: 1,
    answerAfterMs: 500,
  });
  page = await Page.open(centre, "agent1");
  await page.until("the first state", ({ presence }) => presence.kind === "ready");
  caller = centre.phone(citizen);
}, 120_000);

afterAll(async () => {
  page?.[Symbol.dispose]();
  await centre?.[Symbol.asyncDispose]();
});

async function ask(path: string, { as = "agent1", body, headers = {} }: Asking = {}): Promise<Response> {
  const session = as === null ? { origin: centre.origin } : await centre.session(as);
  return await fetch(`${centre.origin}${path}`, {
    method: body === undefined ? "GET" : "POST",
    headers: {
      ...session,
      ...(body === undefined ? {} : { "content-type": "application/json" }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}

type Asking = { as?: string | null; body?: object; headers?: Record<string, string> };

/** Speaks until the machine begins to end the call; each sentence is heard before the next. */
async function abuse(): Promise<void> {
  const { caller: lines } = await readLines(root, "abusive-ended");
  for (let i = 0; i < 30 && !call.kinds.includes("ending-started"); i++) {
    const heard = call.all("utterance").length;
    await caller.say(lines[i % lines.length] ?? "");
    const next = call.until("utterance", {
      withinMs: 15_000,
      where: (one) => call.all("utterance").indexOf(one) >= heard,
    });
    await Promise.race([next, call.until("ending-started", { withinMs: 60_000 })]).catch(() => {});
  }
}

test("an abusive call, as the page sees it: ringing, talking, band, warning, ending, rest, write-up, ready", async () => {
  await centre.ring(caller);
  call = await centre.calls.from(citizen);
  await call.until("bridged");
  await abuse();
  await call.until("ended", { withinMs: 60_000 });
  const { callId } = call;

  const resting = await page.until("the rest", ({ presence }) => presence.kind === "protected-rest");
  const story = [
    ["ringing", (state) => state.presence.kind === "ringing" && state.call?.phase === "ringing"],
    ["talking", (state) => state.presence.kind === "talking" && state.call?.phase === "talking"],
    ["band", ({ call: seen }) => seen?.protection.band != null],
    ["warning", ({ call: seen }) => announces(seen, "warning")],
    ["warned", ({ call: seen }) => seen?.protection.warnings.given === 1],
    ["ending announced", ({ call: seen }) => announces(seen, "ending")],
    ["ended", (state) => state.call?.phase === "ended" && state.wrapUp !== null],
    ["rest", (state) => state.presence.kind === "protected-rest"],
  ] as const satisfies readonly (readonly [string, (state: DeskState) => boolean])[];
  const seenAt = story.map(([name, fits]) => [name, page.states.findIndex(fits)] as const);
  for (const [name, at] of seenAt) expect(at, name).toBeGreaterThanOrEqual(0);
  expect(seenAt.map(([, at]) => at)).toEqual([...seenAt.map(([, at]) => at)].sort((a, b) => a - b));

  // Countdowns: the sound's own length, the rule's own rest.
  const warning = page.states.find(({ call: seen }) => announces(seen, "warning"))?.call?.protection.next;
  if (warning?.kind !== "announcing") throw new Error("no warning was shown");
  expect((warning.endsAtMs ?? 0) - (warning.startedAtMs ?? 0)).toBe(call.all("warning-started")[0]?.durationMs);
  if (resting.presence.kind !== "protected-rest") throw new Error("no rest was shown");
  expect(resting.presence.untilMs - resting.presence.sinceMs).toBe(defaultPolicy.restMs.afterAbuse);
  expect(resting.wrapUp?.protectedEnding).toMatchObject({ reason: "abuse", restUntilMs: resting.presence.untilMs });

  const band = page.states.findLast(({ call: seen }) => seen?.protection.band != null)?.call?.protection.band;
  expect(band?.heard[0]?.words.length).toBeGreaterThan(0);
  const lines = page.messages.flatMap((message) => (message.kind === "transcript" ? message.lines : []));
  expect(lines.some(({ speaker, words }) => speaker === "caller" && words.some(({ rude }) => rude))).toBe(true);
  expect(JSON.stringify(page.messages)).not.toContain(citizen);

  expect(await (await ask("/api/desk/presence", { body: { kind: "ready" } })).json()).toMatchObject({
    code: "resting",
  });
  expect((await ask("/api/desk/presence", { body: { kind: "end-rest" } })).status).toBe(200);
  const writing = await page.until("the write-up", ({ presence }) => presence.kind === "wrap-up");
  if (writing.presence.kind !== "wrap-up") throw new Error("no write-up was shown");
  expect(writing.presence.untilMs - writing.presence.sinceMs).toBe(60_000);
  expect(writing.wrapUp).toMatchObject({ callId, disposition: "practice" });
  const { revision } = writing;
  const written = { disposition: "abuse-ended", note: "욕설이 이어져 종료됨" };
  expect((await ask(`/api/desk/calls/${callId}/wrap-up/complete`, { body: written })).status).toBe(200);
  const ready = (state: DeskState) => state.revision > revision && state.presence.kind === "ready";
  expect(await page.until("ready again", ready)).toMatchObject({ call: null, wrapUp: null });
});

test("the call can be read and heard afterwards by its agent, who is written down before the first byte", async () => {
  const { callId } = call;
  const shown = (await (await ask(`/api/desk/calls/${callId}`)).json()) as Shown;
  expect(shown).toMatchObject({
    call: { endReason: "protection", disposition: "abuse-ended", note: "욕설이 이어져 종료됨", hasRecording: true },
    incidents: [{ reason: "abuse" }],
    recording: { complete: true, audioPath: `/api/desk/calls/${callId}/audio` },
  });
  expect(shown.lines.length).toBeGreaterThan(2);
  expect(shown.timeline.map(({ kind }) => kind)).not.toContain("recording-listened");

  const part = await ask(shown.recording.audioPath, { headers: { range: "bytes=0-43" } });
  expect([part.status, part.headers.get("content-type")]).toEqual([206, "audio/wav"]);
  const header = Buffer.from(await part.arrayBuffer());
  const whole = Buffer.from(await (await ask(shown.recording.audioPath)).arrayBuffer());
  expect(whole.subarray(0, 44).equals(header)).toBe(true);
  const read = readWav(whole);
  if (read.kind !== "ok") throw new Error(read.why);
  expect(read.wav).toMatchObject({ sampleRateHz: 8000, channels: { length: 2 } });
  const again = (await (await ask(`/api/desk/calls/${callId}`)).json()) as Shown;
  expect(again.timeline.filter(({ kind }) => kind === "recording-listened")).toHaveLength(1);
  expect(await centre.jikimi.records.verifyCall(callId)).toMatchObject({ kind: "intact" });
});

type Shown = {
  lines: unknown[];
  timeline: { kind: string }[];
  recording: { audioPath: string };
};

test.for([
  { method: "GET", path: "" },
  { method: "GET", path: "/audio" },
  { method: "POST", path: "/call-back", body: {} },
  { method: "POST", path: "/wrap-up", body: { disposition: null, note: "x" } },
  { method: "POST", path: "/wrap-up/extend", body: {} },
  { method: "POST", path: "/wrap-up/complete", body: { disposition: null, note: "x" } },
  { method: "POST", path: "/help", body: {} },
])("$method …$path of somebody else's call is refused, and without a session altogether", async ({ path, body }) => {
  const address = `/api/desk/calls/${call.callId}${path}`;
  const asking = body === undefined ? {} : { body };
  const theirs = await ask(address, { as: "agent2", ...asking });
  expect([theirs.status, ((await theirs.json()) as { code: string }).code]).toEqual([403, "not-your-call"]);
  const nobodys = await ask(address, { as: null, ...asking });
  expect(nobodys.status).toBe(401);
});

function announces(seen: DeskState["call"], announcement: string): boolean {
  const next = seen?.protection.next;
  return next?.kind === "announcing" && next.announcement === announcement && next.endsAtMs !== null;
}
