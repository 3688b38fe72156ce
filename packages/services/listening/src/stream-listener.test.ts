import { ManualClock, SeededRandom } from "@jikimi/kernel";
import { expect, test } from "vitest";
import { frameOf, LoudnessVoice, repeatSamples, ScriptedRecognizer, saying } from "../testing/fake-hearing.ts";
import { ListeningError } from "./errors.ts";
import type { Recognizer, Transcription } from "./ports.ts";
import { type ListenerEvent, StreamListener } from "./stream-listener.ts";
import { CallFloor } from "./voice/call-floor.ts";

function listen(recognizer: Recognizer, floor = new CallFloor()) {
  const clock = new ManualClock();
  const startMs = clock.nowMs();
  const events: ListenerEvent[] = [];
  const listener = new StreamListener({
    speaker: "caller",
    floor,
    callStartedAtMs: startMs - 5_000,
    recognizer,
    voice: new LoudnessVoice(),
    resample: repeatSamples,
    clock,
    onEvent: (event) => events.push(event),
  });
  const stopping = new AbortController();
  const done = listener.run({ signal: stopping.signal });
  let frames = 0;
  /** `#` loud, `.` silent: 20 ms each, in no time. */
  const play = (picture: string) => {
    for (const mark of picture) listener.push({ atMs: startMs + 20 * frames++, pcm: frameOf(mark === "#") });
  };
  return { clock, events, listener, stopping, done, play };
}

const UTTERANCE = "#".repeat(48) + ".".repeat(32);

test("what is said is given in the call's time", async () => {
  const { events, listener, done, play } = listen(new ScriptedRecognizer());
  play(".".repeat(80) + UTTERANCE);
  listener.end();
  await done;
  expect(events).toEqual([
    { kind: "speech-started", atMs: expect.any(Number) },
    {
      kind: "utterance",
      utterance: {
        speaker: "caller",
        text: String((8 + 30 + 5) * 512),
        // The sound begins 8 windows of pre-roll before the voice; the word 0 to 100 ms into it.
        words: [{ text: String((8 + 30 + 5) * 512), startMs: 6600 - 8 * 32, endMs: 6700 - 8 * 32, confidence: 0.9 }],
        hints: [],
        confidence: 0.9,
        startMs: 6600 - 8 * 32,
        endMs: 7560,
        levelDbfs: expect.closeTo(-12.2, 0),
        voice: expect.objectContaining({ noiseDbfs: -100, overlapMs: 0, signals: [] }),
        steps: { endpointMs: expect.any(Number), queueMs: 0, decodeMs: 0 },
      },
    },
  ]);
});

test("the caller's words are recognised before the pause after them has ended, and once", async () => {
  const recognizer = new ScriptedRecognizer();
  const { clock, events, listener, done, play } = listen(recognizer);
  play("#".repeat(48) + ".".repeat(20));
  await clock.advance(1);
  expect(recognizer.heardSamples).toHaveLength(1);
  expect(events.filter((event) => event.kind === "utterance")).toHaveLength(0);
  play(".".repeat(20));
  listener.end();
  await done;
  expect(recognizer.heardSamples).toHaveLength(1);
  expect(events.filter((event) => event.kind === "utterance")).toHaveLength(1);
});

test("words that go on after all are recognised whole", async () => {
  const recognizer = new ScriptedRecognizer();
  const { clock, events, listener, done, play } = listen(recognizer);
  play("#".repeat(48) + ".".repeat(20));
  await clock.advance(1);
  play("#".repeat(48) + ".".repeat(40));
  listener.end();
  await done;
  const texts = events.flatMap((event) =>
    event.kind === "utterance" && event.utterance.draft !== true ? [event.utterance.text] : [],
  );
  expect(texts).toEqual([String(recognizer.heardSamples.at(-1))]);
  expect(recognizer.heardSamples.at(-1)).toBeGreaterThan(2 * (recognizer.heardSamples[0] ?? 0));
});

test("what the recogniser does not stand by is no utterance", async () => {
  const { events, listener, done, play } = listen(
    new ScriptedRecognizer(async () => saying("이 시원한", { accepted: false })),
  );
  play(UTTERANCE);
  listener.end();
  await done;
  expect(events.map((event) => event.kind)).toEqual(["speech-started", "not-understood"]);
});

test("a phone that falls silent without a frame has finished its sentence", async () => {
  const { clock, events, listener, done, play } = listen(new ScriptedRecognizer());
  play("#".repeat(48));
  await clock.advance(700);
  expect(events.filter((event) => event.kind === "utterance")).toHaveLength(0);
  await clock.advance(900);
  expect(events.filter((event) => event.kind === "utterance")).toHaveLength(1);
  listener.end();
  await done;
  expect(clock.pendingTimers).toBe(0);
});

test("a recogniser that fails costs one utterance and not the stream", async () => {
  let calls = 0;
  const { events, listener, done, play } = listen(
    new ScriptedRecognizer(async () => {
      calls += 1;
      if (calls === 1) throw new ListeningError("recognizer-lost");
      return saying("네");
    }),
  );
  play(UTTERANCE + UTTERANCE);
  listener.end();
  await done;
  expect(events.map((event) => event.kind).filter((kind) => kind !== "speech-started")).toEqual([
    "unheard",
    "utterance",
  ]);
  expect(events.find((event) => event.kind === "unheard")).toMatchObject({ why: "recognizer-lost" });
});

