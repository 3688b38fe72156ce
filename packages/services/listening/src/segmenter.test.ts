import { expect, test } from "vitest";
import { frameOf, LoudnessVoice } from "../testing/fake-hearing.ts";
import { type SegmenterEvent, SpeechSegmenter } from "./segmenter.ts";

const START_MS = 1_700_000_000_000;

/** Plays 20 ms frames: `#` loud, `.` silent, `_` a frame that never comes. */
function hear(
  picture: string,
  { offsetMs = () => 0 }: { offsetMs?: (frame: number) => number } = {},
): SegmenterEvent[] {
  const segmenter = new SpeechSegmenter({ voice: new LoudnessVoice() });
  const events = [...picture].flatMap((mark, i) =>
    mark === "_" ? [] : segmenter.push({ atMs: START_MS + i * 20 + offsetMs(i), pcm: frameOf(mark === "#") }),
  );
  return [...events, ...segmenter.flush()];
}

function spoken(events: readonly SegmenterEvent[]) {
  return events.flatMap((event) =>
    event.kind === "speech"
      ? [{ startMs: event.segment.startMs - START_MS, endMs: event.segment.endMs - START_MS, cut: event.cut }]
      : [],
  );
}

test("an utterance is given with the wall-clock times of its voice", () => {
  const events = hear(".".repeat(80) + "#".repeat(48) + ".".repeat(50));
  expect(spoken(events)).toEqual([{ startMs: 1600, endMs: 2560, cut: "pause" }]);
  expect(events[0]).toEqual({ kind: "speech-started", atMs: START_MS + 1600 });
});

test("its sound has the pre-roll, the voice and the tail, sample for sample", () => {
  const [speech] = hear(".".repeat(80) + "#".repeat(48) + ".".repeat(50)).filter((event) => event.kind === "speech");
  if (speech?.kind !== "speech") throw new Error("nothing was heard");
  const { pcm } = speech.segment;
  expect(pcm.length).toBe((8 + 30 + 5) * 256);
  expect(pcm.subarray(0, 8 * 256).every((value) => value === 0)).toBe(true);
  expect(pcm.subarray(8 * 256, 38 * 256).every((value) => Math.abs(value) === Math.fround(8000 / 32768))).toBe(true);
  expect(pcm.subarray(38 * 256).every((value) => value === 0)).toBe(true);
});

test("times wobble by some ms and nothing changes", () => {
  const calm = hear(".".repeat(80) + "#".repeat(48) + ".".repeat(50));
  const wobbling = hear(".".repeat(80) + "#".repeat(48) + ".".repeat(50), {
    offsetMs: (i) => (i === 0 ? 0 : ((i * 37) % 80) - 40),
  });
  expect(wobbling).toEqual(calm);
});

test("a short gap is silence: later words keep their time", () => {
  const [first, second] = spoken(
    hear(`${"#".repeat(48)}${".".repeat(40)}${"_".repeat(20)}${"#".repeat(48)}${".".repeat(40)}`),
  );
  expect(first?.startMs).toBe(0);
  expect(second?.startMs).toBeGreaterThanOrEqual(2140);
  expect(second?.startMs).toBeLessThanOrEqual(2180);
});

test("a long gap ends the utterance and starts a new timeline", () => {
  expect(spoken(hear(`${"#".repeat(48)}${"_".repeat(500)}${"#".repeat(48)}`))).toEqual([
    { startMs: 0, endMs: 960, cut: "flush" },
    { startMs: 10_960, endMs: 11_920, cut: "flush" },
  ]);
});

test("a clock that is set back moves the timeline and loses no speech", () => {
  const jump = spoken(
    hear("#".repeat(48) + ".".repeat(40) + "#".repeat(48) + ".".repeat(40), {
      offsetMs: (i) => (i < 60 ? 0 : -3_600_000),
    }),
  );
  expect(jump.map(({ startMs, endMs }) => Math.round((endMs - startMs) / 100))).toEqual([10, 10]);
});

test.for([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])("a frame at %d ms is ignored", (atMs) => {
  const segmenter = new SpeechSegmenter({ voice: new LoudnessVoice() });
  expect(segmenter.push({ atMs, pcm: frameOf(true) })).toEqual([]);
  expect(segmenter.flush()).toEqual([]);
});

test("frames of any size are heard alike", () => {
  const voice = Int16Array.from({ length: 8000 }, (_, i) => (i % 16 < 8 ? 8000 : -8000));
  const sizes = [160, 1, 77, 256, 1000, 8000];
  const heard = sizes.map((size) => {
    const segmenter = new SpeechSegmenter({ voice: new LoudnessVoice() });
    const events: SegmenterEvent[] = [];
    for (let at = 0; at < voice.length; at += size) {
      events.push(...segmenter.push({ atMs: START_MS + at / 8, pcm: voice.subarray(at, at + size) }));
    }
    return spoken([...events, ...segmenter.flush()]);
  });
  for (const result of heard) expect(result).toEqual(heard[0]);
});
