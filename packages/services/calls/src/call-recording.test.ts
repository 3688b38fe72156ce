import { OFFER } from "@jikimi/sip/testing";
import { expect, test } from "vitest";
import { pressAgentKeys, testCentre } from "../testing/centre.ts";
import { fakeSoundMs } from "../testing/fake-media-plane.ts";

test("a recording that cannot even be begun is told, and the call goes on", async () => {
  const shelf = {
    newRecording() {
      throw new Error("ENOSPC: no space left on device, mkdir");
    },
  };
  const centre = await testCentre({ shelf });
  void centre.carrier.call(centre.target);
  await centre.clock.advance(fakeSoundMs + 2000);
  expect(centre.kinds()).toContain("recording-failed");
  expect(centre.kinds()).toContain("bridged");
  void centre.carrier.dialog?.bye();
  await centre.clock.advance(1000);
  expect(centre.account().at(-1)).toMatchObject({ kind: "ended", by: "caller", reason: "hung-up" });
});

test("the call's row names its first file and that file's hash, never the hash of another", async () => {
  const centre = await testCentre();
  void centre.carrier.call(centre.target);
  await centre.clock.advance(fakeSoundMs + 2000);
  for (const phone of [centre.carrier, centre.people[0]?.phone]) {
    phone?.dialog?.onReinvite(async () => ({ kind: "answer", sdp: OFFER }));
  }
  centre.media.loseCalls([centre.callId()]);
  await centre.clock.advance(2000);
  expect(centre.account().filter(({ kind }) => kind === "recording-started")).toMatchObject([
    { path: "r0.jkr" },
    { path: "r1.jkr" },
  ]);
  void centre.carrier.dialog?.bye();
  await centre.clock.advance(1000);
  expect(centre.account().find(({ kind }) => kind === "recording-closed")).toMatchObject({ path: "r1.jkr" });
  const row = centre.journal.rows.get(centre.callId());
  expect(row).toMatchObject({ recordingPath: "r0.jkr" });
  expect(row).not.toHaveProperty("recordingSha256");
});

test("on demand: nobody is recorded before they were told, and the agent starts and stops it", async () => {
  const centre = await testCentre({ recordingMode: "on-demand" });
  void centre.carrier.call(centre.target);
  await centre.clock.advance(2000);
  expect(centre.kinds()).toContain("bridged");
  expect(centre.kinds()).not.toContain("recording-started");
  pressAgentKeys(centre, "*0");
  await centre.clock.advance(fakeSoundMs + 500);
  pressAgentKeys(centre, "*0");
  await centre.clock.advance(500);
  pressAgentKeys(centre, "*0");
  await centre.clock.advance(500);
  const wanted = ["notice-started", "notice-completed", "recording-started", "recording-closed"];
  expect(centre.kinds().filter((kind) => wanted.includes(kind))).toEqual([...wanted, "recording-started"]);
});

test("on demand: a warning that takes the notice's place leaves the call unrecorded and says so", async () => {
  const centre = await testCentre({ recordingMode: "on-demand" });
  void centre.carrier.call(centre.target);
  await centre.clock.advance(2000);
  pressAgentKeys(centre, "*0");
  await centre.clock.advance(500);
  pressAgentKeys(centre, "*2");
  await centre.clock.advance(fakeSoundMs + 500);
  expect(centre.kinds()).toContain("warning-completed");
  expect(centre.kinds()).toContain("recording-failed");
  expect(centre.kinds()).not.toContain("recording-started");
});

test("on demand: the notice waits for a warning that is playing", async () => {
  const centre = await testCentre({ recordingMode: "on-demand" });
  void centre.carrier.call(centre.target);
  await centre.clock.advance(2000);
  pressAgentKeys(centre, "*2");
  await centre.clock.advance(500);
  pressAgentKeys(centre, "*0");
  await centre.clock.advance(2 * fakeSoundMs + 1000);
  const wanted = ["warning-completed", "notice-started", "notice-completed", "recording-started"];
  expect(centre.kinds().filter((kind) => wanted.includes(kind))).toEqual(wanted);
});
