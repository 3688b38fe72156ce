import fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  aCause,
  bridged,
  ending,
  kim,
  lee,
  ringing,
  rudeLine,
  startedAtMs,
  storyAfter,
  warning,
} from "../testing/story-parts.ts";
import { sentCall, sentLine } from "../testing/through-the-contract.ts";
import { callViewOf, transcriptLineOf } from "./call-view.ts";
import { markRude } from "./reduce-lines.ts";
import { reduceStory } from "./reduce-story.ts";
import { beginStory, type StoryEvent } from "./story.ts";

describe("the transcript", () => {
  test("has a line for each utterance, its rude words marked once they were judged", () => {
    const [said, judged] = rudeLine("u1", 20_000);
    const heard = storyAfter([ringing, bridged, said as StoryEvent]);
    expect(heard.lines.map(({ words }) => words.map(({ rude }) => rude))).toEqual([[false, false, false, false]]);
    const [line] = reduceStory(heard, judged as StoryEvent).lines;
    expect(sentLine(transcriptLineOf(line as NonNullable<typeof line>))).toEqual({
      lineId: "u1",
      speaker: "caller",
      startMs: 17_500,
      endMs: 19_500,
      heardAtMs: startedAtMs + 20_000,
      confidence: 0.9,
      words: ["야", "이", "나쁜", "놈아"].map((text, i) => ({ text, confidence: 0.9, masked: false, rude: i >= 2 })),
      draft: false,
      hints: [],
      signals: [],
      labels: ["profanity"],
    });
  });

  test("keeps what may have been said beside what was written, and no count of it", () => {
    const [said] = rudeLine("u1", 20_000, { text: "야 신발", surface: "" });
    const hint = { stem: "씨발", label: "profanity", confidence: 0.4, startMs: 18_000, endMs: 18_400 } as const;
    const [line] = storyAfter([bridged, { ...said, hints: [hint] } as StoryEvent]).lines;
    expect(line?.hints).toEqual([{ stem: "씨발", label: "profanity", confidence: 0.4 }]);
    expect(line?.labels).toEqual([]);
    expect(line?.words.map(({ text }) => text)).toEqual(["야", "신발"]);
  });

  test("says how the caller said it, and nothing of how the agent did", () => {
    const [said] = rudeLine("u1", 20_000);
    const voice = { signals: ["shouting", "sobbing"], overlapMs: 0 };
    const signalsOf = (speaker: string) =>
      storyAfter([bridged, { ...said, speaker, voice } as unknown as StoryEvent]).lines[0]?.signals;
    expect(signalsOf("caller")).toEqual(["shouting"]);
    expect(signalsOf("agent")).toEqual([]);
  });

  test("marks nothing in a line that counts for nothing", () => {
    const [said, judged] = rudeLine("u1", 20_000);
    const mild = { ...judged, labels: { profanity: 0.2 }, abusive: false } as StoryEvent;
    const [line] = storyAfter([bridged, said as StoryEvent, mild]).lines;
    expect(line?.labels).toEqual([]);
    expect(line?.words.some(({ rude }) => rude)).toBe(false);
  });

  test("puts a line right when the same is heard again, and keeps its place", () => {
    const again = rudeLine("u1", 26_000, { text: "다시 들었습니다", surface: "" });
    const { lines } = storyAfter([...rudeLine("u1", 20_000), ...rudeLine("u2", 24_000), ...again.slice(0, 1)]);
    expect(lines.map(({ lineId, words }) => [lineId, words[0]?.text])).toEqual([
      ["u1", "다시"],
      ["u2", "야"],
    ]);
  });

  test("shows a line whose words were erased without any", () => {
    const { text, words, ...erased } = rudeLine("u1", 20_000)[0] as Extract<StoryEvent, { kind: "utterance" }>;
    const { evidence, ...judged } = rudeLine("u1", 20_000)[1] as Extract<StoryEvent, { kind: "assessed" }>;
    expect(text).not.toBe("");
    expect([words, evidence]).not.toContain(undefined);
    expect(storyAfter([erased as StoryEvent, judged as StoryEvent]).lines).toMatchObject([
      { words: [], labels: ["profanity"] },
    ]);
  });
});

test.for<{ words: string; surface: string; rude: string }>([
  { words: "야 이 나쁜 놈아", surface: "나쁜 놈", rude: "나쁜 놈아" },
  { words: "야 이 나쁜 놈아", surface: "나쁜놈", rude: "나쁜 놈아" },
  { words: "이나쁜 놈 아", surface: "나쁜 놈", rude: "이나쁜 놈" },
  { words: "놈 놈 놈", surface: "놈", rude: "놈 놈 놈" },
  { words: "고맙습니다", surface: "나쁜 놈", rude: "" },
  { words: "고맙습니다", surface: " ", rude: "" },
])("of '$words' the surface '$surface' marks '$rude'", ({ words, surface, rude }) => {
  const given = words.split(" ").map((text) => ({ text, confidence: 1, masked: false, rude: false }));
  const marked = markRude(given, [surface]);
  expect(
    marked
      .filter((word) => word.rude)
      .map(({ text }) => text)
      .join(" "),
  ).toBe(rude);
});

