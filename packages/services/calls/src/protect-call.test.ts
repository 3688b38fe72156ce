import { presets } from "@jikimi/protection";
import { expect, test } from "vitest";
import { pressAgentKeys, type TestCentre, testCentre } from "../testing/centre.ts";
import { fakeSoundMs } from "../testing/fake-media-plane.ts";

async function talking(options: Parameters<typeof testCentre>[0] = {}): Promise<TestCentre> {
  const centre = await testCentre(options);
  void centre.carrier.call(centre.target);
  await centre.clock.advance(fakeSoundMs + 2000);
  expect(centre.kinds()).toContain("bridged");
  return centre;
}

/** The caller says so; then time passes as a sentence takes. */
async function callerSays(centre: TestCentre, text: string, confidence = 0.9): Promise<void> {
  const at = centre.control.find(centre.callId())?.atMs ?? 0;
  centre.hearing.says(centre.callId(), "caller", text, at, { confidence });
  await centre.clock.advance(2500);
}

async function abuseUntil(centre: TestCentre, kind: string): Promise<void> {
  for (let i = 0; i < 20 && !centre.kinds().includes(kind); i++) await callerSays(centre, "욕");
  expect(centre.kinds()).toContain(kind);
}

function inOrder(kinds: readonly string[], ...wanted: readonly string[]): boolean {
  let from = 0;
  for (const kind of wanted) {
    const at = kinds.indexOf(kind, from);
    if (at < 0) return false;
    from = at + 1;
  }
  return true;
}

test("abuse is warned of, and if it goes on the call is ended by the rule, recorded and followed by rest", async () => {
  const centre = await talking();
  await abuseUntil(centre, "warning-completed");
  await abuseUntil(centre, "ending-started");
  await centre.clock.advance(fakeSoundMs + 2000);
  expect(centre.kinds()).toSatisfy((kinds: string[]) =>
    inOrder(
      kinds,
      "utterance",
      "assessed",
      "hint",
      "warning-started",
      "warning-completed",
      "incident-opened",
      "announcing",
      "ending-started",
      "ending-completed",
      "ending-call",
      "bye",
      "recording-closed",
      "incident-closed",
      "ended",
    ),
  );
  expect(centre.account().find(({ kind }) => kind === "bye")).toMatchObject({ by: "jikimi", reason: "protection" });
  expect(centre.account().find(({ kind }) => kind === "incident-closed")).toMatchObject({
    outcome: { kind: "ended", announcement: "completed", recordingSha256: "ab".repeat(32) },
  });
  expect(centre.kinds()).toContain("rest-started");
  const [agent] = centre.people;
  expect(centre.roster.presence(agent?.person.id as never)).toMatchObject({ kind: "protected-rest" });
  expect(centre.carrier.dialog?.ended.aborted).toBe(true);
  expect(agent?.phone.dialog?.ended.aborted).toBe(true);
});

test("what the agent says is written down and never judged", async () => {
  const centre = await talking();
  for (let i = 0; i < 8; i++) {
    const at = centre.control.find(centre.callId())?.atMs ?? 0;
    centre.hearing.says(centre.callId(), "agent", "욕", at);
    await centre.clock.advance(2500);
  }
  expect(centre.kinds().filter((kind) => kind === "utterance")).toHaveLength(8);
  expect(centre.kinds()).not.toContain("assessed");
  expect(centre.kinds()).not.toContain("warning-started");
});

test("a guess of the recogniser's never warns anybody", async () => {
  const centre = await talking();
  for (let i = 0; i < 8; i++) await callerSays(centre, "욕", 0.1);
  expect(centre.kinds()).not.toContain("warning-started");
});

test("계속 (*1) stops an ending that is already being announced, and the call goes on", async () => {
  const centre = await talking();
  await abuseUntil(centre, "ending-started");
  pressAgentKeys(centre, "*1");
  await centre.clock.advance(fakeSoundMs + 2000);
  expect(centre.kinds()).not.toContain("ending-call");
  expect(centre.account().find(({ kind }) => kind === "incident-closed")).toMatchObject({
    outcome: { kind: "continued", by: "agent" },
  });
  expect(centre.control.liveCalls).toBe(1);
  expect(centre.media.muted.size).toBe(0);
  await centre.clock.advance(60_000);
  expect(centre.control.liveCalls).toBe(1);
});

test("종료 (*3) ends at once with the announcement, without any warning before", async () => {
  const centre = await talking();
  pressAgentKeys(centre, "*3");
  await centre.clock.advance(fakeSoundMs + 2000);
  expect(centre.kinds()).toSatisfy((kinds: string[]) =>
    inOrder(kinds, "action", "incident-opened", "ending-started", "ending-completed", "bye"),
  );
  expect(centre.control.liveCalls).toBe(0);
});

