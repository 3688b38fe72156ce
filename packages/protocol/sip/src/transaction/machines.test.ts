import { describe, expect, test } from "vitest";
import { type ClientEvent, type ClientInviteState, stepClientInvite } from "./client-invite.ts";
import { type ClientNonInviteState, stepClientNonInvite } from "./client-non-invite.ts";
import { type ServerEvent, type ServerInviteState, stepServerInvite } from "./server-invite.ts";
import { type ServerNonInviteState, stepServerNonInvite } from "./server-non-invite.ts";
import type { Step, TimerSettings, TransactionEffect } from "./timers.ts";

const UDP: TimerSettings = { t1Ms: 500, t2Ms: 4_000, t4Ms: 5_000, reliable: false };
const TCP: TimerSettings = { ...UDP, reliable: true };

/** `send`, `A+500` (started for 500 ms), `A-` (stopped), `ack`, `up`, `timeout`: short enough for a table. */
function brief(effect: TransactionEffect): string {
  switch (effect.kind) {
    case "start":
      return `${effect.timer}+${effect.afterMs}`;
    case "stop":
      return `${effect.timer}-`;
    case "send-ack":
      return "ack";
    case "pass-up":
      return "up";
    case "report":
      return effect.what;
    case "send":
      return "send";
  }
}

function run<State extends { kind: string }, Event>(
  step: (state: State, event: Event, timers: TimerSettings) => Step<State>,
  state: State,
  events: readonly Event[],
  timers: TimerSettings,
): string[] {
  const seen: string[] = [];
  let now = state;
  for (const event of events) {
    const [next, effects] = step(now, event, timers);
    now = next;
    seen.push(`${effects.map(brief).join(" ")} → ${now.kind}`.trim());
  }
  return seen;
}

const client = {
  start: { kind: "started" },
  got: (status: number): ClientEvent => ({ kind: "response", status }),
  fires: (timer: "A" | "B" | "D" | "E" | "F" | "K" | "M"): ClientEvent => ({ kind: "timer", timer }),
  broken: { kind: "transport-failed" },
} as const;

const server = {
  again: { kind: "retransmitted" },
  ack: { kind: "acknowledged" },
  says: (status: number): ServerEvent => ({ kind: "answer", status }),
  fires: (timer: "G" | "H" | "I" | "J" | "L"): ServerEvent => ({ kind: "timer", timer }),
} as const;

describe("INVITE client transaction (RFC 3261 figure 5, RFC 6026 figure 7)", () => {
  const { start, got, fires, broken } = client;
  test.for<{ what: string; timers?: TimerSettings; events: ClientEvent[]; expected: string[] }>([
    {
      what: "resends with doubling intervals until timer B",
      events: [start, fires("A"), fires("A"), fires("A"), fires("B")],
      expected: [
        "send B+32000 A+500 → calling",
        "send A+1000 → calling",
        "send A+2000 → calling",
        "send A+4000 → calling",
        "timeout → terminated",
      ],
    },
    {
      what: "falls silent on a provisional answer and waits as long as it takes",
      events: [start, got(180), fires("A"), fires("B"), got(183)],
      expected: [
        "send B+32000 A+500 → calling",
        "A- B- up → proceeding",
        "→ proceeding",
        "→ proceeding",
        "A- B- up → proceeding",
      ],
    },
    {
      what: "hands every 2xx up while accepted, nothing else",
      events: [start, got(200), got(200), got(180), got(486), broken, fires("M"), got(200)],
      expected: [
        "send B+32000 A+500 → calling",
        "A- B- up M+32000 → accepted",
        "up → accepted",
        "→ accepted",
        "→ accepted",
        "→ accepted",
        "→ terminated",
        "→ terminated",
      ],
    },
    {
      what: "acknowledges a refusal each time it comes, hands it up once",
      events: [start, got(180), got(486), got(486), got(200), fires("D")],
      expected: [
        "send B+32000 A+500 → calling",
        "A- B- up → proceeding",
        "A- B- ack up D+32000 → completed",
        "ack → completed",
        "→ completed",
        "→ terminated",
      ],
    },
    {
      what: "neither resends nor lingers over a reliable transport",
      timers: TCP,
      events: [start, got(486)],
      expected: ["send B+32000 → calling", "A- B- ack up → terminated"],
    },
    {
      what: "reports a broken transport",
      events: [start, broken, got(200)],
      expected: ["send B+32000 A+500 → calling", "transport-failed → terminated", "→ terminated"],
    },
  ])("$what", ({ timers = UDP, events, expected }) => {
    expect(run(stepClientInvite, { kind: "idle" } as ClientInviteState, events, timers)).toEqual(expected);
  });
});

