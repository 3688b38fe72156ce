/**
 * Cuts a stream of 32 ms windows into utterances. Pure; it counts windows and never sees audio.
 *
 *                    a window is voiced                 enough are voiced: speech-started
 *     silence ────────────────────────► speech, unsure ─────────────────────────────────► speech
 *        ▲                                    │ a pause: blip                                │
 *        └────────────────────────────────────┴────────────── a pause, soft cut, flush ──────┤
 *                                                                          hard cut: utterance, and on with the rest
 *
 * An utterance is [fromWindow, toWindow): some pre-roll (the voice detector notices an onset late), the speech with the
 * pauses that are too short to end it, and a tail. Utterances never overlap, and no voiced window is left out of them but
 * those of a blip, which is too short for a word. Where someone talks without a pause, a long utterance is cut early at the
 * first little pause (soft), and at the latest at its quietest place (hard): the recogniser loses sentences in longer ones.
 */
export type CutterSettings = {
  /** A voice begins at this probability … */
  readonly startProbability: number;
  /** … and goes on down to this one. */
  readonly keepProbability: number;
  readonly preRollWindows: number;
  /** Kept behind the last voiced window. */
  readonly tailWindows: number;
  /** Fewer voiced windows than this are no speech. */
  readonly leastVoicedWindows: number;
  /** A pause this long ends an utterance. */
  readonly hangoverWindows: number;
  /** After this much of it the speech has probably ended: time to recognise it, in case. Not less than `tailWindows`. */
  readonly likelyEndWindows: number;
  /** Speech this long may be judged before it ends … */
  readonly draftAfterWindows: number;
  /** … and again each time that it has grown by this. */
  readonly draftEveryWindows: number;
  /** From this length on, a pause of `softPauseWindows` ends it too. */
  readonly softAfterWindows: number;
  readonly softPauseWindows: number;
  /** No utterance is longer than this. */
  readonly longestWindows: number;
  /** How far back from the longest the quietest place is looked for. */
  readonly searchWindows: number;
};

/**
 * A pause of 608 ms ends an utterance: shorter ones are frequent inside a sentence, and the recogniser understands half a
 * sentence worse; longer ones would hold a warning back for little. Measured on 100 clips over a telephone (2026-11-22):
 * 24.7 % of characters wrong at 512 ms, 22.2 at 640, 21.8 at 768. Where nobody pauses, cutting between 4 and 6 s loses least.
 */
export const DEFAULT_CUTTER: CutterSettings = {
  startProbability: 0.5,
  keepProbability: 0.35,
  preRollWindows: 8,
  tailWindows: 5,
  leastVoicedWindows: 4,
  hangoverWindows: 19,
  likelyEndWindows: 10,
  draftAfterWindows: 75,
  draftEveryWindows: 38,
  softAfterWindows: 140,
  softPauseWindows: 5,
  longestWindows: 187,
  searchWindows: 37,
};

type HeardWindow = { readonly probability: number; readonly levelDbfs: number; readonly voiced: boolean };

export type CutterState = {
  /** The number of the window to come. */
  readonly next: number;
  /** Everything before this window has been given out or is past use. */
  readonly floor: number;
  readonly speech: null | {
    readonly from: number;
    /** One entry a window since `from`; at most `longestWindows`. */
    readonly windows: readonly HeardWindow[];
    /** Enough was voiced, here or before a hard cut. */
    readonly sure: boolean;
  };
  /** The last windows before speech, for the pre-roll's levels; at most `preRollWindows`. */
  readonly before: readonly HeardWindow[];
};

export type CutterEvent =
  | { readonly kind: "window"; readonly probability: number; readonly levelDbfs: number }
  /** Nothing follows (the end, or a gap): what is open ends here. */
  | { readonly kind: "flush" };

export type CutReason = "pause" | "soft" | "hard" | "flush";

/** Windows [fromWindow, toWindow) and what was heard in them. */
export type CutPiece = {
  readonly fromWindow: number;
  readonly toWindow: number;
  readonly firstVoiced: number;
  readonly lastVoiced: number;
  readonly voicedWindows: number;
  /** Mean over the voiced windows. */
  readonly meanProbability: number;
  readonly levelDbfs: number;
};

export type CutterEffect =
  | { readonly kind: "speech-started"; readonly firstVoiced: number }
  /** Somebody has been speaking for a while, and goes on. */
  | { readonly kind: "so-far"; readonly piece: CutPiece }
  /** If nothing more is said, an utterance of exactly this piece follows. */
  | { readonly kind: "likely-end"; readonly piece: CutPiece }
  | { readonly kind: "utterance"; readonly piece: CutPiece; readonly cut: CutReason }
  | { readonly kind: "blip"; readonly fromWindow: number; readonly toWindow: number };

export const CUTTER_START: CutterState = { next: 0, floor: 0, speech: null, before: [] };

export function cut(state: CutterState, event: CutterEvent, settings: CutterSettings): [CutterState, CutterEffect[]] {
  if (event.kind === "flush") return flush(state);
  const bar = state.speech === null ? settings.startProbability : settings.keepProbability;
  const heard: HeardWindow = { ...event, voiced: event.probability >= bar };
  return state.speech === null ? inSilence(state, heard, settings) : inSpeech(state, state.speech, heard, settings);
}

type Speech = NonNullable<CutterState["speech"]>;

function inSilence(state: CutterState, heard: HeardWindow, settings: CutterSettings): [CutterState, CutterEffect[]] {
  const next = state.next + 1;
  if (!heard.voiced) {
    return [{ ...state, next, before: lastOf([...state.before, heard], settings.preRollWindows) }, []];
  }
  const before = lastOf(state.before, Math.min(settings.preRollWindows, state.next - state.floor));
  const speech = { from: state.next - before.length, windows: [...before, heard], sure: false };
  return settle({ ...state, next, speech, before: [] }, speech, settings);
}

