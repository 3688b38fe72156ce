import { percentile, type Row, rounded } from "../result.ts";

/** What the desk is held against. A frame is the time between two callbacks of `requestAnimationFrame`. */
const wanted = { firstPaintMs: 1000, scriptKb: 250, longestFrameMs: 100 } as const;

/** One opening with nothing cached, in ms since the navigation began. */
export type Opening = {
  /** First contentful paint. */
  readonly paintMs: number;
  /** The desk's own state, as the server told it over `/live`, is painted. */
  readonly stateMs: number;
  /** The first of the recent calls is painted. */
  readonly callsMs: number;
};

export type Spread = { readonly p50: number; readonly p95: number; readonly longest: number };

/** kB are 1000 bytes of gzip, as transferred. */
export type ScriptSizes = {
  readonly files: number;
  /** All that had come when the desk's state was on screen. */
  readonly firstScreenKb: number;
  /** With what the page fetches behind it: the telephone. */
  readonly withTelephoneKb: number;
};

/** What a page saw while something went on. */
export type Frames = {
  readonly gapsMs: readonly number[];
  /** Tasks from 50 ms on; shorter ones a browser does not tell of. */
  readonly tasksMs: readonly number[];
  readonly scrolls: number;
};

export const parts = ["idle", "lines", "list-shown", "list-scrolled"] as const;
export type Part = (typeof parts)[number];

export type FrameFigures = {
  readonly frames: number;
  readonly p95FrameMs: number;
  readonly longestFrameMs: number;
  readonly longTasks: number;
  /** 0: none took 50 ms. */
  readonly longestTaskMs: number;
};

export type Measured = {
  readonly openings: readonly Opening[];
  readonly script: ScriptSizes;
  readonly frames: Readonly<Record<Part, FrameFigures>>;
};

export function spreadOf(values: readonly number[]): Spread {
  const at = (share: number) => rounded(percentile(values, share));
  return { p50: at(0.5), p95: at(0.95), longest: at(1) };
}

export function figuresOf({ gapsMs, tasksMs }: Pick<Frames, "gapsMs" | "tasksMs">): FrameFigures {
  return {
    frames: gapsMs.length,
    p95FrameMs: rounded(percentile(gapsMs, 0.95)),
    longestFrameMs: rounded(Math.max(0, ...gapsMs)),
    longTasks: tasksMs.length,
    longestTaskMs: rounded(Math.max(0, ...tasksMs)),
  };
}

/** What is not as it should be, in words; the idle page is held against nothing. */
export function problemsOf({ openings, script, frames }: Measured): readonly string[] {
  const late = (["paintMs", "stateMs"] as const).flatMap((what) => {
    const { p95 } = spreadOf(openings.map((one) => one[what]));
    return p95 < wanted.firstPaintMs ? [] : [`${what}: p95 ${p95}, less than ${wanted.firstPaintMs} wanted`];
  });
  const heavy =
    script.firstScreenKb < wanted.scriptKb
      ? []
      : [`script of the first screen: ${script.firstScreenKb} kB of gzip, less than ${wanted.scriptKb} wanted`];
  const dropped = parts.flatMap((part) => {
    const { longestFrameMs, longestTaskMs } = frames[part];
    const longest = Math.max(longestFrameMs, longestTaskMs);
    return part === "idle" || longest <= wanted.longestFrameMs
      ? []
      : [`${part}: a frame or task of ${longest} ms, at most ${wanted.longestFrameMs} wanted`];
  });
  return [...late, ...heavy, ...dropped];
}

export function rowOf(part: Part, round: number, figures: FrameFigures): Row {
  return { round, part, ...figures };
}