test("a recogniser that is stuck drops the oldest audio, says so, and holds a bounded amount", async () => {
  let release: (transcription: Transcription) => void = () => {};
  const recognizer = new ScriptedRecognizer(
    () =>
      new Promise((resolve) => {
        release = resolve;
      }),
  );
  const { clock, events, listener, stopping, done, play } = listen(recognizer);
  for (let i = 0; i < 40; i++) {
    play(UTTERANCE);
    await clock.advance(1);
  }
  expect(listener.droppedFrames).toBeGreaterThan(1000);
  release(saying("네"));
  await clock.advance(1);
  expect(events.some((event) => event.kind === "lagging")).toBe(true);
  stopping.abort();
  release(saying("네"));
  await done;
});

test("an aborted stream ends at once and leaves no timer", async () => {
  const { clock, events, stopping, done, play } = listen(new ScriptedRecognizer(() => new Promise(() => {})));
  play("#".repeat(20));
  stopping.abort();
  await done;
  await clock.advance(5_000);
  expect(events.filter((event) => event.kind === "utterance")).toEqual([]);
  expect(clock.pendingTimers).toBe(0);
});

/** Two words: one at the beginning, one that the end of the sound may have cut. */
const twoWords = async (pcm: Float32Array): Promise<Transcription> => {
  const soundMs = pcm.length / 16;
  const words = [
    { text: "야", startMs: 200, endMs: 500, confidence: 0.9 },
    { text: "이", startMs: soundMs - 200, endMs: soundMs - 50, confidence: 0.9 },
  ];
  return { ...saying("야 이"), words };
};
const LONG = "#".repeat(150) + ".".repeat(32);

test("a caller who goes on is heard so far, without the last word, and then whole, from the same beginning", async () => {
  const { clock, events, listener, done, play } = listen(new ScriptedRecognizer(twoWords));
  for (const mark of LONG) {
    play(mark);
    await clock.advance(1);
  }
  listener.end();
  await done;
  const heard = events.flatMap((event) => (event.kind === "utterance" ? [event.utterance] : []));
  expect(heard.map(({ text, draft }) => [text, draft])).toEqual([
    ["야", true],
    ["야 이", undefined],
  ]);
  expect(heard[0]?.startMs).toBe(heard[1]?.startMs);
});

test("nobody is heard so far while the recogniser is busy", async () => {
  const recognizer = new ScriptedRecognizer(twoWords);
  const { clock, events, listener, done, play } = listen(recognizer);
  recognizer.waiting = 1;
  for (const mark of LONG) {
    play(mark);
    await clock.advance(1);
  }
  listener.end();
  await done;
  expect(events.flatMap((event) => (event.kind === "utterance" ? [event.utterance.draft] : []))).toEqual([undefined]);
});

test("what comes back of the other's voice is nobody's words, and the recogniser is not troubled with it", async () => {
  const recognizer = new ScriptedRecognizer();
  const floor = new CallFloor();
  const { clock, events, listener, done } = listen(recognizer, floor);
  const startMs = clock.nowMs();
  const voice = babbled(16_000);
  for (let at = 0; at + 256 <= voice.length; at += 256) {
    floor.hear("agent", { atMs: startMs + 1000 + at / 8, voiced: true, samples: voice.subarray(at, at + 256) });
  }
  const line = new Int16Array(32_000);
  for (let i = 0; i < voice.length; i++) line[i + 8000 + 8 * 120] = Math.round((voice[i] ?? 0) * 0.3);
  for (let at = 0; at < line.length; at += 160) {
    listener.push({ atMs: startMs + at / 8, pcm: line.subarray(at, at + 160) });
  }
  listener.end();
  await done;
  expect(events.map((event) => (event.kind === "not-understood" ? event.why : event.kind))).toEqual([
    "speech-started",
    "cross-talk",
  ]);
  expect(recognizer.heardSamples).toEqual([]);
});

test("nothing is heard while it is set aside, and what was being said until then is", async () => {
  const recognizer = new ScriptedRecognizer();
  const { events, listener, done, play } = listen(recognizer);
  play("#".repeat(60));
  listener.pause();
  play(UTTERANCE);
  listener.resume();
  play(".".repeat(80) + UTTERANCE);
  listener.end();
  await done;
  const heard = events.flatMap((event) => (event.kind === "utterance" ? [event.utterance] : []));
  expect(heard.map(({ startMs }) => startMs)).toEqual([expect.closeTo(5000, -2), expect.closeTo(9400, -3)]);
});

/** Loud noise whose loudness changes as speech does. */
function babbled(length: number): Int16Array {
  const random = new SeededRandom(3);
  return Int16Array.from({ length }, (_, i) =>
    Math.round((random.integer(20_000) - 10_000) * (0.5 + 0.4 * Math.sin(i / 700))),
  );
}
