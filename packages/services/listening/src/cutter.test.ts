import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { CUTTER_START, type CutterEffect, type CutterEvent, cut, DEFAULT_CUTTER } from "./cutter.ts";

/** `#` is a voiced window, `.` a silent one, `-` a quiet voiced one. */
function windows(picture: string): CutterEvent[] {
  return [...picture].map((mark) => ({
    kind: "window",
    probability: mark === "." ? 0.05 : 0.9,
    levelDbfs: mark === "#" ? -20 : -50,
  }));
}

function run(events: readonly CutterEvent[], settings = DEFAULT_CUTTER): CutterEffect[] {
  let state = CUTTER_START;
  return events.flatMap((event) => {
    const [next, effects] = cut(state, event, settings);
    state = next;
    return effects;
  });
}

const silence = (count: number) => ".".repeat(count);
const voice = (count: number) => "#".repeat(count);
/** All but what is only likely. */
const summary = (effects: readonly CutterEffect[]) => effects.flatMap(lineOf);

function lineOf(effect: CutterEffect): string[] {
  switch (effect.kind) {
    case "speech-started":
      return [`started ${effect.firstVoiced}`];
    case "blip":
      return [`blip ${effect.fromWindow}-${effect.toWindow}`];
    case "likely-end":
    case "so-far":
      return [];
    case "utterance": {
      const { fromWindow, toWindow, firstVoiced, lastVoiced } = effect.piece;
      return [`${effect.cut} ${fromWindow}-${toWindow} voice ${firstVoiced}-${lastVoiced}`];
    }
  }
}

