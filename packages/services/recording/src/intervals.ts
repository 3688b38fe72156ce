/** Half-open [start, end), in samples. */
export type Interval = { readonly start: number; readonly end: number };

/** Sorted, without overlaps, touching ones joined. */
export function joined(intervals: readonly Interval[]): Interval[] {
  const result: { start: number; end: number }[] = [];
  for (const { start, end } of [...intervals].sort((a, b) => a.start - b.start)) {
    if (end <= start) continue;
    const last = result.at(-1);
    if (last !== undefined && start <= last.end) last.end = Math.max(last.end, end);
    else result.push({ start, end });
  }
  return result;
}

/** What of `whole` is in none of `taken`; both as `joined` gives them. */
export function without(whole: readonly Interval[], taken: readonly Interval[]): Interval[] {
  const result: Interval[] = [];
  let next = 0;
  for (const { start, end } of whole) {
    while ((taken[next]?.end ?? Number.POSITIVE_INFINITY) <= start) next += 1;
    let from = start;
    for (let at = next; at < taken.length && (taken[at]?.start ?? end) < end; at++) {
      const { start: takenStart, end: takenEnd } = taken[at] ?? { start: end, end };
      if (takenStart > from) result.push({ start: from, end: takenStart });
      from = Math.max(from, takenEnd);
    }
    if (from < end) result.push({ start: from, end });
  }
  return result;
}
