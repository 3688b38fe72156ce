const FRAME_MS = 20;
const FRAME_SAMPLES = 320;
/** What is this far below the loudest frame is no speech, however quiet the line is. */
const BELOW_PEAK_DB = 35;
const ABOVE_FLOOR_DB = 6;
/** The quietest tenth of the frames is taken for the line's noise. */
const FLOOR_SHARE = 0.1;
const SHORTEST_MS = 60;
/** A boundary this near to a pause of at least this length belongs into the pause. */
const NEAR_FRAMES = 15;
const PAUSE_FRAMES = 4;

export type Span = { readonly startMs: number; readonly endMs: number };

/**
 * Puts words where their sound is: attention says about where a word lies, a pause nearby says where one ends and the next begins,
 * and the silence at both ends is taken off. `pcm`: -1 to 1 at 16 kHz; spans count from its beginning.
 */
export function withinSound<T extends Span>(words: readonly T[], pcm: Float32Array): readonly T[] {
  const levels = levelsOf(pcm);
  const peak = levels.reduce((most, level) => Math.max(most, level), Number.NEGATIVE_INFINITY);
  const floor = levels.toSorted()[Math.floor(levels.length * FLOOR_SHARE)] ?? 0;
  const bar = Math.min(Math.max(peak - BELOW_PEAK_DB, floor + ABOVE_FLOOR_DB), peak - 6);
  const isQuiet = (frame: number) => (levels[frame] ?? Number.NEGATIVE_INFINITY) < bar;
  return atPauses(words, isQuiet).map((word) => {
    let first = Math.floor(word.startMs / FRAME_MS);
    let end = Math.ceil(word.endMs / FRAME_MS);
    while (end - first > SHORTEST_MS / FRAME_MS && isQuiet(first)) first += 1;
    while (end - first > SHORTEST_MS / FRAME_MS && isQuiet(end - 1)) end -= 1;
    return { ...word, startMs: Math.max(word.startMs, first * FRAME_MS), endMs: Math.min(word.endMs, end * FRAME_MS) };
  });
}

/** Where two words meet, and a pause is near, they meet in the middle of the pause. */
function atPauses<T extends Span>(words: readonly T[], isQuiet: (frame: number) => boolean): readonly T[] {
  const meetings = words.map((word, i) => {
    const before = words[i - 1];
    if (before === undefined || before.endMs !== word.startMs) return null;
    const pauseMs = pauseNear(word.startMs / FRAME_MS, isQuiet);
    return pauseMs === null || pauseMs <= before.startMs || pauseMs >= word.endMs ? null : pauseMs;
  });
  return words.map((word, i) => ({
    ...word,
    startMs: meetings[i] ?? word.startMs,
    endMs: meetings[i + 1] ?? word.endMs,
  }));
}

/** The middle of the nearest pause, in ms; null where none is near. */
function pauseNear(frame: number, isQuiet: (frame: number) => boolean): number | null {
  const middle = Math.round(frame);
  for (let off = 0; off <= NEAR_FRAMES; off++) {
    for (const at of [middle - off, middle + off]) {
      if (!isQuiet(at)) continue;
      let first = at;
      let end = at + 1;
      while (first > 0 && isQuiet(first - 1)) first -= 1;
      while (end - at < 100 && isQuiet(end)) end += 1;
      if (end - first >= PAUSE_FRAMES) return ((first + end) / 2) * FRAME_MS;
    }
  }
  return null;
}

function levelsOf(pcm: Float32Array): Float64Array {
  return Float64Array.from({ length: Math.floor(pcm.length / FRAME_SAMPLES) }, (_, frame) => {
    let squares = 0;
    for (let i = frame * FRAME_SAMPLES; i < (frame + 1) * FRAME_SAMPLES; i++) squares += (pcm[i] as number) ** 2;
    return 10 * Math.log10(squares / FRAME_SAMPLES + 1e-10);
  });
}