describe("the cutter", () => {
  test.for([
    { name: "silence gives nothing", picture: silence(400), expected: [] },
    {
      name: "an utterance has its pre-roll and its tail",
      picture: silence(20) + voice(10) + silence(20),
      expected: ["started 20", "pause 12-35 voice 20-29"],
    },
    {
      name: "there is no pre-roll before the first window",
      picture: silence(3) + voice(10) + silence(20),
      expected: ["started 3", "pause 0-18 voice 3-12"],
    },
    {
      name: "a pause shorter than the hangover does not cut",
      picture: voice(10) + silence(18) + voice(10) + silence(19),
      expected: ["started 0", "pause 0-43 voice 0-37"],
    },
    {
      name: "a pause as long as the hangover does",
      picture: voice(10) + silence(19) + voice(10) + silence(19),
      expected: ["started 0", "pause 0-15 voice 0-9", "started 29", "pause 21-44 voice 29-38"],
    },
    {
      name: "three voiced windows are a blip, not speech",
      picture: silence(10) + voice(3) + silence(20),
      expected: ["blip 2-18"],
    },
    {
      name: "the next pre-roll never reaches into the utterance before",
      picture: voice(140) + silence(5) + voice(10) + silence(19),
      expected: ["started 0", "soft 0-145 voice 0-139", "started 145", "pause 145-160 voice 145-154"],
    },
    {
      name: "talk without a pause is cut at its quietest window",
      picture: `${voice(170)}-${voice(40)}${silence(19)}`,
      expected: ["started 0", "hard 0-171 voice 0-170", "pause 171-216 voice 171-210"],
    },
  ])("$name", ({ picture, expected }) => {
    expect(summary(run(windows(picture)))).toEqual(expected);
  });

  test("a flush ends what is open, whatever is open", () => {
    expect(summary(run([...windows(voice(10)), { kind: "flush" }]))).toEqual(["started 0", "flush 0-10 voice 0-9"]);
    expect(summary(run([...windows(voice(2)), { kind: "flush" }]))).toEqual(["blip 0-2"]);
    expect(run([...windows(silence(5)), { kind: "flush" }])).toEqual([]);
  });

  test("a voice that fades stays a voice down to the lower bar", () => {
    const fading: CutterEvent[] = [0.9, 0.9, 0.9, 0.9, 0.4, 0.4].map((probability) => ({
      kind: "window",
      probability,
      levelDbfs: -20,
    }));
    expect(summary(run([...fading, ...windows(silence(19))]))).toEqual(["started 0", "pause 0-11 voice 0-5"]);
  });

  const talk = fc
    .array(
      fc.record({
        mark: fc.constantFrom("#", ".", "-"),
        count: fc.oneof(fc.integer({ min: 1, max: 30 }), fc.integer({ min: 1, max: 400 })),
      }),
      { maxLength: 25 },
    )
    .map((runs) => runs.map(({ mark, count }) => mark.repeat(count)).join(""));

  test("no voiced window is lost or given twice, and no utterance is too long", () => {
    fc.assert(
      fc.property(talk, (picture) => {
        const given = run([...windows(picture), { kind: "flush" }]).flatMap(
          (effect): { fromWindow: number; toWindow: number }[] => {
            if (effect.kind === "utterance") return [effect.piece];
            return effect.kind === "blip" ? [effect] : [];
          },
        );
        const owners = new Array<number>(picture.length).fill(0);
        let floor = 0;
        for (const piece of given) {
          expect(piece.fromWindow).toBeGreaterThanOrEqual(floor);
          expect(piece.toWindow - piece.fromWindow).toBeLessThanOrEqual(DEFAULT_CUTTER.longestWindows);
          expect(piece.toWindow).toBeLessThanOrEqual(picture.length);
          floor = piece.toWindow;
          for (let window = piece.fromWindow; window < piece.toWindow; window++)
            owners[window] = (owners[window] ?? 0) + 1;
        }
        for (const [window, mark] of [...picture].entries()) {
          expect(owners[window]).toBeLessThanOrEqual(1);
          if (mark !== ".") expect(owners[window]).toBe(1);
        }
      }),
      { numRuns: 150 },
    );
  });

  test("every utterance holds speech, and is announced before it is given", () => {
    fc.assert(
      fc.property(talk, (picture) => {
        let announced = false;
        for (const effect of run([...windows(picture), { kind: "flush" }])) {
          if (effect.kind === "speech-started") announced = true;
          if (effect.kind !== "utterance") continue;
          expect(announced).toBe(true);
          const { piece } = effect;
          expect(piece.voicedWindows).toBeGreaterThan(0);
          expect(piece.meanProbability).toBeGreaterThanOrEqual(DEFAULT_CUTTER.keepProbability);
          expect(piece.firstVoiced).toBeGreaterThanOrEqual(piece.fromWindow);
          expect(piece.lastVoiced).toBeLessThan(piece.toWindow);
          if (effect.cut !== "hard") announced = false;
        }
      }),
      { numRuns: 100 },
    );
  });

  test("what is likely to end is given as it was announced, unless more is said", () => {
    const effects = run(windows(`${voice(10)}${silence(12)}${voice(5)}${silence(19)}`));
    const pieces = effects.flatMap((effect) =>
      effect.kind === "likely-end" || effect.kind === "utterance" ? [[effect.kind, effect.piece] as const] : [],
    );
    expect(pieces.map(([kind, piece]) => [kind, piece.lastVoiced])).toEqual([
      ["likely-end", 9],
      ["likely-end", 26],
      ["utterance", 26],
    ]);
    expect(pieces[2]?.[1]).toEqual(pieces[1]?.[1]);
  });

  test("a pause that ends an utterance was announced with the same piece", () => {
    fc.assert(
      fc.property(talk, (picture) => {
        let likely: unknown;
        for (const effect of run(windows(picture))) {
          if (effect.kind === "likely-end") likely = effect.piece;
          if (effect.kind === "utterance" && effect.cut === "pause") expect(likely).toEqual(effect.piece);
        }
      }),
      { numRuns: 100 },
    );
  });
});

test("somebody who goes on is heard so far after 2.4 s and every 1.2 s, from the same beginning, and not in a pause", () => {
  const effects = run(windows(silence(20) + voice(120) + silence(30)));
  const soFar = effects.flatMap((effect) => (effect.kind === "so-far" ? [effect.piece] : []));
  expect(soFar.map(({ fromWindow, toWindow }) => toWindow - fromWindow)).toEqual([75, 113]);
  const [whole] = effects.flatMap((effect) => (effect.kind === "utterance" ? [effect.piece] : []));
  for (const piece of soFar) expect(piece.firstVoiced).toBe(whole?.firstVoiced);
  const paused = run(windows(voice(60) + silence(18) + voice(20) + silence(20)));
  expect(paused.filter(({ kind }) => kind === "so-far")).toEqual([]);
});