test("지금 경고 (*2) warns although nothing was heard", async () => {
  const centre = await talking();
  pressAgentKeys(centre, "*2");
  await centre.clock.advance(fakeSoundMs + 1000);
  expect(centre.kinds()).toContain("warning-completed");
});

test("an agent's codes stay with us; their other keys go on to the caller", async () => {
  const centre = await talking();
  pressAgentKeys(centre, "12*299");
  await centre.clock.advance(100);
  const sent = centre.media.sentDigits.map(({ digits }) => digits).join("");
  expect(sent).toBe("1299");
});

test("advise-only never speaks to the caller by itself", async () => {
  const policy = presets.find(({ decider }) => decider === "advise-only");
  if (policy === undefined) throw new Error("the advise-only preset is missing");
  const centre = await talking({ policy });
  for (let i = 0; i < 10; i++) await callerSays(centre, "욕");
  expect(centre.kinds()).toContain("hint");
  expect(centre.kinds()).not.toContain("warning-started");
  expect(centre.control.liveCalls).toBe(1);
});

test("the agent hanging up during the ending leaves the announcement to finish", async () => {
  const centre = await talking();
  pressAgentKeys(centre, "*3");
  await centre.clock.advance(500);
  expect(centre.kinds()).toContain("ending-started");
  void centre.people[0]?.phone.dialog?.bye();
  await centre.clock.advance(500);
  expect(centre.control.liveCalls).toBe(1);
  await centre.clock.advance(fakeSoundMs + 2000);
  expect(centre.account().find(({ kind }) => kind === "ending-completed")).toMatchObject({ outcome: "completed" });
  expect(centre.control.liveCalls).toBe(0);
});

test("listen dead: the call goes on unheard, is told so, and is heard again when it is back", async () => {
  const centre = await talking();
  centre.hearing.alive = false;
  const { clock, hearing, callId } = centre;
  hearing.emit({ kind: "listen-lost", callIds: [callId()], atMs: clock.nowMs() });
  await clock.advance(500);
  expect(centre.kinds()).toContain("hearing-lost");
  expect(centre.control.liveCalls).toBe(1);
  pressAgentKeys(centre, "*2");
  await clock.advance(fakeSoundMs + 1000);
  expect(centre.kinds()).toContain("warning-completed");
  hearing.alive = true;
  hearing.emit({ kind: "listen-ready", atMs: clock.nowMs() });
  await clock.advance(500);
  expect(centre.kinds()).toContain("hearing-restored");
});

test("a recogniser that was chosen and is missing leaves the call to the one that hears all others", async () => {
  const centre = await testCentre();
  const department = centre.directory.view().departments[0];
  if (department === undefined) throw new Error("no department");
  await centre.directory.changeDepartment(department.id, { recognizer: "openai-compatible" });
  centre.hearing.missing.add("openai-compatible");
  void centre.carrier.call(centre.target);
  await centre.clock.advance(fakeSoundMs + 2000);
  expect(centre.hearing.asked.toSorted()).toEqual(["demo", "demo", "openai-compatible", "openai-compatible"]);
  expect(centre.kinds()).not.toContain("hearing-lost");
});

test("too much to hear: whose words wait is told, protection only of the caller, and once each", async () => {
  const centre = await talking();
  const { clock, hearing, callId } = centre;
  const told = () =>
    centre.account().flatMap((event) => (event.kind.startsWith("hearing-") ? [{ ...event, atMs: 0, callId: "" }] : []));
  const setAside = (speaker: "caller" | "agent", heard: boolean) =>
    hearing.emit({ kind: "attention", callId: callId(), speaker, heard });
  setAside("agent", false);
  setAside("agent", false);
  setAside("caller", false);
  setAside("caller", true);
  setAside("agent", true);
  await clock.advance(100);
  expect(told()).toMatchObject([
    { kind: "hearing-lost", why: "overload", speaker: "agent" },
    { kind: "hearing-lost", why: "overload", speaker: "caller" },
    { kind: "hearing-restored", speaker: "caller" },
    { kind: "hearing-restored", speaker: "agent" },
  ]);
});

test("a call at risk is to be heard before others, from the first word that counts", async () => {
  const centre = await talking();
  const { clock, hearing, callId, control } = centre;
  expect(hearing.atRisk.has(callId())).toBe(false);
  hearing.says(callId(), "caller", "욕", control.find(callId())?.atMs ?? 0);
  await clock.advance(500);
  expect(hearing.atRisk.has(callId())).toBe(true);
});