const ids = fc.constantFrom("u1", "u2", "u3");
const people = fc.constantFrom(kim, lee, null);
const numbers = fc.oneof(fc.nat({ max: 100_000 }), fc.constantFrom(Number.NaN, -5, Number.POSITIVE_INFINITY, 1e15));
const offerIds = fc.constantFrom("d1", "d2");
const why = fc.constantFrom("no-answer", "busy");
const by = fc.constantFrom("caller" as const, "agent" as const, "jikimi" as const);
const cause = fc
  .record({ utteranceId: ids, sum: numbers, rule: fc.constantFrom("abuse-sum", "utterance-unsure", "long-call-limit") })
  .map(({ utteranceId, sum, rule }) =>
    aCause(rule as never, { utteranceIds: [utteranceId as never], values: { sum }, thresholds: { sum: 1 } }),
  );
const announcement = fc.constantFrom(
  { kind: "warning", warningNumber: 1 },
  { kind: "ending" },
  { kind: "long-call", noticeNumber: 1 },
  { kind: "long-call-ending" },
);
const sound = { soundSha256: "s", text: "안내", synthetic: true };
const kinds = (...names: string[]) => fc.constantFrom(...names);

/** Every kind there is, with fields in and out of their ranges. */
const events = fc
  .tuple(
    numbers,
    fc.oneof(
      fc.constantFrom(...rudeLine("u1", 100), ...rudeLine("u2", 9), ...warning(50), ...ending(70)),
      fc.record({ kind: kinds("ringing", "bridged", "rings-at", "passed-to"), agentId: people }),
      fc.record({ kind: kinds("not-reached"), agentId: people, why }),
      fc.record({ kind: kinds("hold", "resumed"), by: fc.constantFrom("caller", "agent") }),
      fc.record({ kind: kinds("transferring", "transferred", "transfer-failed"), to: kinds("lee", "01012345678") }),
      fc.record({ kind: kinds("recording-started", "recording-closed", "recording-failed"), path: kinds("r") }),
      fc.record({ kind: kinds("agent-lost", "agent-returned", "hint-cleared") }),
      fc.record({
        kind: kinds("hearing-lost", "hearing-restored"),
        why: kinds("down", "overload"),
        speaker: fc.constantFrom("caller", "agent", undefined),
      }),
      fc.record({ kind: kinds("lagging"), lagMs: numbers }),
      fc.record({
        kind: kinds("utterance"),
        utteranceId: ids,
        speaker: kinds("agent"),
        startMs: numbers,
        endMs: numbers,
        confidence: numbers,
        recognizer: kinds("demo"),
      }),
      fc.record({
        kind: kinds("assessed"),
        utteranceId: ids,
        labels: fc.record({ threat: numbers }),
        abusive: fc.boolean(),
      }),
      fc.record({ kind: kinds("hint"), risk: numbers, labels: fc.subarray(["threat", "insult"]), cause }),
      fc.record({
        kind: kinds("offered"),
        offerId: offerIds,
        offer: kinds("warning", "ending"),
        expiresAtMs: fc.option(numbers),
        cause,
      }),
      fc.record({ kind: kinds("offer-withdrawn"), offerId: offerIds, why }),
      fc.record({ kind: kinds("announcing"), announcementId: offerIds, announcement, attempt: fc.constant(1), cause }),
      fc
        .record({ kind: kinds("warning-started", "ending-started", "long-call-started"), durationMs: numbers })
        .map((one) => ({ ...sound, ...one })),
      fc.record({
        kind: kinds("warning-completed", "ending-completed", "long-call-completed"),
        outcome: kinds("completed", "stopped"),
      }),
      fc.record({
        kind: kinds("long-call-clock"),
        limitAtMs: fc.option(numbers),
        extensions: fc.nat(),
        topic: fc.constant(null),
        exempt: fc.boolean(),
      }),
      fc.record({
        kind: kinds("action", "action-refused"),
        by: kinds("agent"),
        action: fc.constant({ kind: "confirm" }),
        why: kinds("nothing-offered"),
      }),
      fc.record({
        kind: kinds("incident-opened", "incident-closed"),
        incidentId: kinds("i1", "i2"),
        cause: fc.anything(),
        outcome: fc.anything(),
      }),
      fc.record({
        kind: kinds("help-requested", "help-taken"),
        requestId: kinds("h1", "h2"),
        agentId: people,
        by: people,
        note: kinds("도움"),
      }),
      fc.record({
        kind: kinds("consultation-started", "consultation-answered", "consultation-failed", "consultation-ended"),
        to: kinds("lee", "119"),
        agentId: people,
      }),
      fc.record({ kind: kinds("known-caller"), callsBefore: fc.nat(), incidentsBefore: fc.nat() }),
      fc.record({ kind: kinds("bye", "ended"), by, reason: kinds("hung-up") }),
      fc.record({ kind: kinds("of-a-later-version") }),
    ),
  )
  .map(([atMs, event]) => ({ ...event, atMs }) as StoryEvent);

test("any events in any order make a story that every desk can show", () => {
  const stages = new Set<string>();
  fc.assert(
    fc.property(fc.array(events, { maxLength: 60, size: "max" }), numbers, (account, nowMs) => {
      let story = beginStory({ ...storyAfter([]), agentId: null });
      for (const event of account) {
        const before = JSON.stringify(story);
        const after = reduceStory(story, event);
        expect(JSON.stringify(story)).toBe(before);
        if (story.stage === "ended") expect(after.stage).toBe("ended");
        story = after;
      }
      for (const agentId of [kim, lee]) {
        const view = callViewOf(story, { agentId, nowMs: nowMs as never, nameOf: (id) => id });
        if (view !== null) stages.add(sentCall(view).phase);
      }
      for (const line of story.lines) sentLine(transcriptLineOf(line));
    }),
    { numRuns: 400 },
  );
  // Not every run comes by the rarer ones.
  expect([...stages]).toEqual(expect.arrayContaining(["ended", "talking"]));
});
