const FRAME_MS = 20;
const FRAME_SAMPLES = 320;
/** What is this far below the loudest frame is no speech, however quiet the line is. */
const BELOW_PEAK_DB = 35;
const ABOVE_FLOOR_DB = 6;
/** The quietest tenth of the frames is taken for the line's noise. */
const FLOOR_SHARE = 0.1;
const SHORTEST_MS = 60;

export type Span = { readonly startMs: number; readonly endMs: number };

/**
 * Takes the silence off both ends of words: attention says between which frames a word lies, the sound says where in
 * between it really is. `pcm`: -1 to 1 at 16 kHz; spans count from its beginning.
 */
export function withinSound<T extends Span>(words: readonly T[], pcm: Float32Array): readonly T[] {
  const levels = levelsOf(pcm);
  const peak = levels.reduce((most, level) => Math.max(most, level), Number.NEGATIVE_INFINITY);
  const floor = levels.toSorted()[Math.floor(levels.length * FLOOR_SHARE)] ?? 0;
  const bar = Math.min(Math.max(peak - BELOW_PEAK_DB, floor + ABOVE_FLOOR_DB), peak - 6);
  const isQuiet = (frame: number) => (levels[frame] ?? Number.NEGATIVE_INFINITY) < bar;
  return words.map((word) => {
    let first = Math.floor(word.startMs / FRAME_MS);
    let end = Math.ceil(word.endMs / FRAME_MS);
    while (end - first > SHORTEST_MS / FRAME_MS && isQuiet(first)) first += 1;
    while (end - first > SHORTEST_MS / FRAME_MS && isQuiet(end - 1)) end -= 1;
    return { ...word, startMs: Math.max(word.startMs, first * FRAME_MS), endMs: Math.min(word.endMs, end * FRAME_MS) };
  });
}

function levelsOf(pcm: Float32Array): Float64Array {
  return Float64Array.from({ length: Math.floor(pcm.length / FRAME_SAMPLES) }, (_, frame) => {
    let squares = 0;
    for (let i = frame * FRAME_SAMPLES; i < (frame + 1) * FRAME_SAMPLES; i++) squares += (pcm[i] as number) ** 2;
    return 10 * Math.log10(squares / FRAME_SAMPLES + 1e-10);
  });
}
