import { fork } from "node:child_process";
import { once } from "node:events";
import { expect, test } from "vitest";
import { RecordingBench } from "./test-support.ts";
import { verifyRecording } from "./verify.ts";

test("kill -9 in the middle of a call costs at most a second of it", async () => {
  using bench = new RecordingBench();
  const path = bench.path();
  const { key, wrapped } = bench.keyring.newCallKey();
  const argument = JSON.stringify({ path, key: [...key], wrapped: [...wrapped] });
  const program = new URL("./kill-child.ts", import.meta.url);
  const child = fork(program, [argument], { execArgv: ["--import", "tsx"] });
  let spokenMs = 0;
  await new Promise<void>((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", () => resolve());
    child.on("message", (message) => {
      spokenMs = Number(message);
      if (spokenMs >= 2400) child.kill("SIGKILL");
    });
  });
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  expect(child.signalCode).toBe("SIGKILL");
  const { findings, content } = await verifyRecording(path, bench.keyring);
  expect(findings.map(({ kind }) => kind)).toEqual(["not-closed"]);
  expect(content?.durationMs).toBeGreaterThanOrEqual(spokenMs - 1000);
  expect(content?.gaps.filter(({ reason }) => reason === "unexplained")).toEqual([]);
});
