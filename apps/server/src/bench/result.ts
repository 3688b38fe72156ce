import { z } from "zod";

/** Lower is better everywhere: CPU time or waiting, ours over the peer's, measured in one run on one machine. */
export const BenchResult = z.object({
  name: z.string().min(1),
  ours: z.number().positive(),
  peer: z.number().positive(),
  ratio: z.number().positive(),
  unit: z.string().min(1),
  /** What the figures are of, in words: `ours` and `peer` mean something else in each bench. */
  measured: z.object({ ours: z.string().min(1), peer: z.string().min(1) }),
  /** Null where no bound was promised. */
  target: z.object({ ratioAtMost: z.number().positive() }).nullable(),
  /** The target was met and nothing was lost. */
  ok: z.boolean(),
  /** What went wrong, in words; empty when `ok`. */
  problems: z.array(z.string()),
  conditions: z.object({
    machine: z.string(),
    cores: z.number().int().positive(),
    memoryGiB: z.number().positive(),
    node: z.string(),
    /** ISO 8601, UTC. */
    date: z.iso.datetime(),
    calls: z.number().int().positive(),
    /** Length of one measurement. */
    seconds: z.number().positive(),
    /** One minute's load average before and after: above `cores` the machine was busy with other things too. */
    load: z.object({ before: z.number().nonnegative(), after: z.number().nonnegative() }),
    notes: z.array(z.string()),
  }),
  /** One row for each single measurement, in the order in which they were taken. */
  rounds: z.array(z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]))),
  /** What else was measured on the way, by name. */
  more: z.record(z.string(), z.unknown()),
});
export type BenchResult = z.infer<typeof BenchResult>;

export type Row = BenchResult["rounds"][number];

/** To three significant digits: more would claim what one run cannot know. */
export function rounded(value: number): number {
  return Number(value.toPrecision(3));
}

export function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length);
}

/** The value that `share` (0 to 1) of the values do not exceed (nearest rank); NaN of none. */
export function percentile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
}
