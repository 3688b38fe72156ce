/** One scored text: its log-odds, whether the label is true, and how much it counts. */
export type Scored = { readonly logOdds: number; readonly truth: boolean; readonly weight: number };

/**
 * Platt scaling (Platt 1999, with the numerically safe loss of Lin et al. 2007): the slope and offset that turn log-odds into
 * probabilities on texts that were not learnt from. Plain Newton steps with halving; 2 parameters need no more.
 */
export function fitPlatt(scored: readonly Scored[]): { readonly slope: number; readonly offset: number } {
  const positive = scored.reduce((sum, item) => sum + (item.truth ? item.weight : 0), 0);
  const negative = scored.reduce((sum, item) => sum + (item.truth ? 0 : item.weight), 0);
  // One kind alone says nothing about the scale.
  if (positive === 0 || negative === 0) return { slope: 1, offset: 0 };
  // Platt's smoothed targets keep a clean separation from running to infinity.
  const [high, low] = [(positive + 1) / (positive + 2), 1 / (negative + 2)];
  let [slope, offset] = [1, 0];
  for (let round = 0; round < 100; round++) {
    const sums = derivatives(scored, slope, offset, high, low);
    const determinant = sums.hss * sums.hoo - sums.hso ** 2;
    const stepSlope = (sums.hoo * sums.gs - sums.hso * sums.go) / determinant;
    const stepOffset = (sums.hss * sums.go - sums.hso * sums.gs) / determinant;
    const before = loss(scored, slope, offset, high, low);
    let share = 1;
    while (share > 1e-6 && loss(scored, slope - share * stepSlope, offset - share * stepOffset, high, low) > before) {
      share /= 2;
    }
    if (share <= 1e-6) break;
    slope -= share * stepSlope;
    offset -= share * stepOffset;
  }
  return { slope, offset };
}

function derivatives(scored: readonly Scored[], slope: number, offset: number, high: number, low: number) {
  const sums = { gs: 0, go: 0, hss: 1e-9, hso: 0, hoo: 1e-9 };
  for (const { logOdds, truth, weight } of scored) {
    const p = 1 / (1 + Math.exp(-(slope * logOdds + offset)));
    const error = weight * (p - (truth ? high : low));
    const curve = weight * p * (1 - p);
    sums.gs += error * logOdds;
    sums.go += error;
    sums.hss += curve * logOdds * logOdds;
    sums.hso += curve * logOdds;
    sums.hoo += curve;
  }
  return sums;
}

function loss(scored: readonly Scored[], slope: number, offset: number, high: number, low: number): number {
  return scored.reduce((sum, { logOdds, truth, weight }) => {
    const z = slope * logOdds + offset;
    // log(1 + e^-z), without overflow
    const negativeLog = z > 0 ? Math.log1p(Math.exp(-z)) : -z + Math.log1p(Math.exp(z));
    const target = truth ? high : low;
    return sum + weight * (negativeLog + (1 - target) * z);
  }, 0);
}
