/** Root-mean-square level in dB relative to full scale: a full-scale sine is -3. Silence is -Infinity. */
export function levelDbfs(pcm: Int16Array): number {
  let power = 0;
  for (const sample of pcm) power += sample * sample;
  return pcm.length === 0 ? Number.NEGATIVE_INFINITY : 10 * Math.log10(power / pcm.length / 32_768 ** 2);
}

/** Level of one frequency alone (Goertzel's algorithm), on the scale of `levelDbfs`: a pure tone reads the same in both. */
export function toneLevelDbfs(pcm: Int16Array, frequencyHz: number, sampleRateHz: number): number {
  if (pcm.length === 0) return Number.NEGATIVE_INFINITY;
  const coefficient = 2 * Math.cos((2 * Math.PI * frequencyHz) / sampleRateHz);
  let before = 0;
  let last = 0;
  for (const sample of pcm) {
    const next = sample / 32_768 + coefficient * last - before;
    before = last;
    last = next;
  }
  const power = last * last + before * before - coefficient * last * before;
  return 10 * Math.log10((2 * Math.max(power, 0)) / pcm.length ** 2);
}

/** The strongest frequency between 100 Hz and 3.6 kHz, to 1 Hz for a tone of half a second; null in silence (below -60 dB). */
export function dominantFrequencyHz(pcm: Int16Array, sampleRateHz: number): number | null {
  if (levelDbfs(pcm) < -60) return null;
  const coarseHz = Math.max(2, sampleRateHz / Math.max(1, pcm.length) / 2);
  const top = Math.min(3600, sampleRateHz / 2 - coarseHz);
  const around = strongest(pcm, sampleRateHz, { fromHz: 100, toHz: top, stepHz: coarseHz });
  return strongest(pcm, sampleRateHz, { fromHz: around - coarseHz, toHz: around + coarseHz, stepHz: coarseHz / 20 });
}

function strongest(
  pcm: Int16Array,
  sampleRateHz: number,
  { fromHz, toHz, stepHz }: { fromHz: number; toHz: number; stepHz: number },
): number {
  let best = { frequencyHz: fromHz, levelDb: Number.NEGATIVE_INFINITY };
  for (let frequencyHz = fromHz; frequencyHz <= toHz; frequencyHz += stepHz) {
    const levelDb = toneLevelDbfs(pcm, frequencyHz, sampleRateHz);
    if (levelDb > best.levelDb) best = { frequencyHz, levelDb };
  }
  return best.frequencyHz;
}