describe("non-INVITE client transaction (RFC 3261 figure 6)", () => {
  const { start, got, fires, broken } = client;
  test.for<{ what: string; timers?: TimerSettings; events: ClientEvent[]; expected: string[] }>([
    {
      what: "resends up to every T2 until timer F",
      events: [start, fires("E"), fires("E"), fires("E"), fires("E"), fires("F")],
      expected: [
        "send F+32000 E+500 → trying",
        "send E+1000 → trying",
        "send E+2000 → trying",
        "send E+4000 → trying",
        "send E+4000 → trying",
        "timeout → terminated",
      ],
    },
    {
      what: "goes on every T2 after a provisional answer",
      events: [start, got(100), fires("E"), fires("F")],
      expected: ["send F+32000 E+500 → trying", "up → proceeding", "send E+4000 → proceeding", "timeout → terminated"],
    },
    {
      what: "absorbs repeated final answers for T4",
      events: [start, got(200), got(200), fires("E"), broken, fires("K")],
      expected: [
        "send F+32000 E+500 → trying",
        "E- F- up K+5000 → completed",
        "→ completed",
        "→ completed",
        "→ completed",
        "→ terminated",
      ],
    },
    {
      what: "is over at once over a reliable transport",
      timers: TCP,
      events: [start, got(200)],
      expected: ["send F+32000 → trying", "E- F- up → terminated"],
    },
    {
      what: "reports a broken transport",
      events: [start, broken],
      expected: ["send F+32000 E+500 → trying", "transport-failed → terminated"],
    },
  ])("$what", ({ timers = UDP, events, expected }) => {
    expect(run(stepClientNonInvite, { kind: "idle" } as ClientNonInviteState, events, timers)).toEqual(expected);
  });
});

describe("INVITE server transaction (RFC 3261 figure 7, RFC 6026 figure 8)", () => {
  const { again, ack, says, fires } = server;
  test.for<{ what: string; timers?: TimerSettings; events: ServerEvent[]; expected: string[] }>([
    {
      what: "repeats the latest provisional answer when the INVITE comes again",
      events: [again, says(180), again, says(183), again],
      expected: ["→ proceeding", "send → proceeding", "send → proceeding", "send → proceeding", "send → proceeding"],
    },
    {
      what: "absorbs INVITEs after a 2xx, resends it only when told, and lives 64·T1",
      events: [says(200), again, says(200), says(486), ack, fires("L")],
      expected: [
        "send L+32000 → accepted",
        "→ accepted",
        "send → accepted",
        "→ accepted",
        "up → accepted",
        "→ terminated",
      ],
    },
    {
      what: "resends a refusal up to every T2 until its ACK, then lingers T4",
      events: [
        says(180),
        says(486),
        fires("G"),
        fires("G"),
        fires("G"),
        fires("G"),
        again,
        ack,
        again,
        ack,
        fires("I"),
      ],
      expected: [
        "send → proceeding",
        "send H+32000 G+500 → completed",
        "send G+1000 → completed",
        "send G+2000 → completed",
        "send G+4000 → completed",
        "send G+4000 → completed",
        "send → completed",
        "G- H- I+5000 → confirmed",
        "→ confirmed",
        "→ confirmed",
        "→ terminated",
      ],
    },
    {
      what: "resends a refusal that is its first word only when asked, and gives it up in the end",
      events: [says(486), again, again, fires("H"), says(200)],
      expected: [
        "send H+32000 → completed",
        "send → completed",
        "send → completed",
        "timeout → terminated",
        "→ terminated",
      ],
    },
    {
      what: "waits for the ACK but resends nothing over a reliable transport",
      timers: TCP,
      events: [says(486), ack],
      expected: ["send H+32000 → completed", "G- H- → terminated"],
    },
  ])("$what", ({ timers = UDP, events, expected }) => {
    const state: ServerInviteState = { kind: "proceeding", answered: false };
    expect(run(stepServerInvite, state as ServerInviteState, events, timers)).toEqual(expected);
  });
});

describe("non-INVITE server transaction (RFC 3261 figure 8)", () => {
  const { again, says, fires } = server;
  test.for<{ what: string; timers?: TimerSettings; events: ServerEvent[]; expected: string[] }>([
    {
      what: "repeats its answer for 64·T1",
      events: [again, says(100), again, says(200), again, says(500), fires("J"), again],
      expected: [
        "→ trying",
        "send → proceeding",
        "send → proceeding",
        "send J+32000 → completed",
        "send → completed",
        "→ completed",
        "→ terminated",
        "→ terminated",
      ],
    },
    {
      what: "is over at once over a reliable transport",
      timers: TCP,
      events: [says(200)],
      expected: ["send → terminated"],
    },
  ])("$what", ({ timers = UDP, events, expected }) => {
    expect(run(stepServerNonInvite, { kind: "trying" } as ServerNonInviteState, events, timers)).toEqual(expected);
  });
});
