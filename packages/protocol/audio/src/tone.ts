/** A sine of a given level (root mean square, dB relative to full scale: at most -3). */
export function tone({
  frequencyHz,
  durationMs,
  levelDbfs = -15,
  sampleRateHz = 8000,
}: {
  frequencyHz: number;
  durationMs: number;
  levelDbfs?: number;
  sampleRateHz?: number;
}): Int16Array {
  const peak = Math.min(32_767, 32_768 * Math.SQRT2 * 10 ** (levelDbfs / 20));
  const step = (2 * Math.PI * frequencyHz) / sampleRateHz;
  return Int16Array.from({ length: Math.round((durationMs * sampleRateHz) / 1000) }, (_, i) =>
    Math.round(peak * Math.sin(step * i)),
  );
}
