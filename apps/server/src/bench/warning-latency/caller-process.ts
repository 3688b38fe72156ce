import { holdProcess, SystemClock, SystemRandom, silentLog } from "@jikimi/kernel";
import { SipUserAgent, UdpTransport } from "@jikimi/sip";
import { answerRequests } from "../child.ts";
import { type CallerReport, CallerRequest } from "./caller-messages.ts";
import { MeasuringCaller } from "./measuring-caller.ts";
import { readPhrase } from "./phrase.ts";

/** So that callers at once do not speak in step: each rests for a time of its own between two phrases. */
const longestPauseMs = 2000;

const clock = new SystemClock();
const random = new SystemRandom();
const userAgent = new SipUserAgent({ clock, random, log: silentLog, contactUser: "bench" });
let callers: MeasuringCaller[] = [];

async function ring({ callers: count, ...line }: { callers: number; number: string; sipPort: number }) {
  const ringing = Array.from({ length: count }, (_, i) =>
    MeasuringCaller.ring({ userAgent, user: `010555510${String(i).padStart(2, "0")}`, clock, random, ...line }),
  );
  callers = await Promise.all(ringing);
}

async function measure({ phrasePath, times }: { phrasePath: string; times: number }): Promise<CallerReport> {
  const phrase = await readPhrase(phrasePath);
  const heard = await Promise.all(
    callers.map(async (caller) => {
      const latencies: (number | null)[] = [];
      while (latencies.length < times) latencies.push(await caller.provoke(phrase, random.integer(longestPauseMs)));
      return latencies;
    }),
  );
  const latenciesMs = heard.flat().filter((latency) => latency !== null);
  return { kind: "measured", latenciesMs, missed: heard.flat().length - latenciesMs.length };
}

async function hangUp(): Promise<void> {
  await Promise.all(callers.splice(0).map((caller) => caller[Symbol.asyncDispose]()));
}

holdProcess();
const bound = userAgent.listen(new UdpTransport({ host: "127.0.0.1", port: 0 }));
answerRequests(
  CallerRequest,
  async (request): Promise<CallerReport> => {
    await bound;
    if (request.kind === "measure") return measure(request);
    if (request.kind === "ring") await ring(request);
    else await hangUp();
    return { kind: "done" };
  },
  () => userAgent.close({ graceMs: 0 }),
);