function inSpeech(
  state: CutterState,
  speech: Speech,
  heard: HeardWindow,
  settings: CutterSettings,
): [CutterState, CutterEffect[]] {
  const grown = { ...speech, windows: [...speech.windows, heard] };
  return settle({ ...state, next: state.next + 1, speech: grown }, grown, settings);
}

/** Whether the speech has become sure, and whether it ends here. */
function settle(state: CutterState, speech: Speech, settings: CutterSettings): [CutterState, CutterEffect[]] {
  const effects: CutterEffect[] = [];
  let current = speech;
  if (!current.sure && countVoiced(current.windows) >= settings.leastVoicedWindows) {
    current = { ...current, sure: true };
    effects.push({ kind: "speech-started", firstVoiced: current.from + firstVoiced(current.windows) });
  }
  const pause = current.windows.length - 1 - lastVoiced(current.windows);
  const long = current.windows.length >= settings.softAfterWindows;
  if (pause >= settings.hangoverWindows || (long && current.sure && pause >= settings.softPauseWindows)) {
    const why = pause >= settings.hangoverWindows ? "pause" : "soft";
    const [ended, ending] = end(state, current, why, settings);
    return [ended, [...effects, ...ending]];
  }
  if (current.sure && pause === settings.likelyEndWindows) {
    effects.push({ kind: "likely-end", piece: pieceOf(current, lengthWithTail(current, settings)) });
  }
  if (current.windows.length >= settings.longestWindows) {
    const [halved, halving] = divide(state, current, settings);
    return [halved, [...effects, ...halving]];
  }
  const beyond = current.windows.length - settings.draftAfterWindows;
  if (current.sure && pause < settings.likelyEndWindows && beyond >= 0 && beyond % settings.draftEveryWindows === 0) {
    effects.push({ kind: "so-far", piece: pieceOf(current, current.windows.length) });
  }
  return [{ ...state, speech: current }, effects];
}

function end(
  state: CutterState,
  speech: Speech,
  why: CutReason,
  settings: Pick<CutterSettings, "tailWindows" | "preRollWindows">,
): [CutterState, CutterEffect[]] {
  const length = lengthWithTail(speech, settings);
  const floor = speech.from + length;
  const before = lastOf(speech.windows.slice(length), settings.preRollWindows);
  return [{ next: state.next, floor, speech: null, before }, [give(speech, length, why)]];
}

/** Cuts at the quietest window of the last stretch; what lies behind it begins the next utterance. */
function divide(state: CutterState, speech: Speech, settings: CutterSettings): [CutterState, CutterEffect[]] {
  const count = speech.windows.length;
  let quietest = Math.max(0, count - settings.searchWindows);
  for (let i = quietest; i < count; i++) {
    if ((speech.windows[i]?.levelDbfs ?? 0) < (speech.windows[quietest]?.levelDbfs ?? 0)) quietest = i;
  }
  const length = quietest + 1;
  const from = speech.from + length;
  const rest = speech.windows.slice(length);
  // With no voice in it, the rest is silence, and may be the next one's pre-roll.
  const next: CutterState =
    countVoiced(rest) === 0
      ? { next: state.next, floor: from, speech: null, before: lastOf(rest, settings.preRollWindows) }
      : { next: state.next, floor: from, speech: { from, windows: rest, sure: speech.sure }, before: [] };
  return [next, [give(speech, length, "hard")]];
}

function flush(state: CutterState): [CutterState, CutterEffect[]] {
  const { speech, next } = state;
  const silent: CutterState = { next, floor: next, speech: null, before: [] };
  return [silent, speech === null ? [] : [give(speech, speech.windows.length, "flush")]];
}

function lengthWithTail({ windows }: Speech, { tailWindows }: Pick<CutterSettings, "tailWindows">): number {
  return Math.min(lastVoiced(windows) + 1 + tailWindows, windows.length);
}

/** The first `length` windows of the speech, as an utterance or as a blip. */
function give(speech: Speech, length: number, why: CutReason): CutterEffect {
  if (!speech.sure || countVoiced(speech.windows.slice(0, length)) === 0) {
    return { kind: "blip", fromWindow: speech.from, toWindow: speech.from + length };
  }
  return { kind: "utterance", piece: pieceOf(speech, length), cut: why };
}

function pieceOf(speech: Speech, length: number): CutPiece {
  const windows = speech.windows.slice(0, length);
  const voiced = windows.filter((window) => window.voiced);
  return {
    fromWindow: speech.from,
    toWindow: speech.from + length,
    firstVoiced: speech.from + firstVoiced(windows),
    lastVoiced: speech.from + lastVoiced(windows),
    voicedWindows: voiced.length,
    meanProbability: mean(voiced.map((window) => window.probability)),
    levelDbfs: mean(voiced.map((window) => window.levelDbfs)),
  };
}

function countVoiced(windows: readonly HeardWindow[]): number {
  return windows.reduce((count, window) => count + (window.voiced ? 1 : 0), 0);
}

function firstVoiced(windows: readonly HeardWindow[]): number {
  return windows.findIndex((window) => window.voiced);
}

function lastVoiced(windows: readonly HeardWindow[]): number {
  return windows.findLastIndex((window) => window.voiced);
}

function lastOf<T>(items: readonly T[], count: number): readonly T[] {
  return items.slice(Math.max(0, items.length - count));
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
