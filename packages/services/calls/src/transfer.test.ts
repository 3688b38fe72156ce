import type { Dialog } from "@jikimi/sip";
import { OFFER } from "@jikimi/sip/testing";
import { expect, test } from "vitest";
import { testCentre } from "../testing/centre.ts";
import { fakeSoundMs } from "../testing/fake-media-plane.ts";

async function talking(agents: number) {
  const centre = await testCentre({ agents });
  void centre.carrier.call(centre.target);
  await centre.clock.advance(fakeSoundMs + 2000);
  const first = centre.people.find(({ phone }) => phone.dialog !== null);
  const second = centre.people.find(({ phone }) => phone.dialog === null);
  const dialog = first?.phone.dialog;
  if (first === undefined || dialog === undefined || dialog === null) throw new Error("nobody answered");
  return { centre, first, second, dialog };
}

/** What the agent's telephone sends: REFER within its dialog, by the same means as any in-dialog request. */
function refer(dialog: Dialog, target: string): Promise<unknown> {
  return dialog.refer(`sip:${target}@198.51.100.1`);
}

test("a blind transfer to a colleague: the caller hears ringing, then the colleague; the first agent is free", async () => {
  const { centre, first, second, dialog } = await talking(2);
  void refer(dialog, second?.person.sipUsername ?? "");
  await centre.clock.advance(2000);
  expect(centre.kinds()).toContain("transferred");
  expect(second?.phone.dialog).not.toBeNull();
  expect(dialog.ended.aborted).toBe(true);
  expect(centre.roster.presence(first.person.id)).toMatchObject({ kind: "ready" });
  expect(centre.roster.presence(second?.person.id as never)).toMatchObject({ kind: "talking" });
  expect(centre.control.liveCalls).toBe(1);
  expect(centre.media.looping.size).toBe(0);
});

test("a blind transfer to an outside number goes through the trunk with our number", async () => {
  const { centre, dialog } = await talking(1);
  void refer(dialog, "0212345678");
  await centre.clock.advance(2000);
  const [invite] = centre.carrier.rung;
  expect(invite?.requestUri.user).toBe("0212345678");
  expect(invite?.from.user).toBe("07000000120");
  expect(centre.kinds()).toContain("transferred");
  expect(centre.control.liveCalls).toBe(1);
});

test("nobody takes the transfer: the agent has the caller back", async () => {
  const { centre, second, dialog } = await talking(2);
  if (second !== undefined) second.phone.manner = "refuses";
  void refer(dialog, second?.person.sipUsername ?? "");
  await centre.clock.advance(3000);
  expect(centre.kinds()).toContain("transfer-failed");
  expect(dialog.ended.aborted).toBe(false);
  expect(centre.media.bridges.size).toBe(1);
});

test("hold and resume: the caller hears the hold sound, and the account says so", async () => {
  const { centre, dialog } = await talking(1);
  void dialog.reinvite(`${OFFER}a=sendonly\r\n`);
  await centre.clock.advance(500);
  expect(centre.kinds()).toContain("hold");
  expect(centre.media.looping.size).toBe(1);
  void dialog.reinvite(OFFER);
  await centre.clock.advance(500);
  expect(centre.kinds()).toContain("resumed");
  expect(centre.media.looping.size).toBe(0);
});
