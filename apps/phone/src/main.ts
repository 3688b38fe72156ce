import { SystemClock, SystemRandom } from "@jikimi/kernel";
import { createLog } from "@jikimi/telemetry";
import { PhoneConfig, type PhoneReport, PhoneRequest } from "@jikimi/worker-messages";
import { Phone } from "./phone.ts";

/** A telephone in a process of its own, forked by a director; it leaves when the director does. */
async function main(): Promise<void> {
  const config = PhoneConfig.parse(JSON.parse(process.argv[2] ?? "{}"));
  const log = createLog({ level: "warn", process: `phone ${config.name}` });
  const report = (one: PhoneReport) => process.send?.(one);
  const phone = new Phone({ config, clock: new SystemClock(), random: new SystemRandom(), log, report });
  const leave = async () => {
    await phone[Symbol.asyncDispose]();
    process.exit(0);
  };
  process.on("message", (message) => {
    const request = PhoneRequest.safeParse(message);
    if (!request.success) return log.warn({ problem: request.error.message }, "a request could not be read");
    const done = phone.carryOut(request.data).then(() => (request.data.kind === "stop" ? process.exit(0) : undefined));
    done.catch((cause: unknown) => log.error({ cause }, "a request failed"));
  });
  process.on("disconnect", () => void leave());
  process.on("SIGTERM", () => void leave());
  await phone.start();
}

main().catch((failure: unknown) => {
  process.stderr.write(`the telephone cannot start: ${failure instanceof Error ? failure.message : String(failure)}\n`);
  process.exit(1);
});
