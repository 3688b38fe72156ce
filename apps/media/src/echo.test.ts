import { levelDbfs, tone, toneLevelDbfs } from "@jikimi/audio";
import { expect, test } from "vitest";
import { CALL, CALLER, Stage } from "./test-support/stage.ts";

const RATE = 8000;

test.for(["pcmu", "pcma"] as const)(
  "a party hears itself a second later, at its level, and then silence (%s)",
  async (codec) => {
    await using stage = await Stage.open();
    const phone = await stage.phone();
    await stage.callIn(phone, CALLER, codec);
    await stage.run(200);
    await stage.ok({ kind: "echo", callId: CALL, legId: CALLER, delayMs: 1000 });
    phone.say(tone({ frequencyHz: 633, durationMs: 1500 }));
    phone.takeHeard();
    await stage.run(900);
    expect(levelDbfs(phone.takeHeard()), "not yet").toBeLessThan(-60);
    await stage.run(300);
    phone.takeHeard();
    await stage.run(1200);
    expect(toneLevelDbfs(phone.takeHeard(), 633, RATE)).toBeCloseTo(-15, 0);
    await stage.run(400);
    phone.takeHeard();
    await stage.run(2000);
    expect(levelDbfs(phone.takeHeard()), "once").toBeLessThan(-60);
  },
);

test("a leg that is not there has no echo, and one that is released ends it", async () => {
  await using stage = await Stage.open();
  expect(await stage.ask({ kind: "echo", callId: CALL, legId: CALLER, delayMs: 1000 })).toMatchObject({
    kind: "failed",
  });
  const phone = await stage.phone();
  await stage.callIn(phone, CALLER);
  await stage.ok({ kind: "echo", callId: CALL, legId: CALLER, delayMs: 1000 });
  await stage.ok({ kind: "release", callId: CALL, legId: null });
  await stage.run(200);
  expect(stage.worker.isPlaying(CALL)).toBe(false);
});
