import { type CallId, type EpochMs, SeededRandom } from "@jikimi/kernel";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { canonicalJson, toJson } from "./canonical-json.ts";
import { type ChainEnd, chainEntry, chainStart, eventOf, verifyChain } from "./chain.ts";
import type { JournalEntry, JournalEvent, Json } from "./types.ts";

const callId = "call-1" as CallId;
const recordedAtMs = 1_767_571_200_123 as EpochMs;

function chainOf(events: readonly JournalEvent[]) {
  const random = new SeededRandom(3);
  const entries: JournalEntry[] = [];
  let end: ChainEnd = { seq: 0, hash: chainStart };
  for (const event of events) {
    const entry = chainEntry(callId, event, { end, recordedAtMs, random });
    entries.push(entry);
    end = { seq: entry.seq, hash: entry.hash };
  }
  return { entries, end };
}

const story: readonly JournalEvent[] = [
  { kind: "invite", atMs: 0, from: "+821012345678", to: "02-120", direction: "inbound" },
  { kind: "notice-started", atMs: 10, text: "녹음됩니다.", soundSha256: "ab" },
  { kind: "utterance", atMs: 900, text: "이 나쁜", words: [{ text: "이", confidence: 0.9 }], confidence: 0.8 },
  { kind: "bye", atMs: 1000, by: "caller", reason: "hung-up" },
].map((event) => event as JournalEvent);

const jsonValue = fc.jsonValue() as fc.Arbitrary<Json>;

test("canonical JSON is one text for one value, and the same after a trip through JSON", () => {
  expect(canonicalJson({ b: [1, { d: null, c: "x" }], a: -0 })).toBe('{"a":0,"b":[1,{"c":"x","d":null}]}');
  fc.assert(
    fc.property(jsonValue, (value) => {
      const text = canonicalJson(toJson(value));
      expect(canonicalJson(JSON.parse(text))).toBe(text);
      expect(JSON.parse(text)).toEqual(toJson(value));
    }),
  );
});

test("the order in which an event's fields are given does not change its hash", () => {
  const one = chainOf([{ kind: "hint", atMs: 1, risk: 0.5, labels: ["insult"] } as JournalEvent]);
  const two = chainOf([{ labels: ["insult"], risk: 0.5, atMs: 1, kind: "hint" } as JournalEvent]);
  expect(one.end).toEqual(two.end);
});

test("an untouched account verifies, and its events come back as they were given", () => {
  const { entries, end } = chainOf(story);
  expect(verifyChain(entries, end)).toEqual({ kind: "intact", entries: 4, lastHash: end.hash });
  expect(entries.map(eventOf)).toEqual(story);
  expect(verifyChain([], { seq: 0, hash: chainStart })).toMatchObject({ kind: "intact", entries: 0 });
});

test("any JSON event can be written, read back and verified", () => {
  fc.assert(
    fc.property(fc.array(fc.dictionary(fc.string(), jsonValue), { maxLength: 5 }), (bodies) => {
      const events = bodies.map((body, atMs) => ({ ...body, kind: "anything", atMs }) as JournalEvent);
      const { entries, end } = chainOf(events);
      const stored = JSON.parse(JSON.stringify(entries)) as JournalEntry[];
      expect(verifyChain(stored, end)).toMatchObject({ kind: "intact" });
      expect(stored.map(eventOf)).toEqual(JSON.parse(JSON.stringify(events)));
    }),
  );
});

describe("tampering shows", () => {
  const { entries, end } = chainOf(story);
  const change = (index: number, change: Partial<JournalEntry>) =>
    entries.map((entry, at) => (at === index ? { ...entry, ...change } : entry));
  const spoken = entries[2]?.personal;

  test.for([
    ["a field altered", change(1, { body: { text: "x" } }), { seq: 2, why: "altered" }],
    ["a time altered", change(1, { atMs: 11 }), { seq: 2, why: "altered" }],
    ["a kind altered", change(3, { kind: "hold" }), { seq: 4, why: "altered" }],
    [
      "what was said altered",
      change(2, { personal: { salt: spoken?.salt ?? "", fields: { text: "다른 말" } } }),
      { seq: 3, why: "personal-altered" },
    ],
    [
      "what was said taken as never said",
      change(2, { personalHash: null, personal: null }),
      { seq: 3, why: "altered" },
    ],
    ["one taken out", entries.filter((_, at) => at !== 1), { seq: 2, why: "hole" }],
    [
      "one taken out and the rest renumbered",
      entries.filter((_, at) => at !== 1).map((entry, at) => ({ ...entry, seq: at + 1 })),
      { seq: 2, why: "unchained" },
    ],
    ["two exchanged", [entries[1], entries[0], entries[2], entries[3]], { seq: 1, why: "hole" }],
    ["the end cut off", entries.slice(0, 3), { seq: 4, why: "cut-off" }],
    ["all cut off", [], { seq: 1, why: "cut-off" }],
  ] as const)("%s", ([, tampered, expected]) => {
    expect(verifyChain(tampered as readonly JournalEntry[], end)).toEqual({ kind: "broken", ...expected });
  });

  test("an entry from another call does not fit", () => {
    const random = new SeededRandom(4);
    const before = { seq: 3, hash: entries[2]?.hash ?? "" };
    const foreign = chainEntry("call-2" as CallId, { kind: "bye", atMs: 1 }, { end: before, recordedAtMs, random });
    const moved = [...entries.slice(0, 3), { ...foreign, callId }];
    expect(verifyChain(moved, { seq: 4, hash: foreign.hash })).toMatchObject({ seq: 4, why: "altered" });
  });
});

test("erasing the personal parts leaves the chain whole and the rest readable", () => {
  const { entries, end } = chainOf(story);
  const erased = entries.map((entry) => ({ ...entry, personal: null }));
  expect(verifyChain(erased, end)).toMatchObject({ kind: "intact" });
  expect(JSON.stringify(erased)).not.toMatch(/01012345678|나쁜/);
  expect(eventOf(erased[0] as JournalEntry)).toEqual({ kind: "invite", atMs: 0, direction: "inbound" });
  expect(erased.map(({ personalHash }) => personalHash === null)).toEqual([false, true, false, true]);
});

test("the same words leave different commitments, so that a dictionary finds nobody", () => {
  const { entries } = chainOf([story[2], story[2]].flatMap((event) => (event === undefined ? [] : [event])));
  expect(entries[0]?.personalHash).not.toBe(entries[1]?.personalHash);
});

test("an event that JSON cannot say is recorded as such instead of ending a call", () => {
  const cyclic: Record<string, unknown> = { kind: "hint", atMs: 5 };
  cyclic.self = cyclic;
  const { entries, end } = chainOf([cyclic as JournalEvent, { kind: "hint", atMs: Number.NaN }]);
  expect(entries[0]).toMatchObject({ kind: "hint", atMs: 5, body: { unrecordable: true } });
  expect(entries[1]).toMatchObject({ atMs: 0 });
  expect(verifyChain(JSON.parse(JSON.stringify(entries)), end)).toMatchObject({ kind: "intact" });
});