test("media dead: both telephones are offered a new address, recording begins a new file, the call goes on", async () => {
  const centre = await talking();
  const answers = { kind: "answer" as const, sdp: "v=0\r\n" };
  centre.carrier.dialog?.onReinvite(async () => answers);
  centre.people[0]?.phone.dialog?.onReinvite(async () => answers);
  centre.media.loseCalls([centre.callId()]);
  await centre.clock.advance(2000);
  expect(centre.kinds()).toSatisfy((kinds: string[]) =>
    inOrder(kinds, "media-lost", "recording-started", "media-restored"),
  );
  expect(centre.control.liveCalls).toBe(1);
});

test("media dead and a telephone that refuses the new address: the call is ended, and says why", async () => {
  const centre = await talking();
  centre.media.loseCalls([centre.callId()]);
  await centre.clock.advance(5000);
  expect(centre.account().find(({ kind }) => kind === "bye")).toMatchObject({ by: "jikimi", reason: "media-lost" });
  expect(centre.control.liveCalls).toBe(0);
});

test("a line that stays silent is ended after a minute; sound in between calls it off", async () => {
  const centre = await talking();
  const legId = centre.control.find(centre.callId())?.leg("caller")?.legId as never;
  const silent = () => {
    const atMs = centre.clock.nowMs();
    centre.media.emit({ kind: "rtp-timeout", callId: centre.callId(), legId, silentMs: 10_000, atMs });
  };
  silent();
  await centre.clock.advance(20_000);
  centre.media.emit({ kind: "rtp-resumed", callId: centre.callId(), legId, atMs: centre.clock.nowMs() });
  await centre.clock.advance(60_000);
  expect(centre.control.liveCalls).toBe(1);
  silent();
  await centre.clock.advance(60_000);
  expect(centre.account().find(({ kind }) => kind === "bye")).toMatchObject({ by: "jikimi", reason: "no-audio" });
});

test("where the long-call clock stands is told at the bridge, and again whenever a person changes it", async () => {
  const centre = await talking();
  const clocks = () => centre.account().filter(({ kind }) => kind === "long-call-clock");
  const bridgedAtMs = centre.account().find(({ kind }) => kind === "bridged")?.atMs ?? 0;
  expect(clocks()).toMatchObject([{ limitAtMs: bridgedAtMs + 20 * 60_000, extensions: 0, topic: null, exempt: false }]);
  pressAgentKeys(centre, "*4105#");
  await centre.clock.advance(100);
  expect(clocks().slice(1)).toMatchObject([{ limitAtMs: bridgedAtMs + 25 * 60_000, extensions: 1 }]);
  await centre.clock.advance(21 * 60_000);
  pressAgentKeys(centre, "*1");
  await centre.clock.advance(100);
  expect(clocks().slice(2)).toMatchObject([{ limitAtMs: null, extensions: 1 }]);
});

test("abuse in a sentence that goes on is judged at once, and counts once when the whole has come", async () => {
  const centre = await talking();
  const at = centre.control.find(centre.callId())?.atMs ?? 0;
  const says = (text: string, draft?: true) =>
    centre.hearing.says(centre.callId(), "caller", text, at, draft === undefined ? {} : { draft });
  says("욕", true);
  says("욕 욕", true);
  says("욕 욕 욕");
  await centre.clock.advance(2500);
  const told = centre.account().filter(({ kind }) => kind === "utterance" || kind === "assessed");
  expect(told.map(({ kind }) => kind)).toEqual([
    "utterance",
    "assessed",
    "utterance",
    "assessed",
    "utterance",
    "assessed",
  ]);
  expect(new Set(told.map((event) => ("utteranceId" in event ? event.utteranceId : null))).size).toBe(1);
  const risks = centre.account().flatMap((event) => (event.kind === "hint" ? [event.risk] : []));
  expect(risks.length).toBeGreaterThan(0);
  expect(new Set(risks).size).toBe(1);
});

test("a sentence that goes on without abuse is written down when it is whole, and once", async () => {
  const centre = await talking();
  const at = centre.control.find(centre.callId())?.atMs ?? 0;
  centre.hearing.says(centre.callId(), "caller", "여권이", at, { draft: true });
  centre.hearing.says(centre.callId(), "caller", "여권이 언제 나오나요", at);
  await centre.clock.advance(100);
  expect(centre.account().filter(({ kind }) => kind === "utterance")).toMatchObject([{ text: "여권이 언제 나오나요" }]);
});
