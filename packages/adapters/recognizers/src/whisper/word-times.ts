/** Where each step's attention goes over time, frame by frame: one row a token, and one for the end. */
export type AttentionRows = readonly Float32Array[];

/** Frames over which a look is smoothed. openai-whisper takes 7; on joins of two people's clips 3 is no worse. */
const MEDIAN_FRAMES = 3;
/** The heads look at what comes a little before it comes (80 ms, measured on the same joins). */
const LOOK_AHEAD_FRAMES = 4;

/**
 * When each token begins, in frames, and behind them when the text ends: dynamic time warping of the attention of the heads
 * that are known to follow the sound (the way of openai-whisper's `word_timestamps`; Sakoe and Chiba 1978). `frames`: those
 * that hold the sound; what is looked at behind them does not count.
 */
export function tokenStarts(attention: AttentionRows, frames: number): readonly number[] {
  const rows = attention.length;
  if (rows === 0 || frames === 0) return [];
  const starts = firstFrames(warp(sharpened(attention, frames), rows, frames), rows, frames);
  return starts.map((frame, row) => (row === 0 ? 0 : Math.min(frames - 1, frame + LOOK_AHEAD_FRAMES)));
}

/** Each frame's looks against one another (a frame that everybody looks at says nothing), smoothed over time. */
function sharpened(attention: AttentionRows, frames: number): Float64Array {
  const rows = attention.length;
  const values = new Float64Array(rows * frames);
  for (let frame = 0; frame < frames; frame++) {
    let sum = 0;
    let squares = 0;
    for (const row of attention) {
      const value = row[frame] ?? 0;
      sum += value;
      squares += value * value;
    }
    const mean = sum / rows;
    const spread = Math.sqrt(Math.max(0, squares / rows - mean * mean)) + 1e-9;
    for (const [at, row] of attention.entries()) values[at * frames + frame] = ((row[frame] ?? 0) - mean) / spread;
  }
  const smooth = new Float64Array(rows * frames);
  const near = new Float64Array(MEDIAN_FRAMES);
  for (let row = 0; row < rows; row++) {
    for (let frame = 0; frame < frames; frame++) {
      for (let i = 0; i < MEDIAN_FRAMES; i++) {
        const at = Math.min(frames - 1, Math.max(0, frame + i - (MEDIAN_FRAMES >> 1)));
        near[i] = values[row * frames + at] as number;
      }
      smooth[row * frames + frame] = near.toSorted()[MEDIAN_FRAMES >> 1] as number;
    }
  }
  return smooth;
}

/** Which of its neighbours a cell was reached from. */
const From = { Both: 0, Row: 1, Frame: 2 } as const;

/** The way of each cell to the best path's beginning. */
function warp(looks: Float64Array, rows: number, frames: number): Uint8Array {
  const ways = new Uint8Array(rows * frames);
  let before = new Float64Array(frames).fill(Number.POSITIVE_INFINITY);
  for (let row = 0; row < rows; row++) {
    const costs = new Float64Array(frames);
    for (let frame = 0; frame < frames; frame++) {
      const both =
        row === 0 && frame === 0 ? 0 : frame === 0 ? Number.POSITIVE_INFINITY : (before[frame - 1] as number);
      const sameFrame = before[frame] as number;
      const sameRow = frame === 0 ? Number.POSITIVE_INFINITY : (costs[frame - 1] as number);
      const least = Math.min(both, sameFrame, sameRow);
      ways[row * frames + frame] = least === both ? From.Both : least === sameFrame ? From.Row : From.Frame;
      costs[frame] = least - (looks[row * frames + frame] as number);
    }
    before = costs;
  }
  return ways;
}

function firstFrames(ways: Uint8Array, rows: number, frames: number): readonly number[] {
  const starts = new Array<number>(rows).fill(0);
  let row = rows - 1;
  let frame = frames - 1;
  while (row > 0 || frame > 0) {
    starts[row] = frame;
    const way = ways[row * frames + frame];
    if (way === From.Both || way === From.Row) row -= 1;
    if (way === From.Both || way === From.Frame) frame -= 1;
    row = Math.max(0, row);
    frame = Math.max(0, frame);
  }
  starts[0] = 0;
  return starts;
}
