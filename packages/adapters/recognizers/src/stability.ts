/**
 * How stable a reading is: what a recogniser without probabilities of its own can honestly say of its confidence.
 * The same sound is read several times, slightly changed; what it really understands comes out the same each time.
 */

/** Which items of `reading` are found again, in order, in `other` (a shortest edit path; ties prefer keeping). */
export function keptItems(reading: readonly string[], other: readonly string[]): boolean[] {
  const columns = other.length + 1;
  const cost = new Uint32Array((reading.length + 1) * columns);
  const at = (i: number, j: number): number => cost[i * columns + j] ?? 0;
  for (let i = 0; i <= reading.length; i++) {
    for (let j = 0; j <= other.length; j++) {
      const same = i > 0 && j > 0 && reading[i - 1] === other[j - 1];
      cost[i * columns + j] =
        i === 0 || j === 0 ? i + j : Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + (same ? 0 : 1));
    }
  }
  const kept = new Array<boolean>(reading.length).fill(false);
  let i = reading.length;
  let j = other.length;
  while (i > 0 && j > 0) {
    const same = reading[i - 1] === other[j - 1];
    if (at(i, j) === at(i - 1, j - 1) + (same ? 0 : 1)) {
      i -= 1;
      j -= 1;
      kept[i] = same;
    } else if (at(i, j) === at(i - 1, j) + 1) i -= 1;
    else j -= 1;
  }
  return kept;
}

/** 1 for equal readings, 0 for nothing in common: the kept share of the longer one. */
export function agreement(reading: readonly string[], other: readonly string[]): number {
  const longer = Math.max(reading.length, other.length);
  return longer === 0 ? 1 : keptItems(reading, other).filter(Boolean).length / longer;
}

/** Plays faster (`factor` above 1) or slower, pitch and all. Linear interpolation: a few per cent do no harm to speech. */
export function changeSpeed(pcm: Float32Array, factor: number): Float32Array {
  const length = Math.max(0, Math.floor((pcm.length - 1) / factor));
  return Float32Array.from({ length }, (_, i) => {
    const place = i * factor;
    const before = Math.floor(place);
    const part = place - before;
    return (pcm[before] ?? 0) * (1 - part) + (pcm[before + 1] ?? 0) * part;
  });
}

/** The same sound `samples` later. */
export function delay(pcm: Float32Array, samples: number): Float32Array {
  const later = new Float32Array(pcm.length + samples);
  later.set(pcm, samples);
  return later;
}
