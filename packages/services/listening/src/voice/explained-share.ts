/** The path from one side to the other: 32 ms of a line's, a room's or a headset's answer at 2 kHz, from before its peak on. */
const TAPS = 64;
const BEFORE_PEAK = 16;
/** Two sounds that nowhere follow each other this much are two; of independent voices one pair in a hundred does. */
const LEAST_ALIKE = 0.3;
/** Keeps the equations solvable where a frequency is missing. */
const REGULARISATION = 1e-4;

/**
 * How much of `piece`'s energy is `whole` (which is longer) by some linear path: delayed, quieter, filtered, with a little
 * echo. 0 to 1. The best delay by cross-correlation, then the least-squares path around it.
 */
export function explainedShare(piece: Float32Array, whole: Float32Array): number {
  const length = piece.length;
  const pieceEnergy = product(piece, 0, piece, 0, length);
  const { lag, alike } = bestLag(piece, whole, pieceEnergy);
  if (alike < LEAST_ALIKE) return 0;
  const from = lag - (TAPS - 1 - BEFORE_PEAK);
  /** What `tap` multiplies for the first sample of the piece lies here in `source`. */
  const placeOf = (tap: number) => TAPS - 1 - tap;
  const source = Float32Array.from({ length: length + TAPS }, (_, i) => whole[from + i] ?? 0);
  const matrix = new Float64Array(TAPS * TAPS);
  for (let a = 0; a < TAPS; a++) {
    for (let b = a; b < TAPS; b++) {
      const value =
        a === 0
          ? product(source, placeOf(a), source, placeOf(b), length)
          : (matrix[(a - 1) * TAPS + b - 1] ?? 0) + edge(source, placeOf(a), placeOf(b), length);
      matrix[a * TAPS + b] = value;
      matrix[b * TAPS + a] = value;
    }
  }
  const right = Float64Array.from({ length: TAPS }, (_, tap) => product(piece, 0, source, placeOf(tap), length));
  const ridge = REGULARISATION * (matrix[0] ?? 0);
  for (let i = 0; i < TAPS; i++) matrix[i * TAPS + i] = (matrix[i * TAPS + i] ?? 0) + ridge;
  const path = solve(matrix, right.slice());
  const explained = path.reduce((sum, weight, tap) => sum + weight * (right[tap] ?? 0), 0);
  return pieceEnergy <= 0 ? 0 : Math.max(0, Math.min(1, explained / pieceEnergy));
}

/** One sample further back on both sides: what comes in at the front, less what goes out at the end. */
function edge(sound: Float32Array, a: number, b: number, length: number): number {
  return (sound[a] ?? 0) * (sound[b] ?? 0) - (sound[a + length] ?? 0) * (sound[b + length] ?? 0);
}

function bestLag(piece: Float32Array, whole: Float32Array, pieceEnergy: number): { lag: number; alike: number } {
  const length = piece.length;
  let energy = product(whole, 0, whole, 0, length);
  const best = { lag: 0, alike: 0 };
  for (let lag = 0; lag + length <= whole.length; lag++) {
    if (lag > 0) energy += (whole[lag + length - 1] ?? 0) ** 2 - (whole[lag - 1] ?? 0) ** 2;
    if (energy <= 0 || pieceEnergy <= 0) continue;
    const alike = Math.abs(product(piece, 0, whole, lag, length)) / Math.sqrt(pieceEnergy * energy);
    if (alike > best.alike) Object.assign(best, { lag, alike });
  }
  return best;
}

function product(a: Float32Array, fromA: number, b: Float32Array, fromB: number, length: number): number {
  let sum = 0;
  for (let i = 0; i < length; i++) sum += (a[fromA + i] ?? 0) * (b[fromB + i] ?? 0);
  return sum;
}

/** Cholesky's method for a symmetric positive matrix, row by row; overwrites both. */
function solve(matrix: Float64Array, right: Float64Array): Float64Array {
  const size = right.length;
  for (let i = 0; i < size; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = matrix[i * size + j] ?? 0;
      for (let k = 0; k < j; k++) sum -= (matrix[i * size + k] ?? 0) * (matrix[j * size + k] ?? 0);
      matrix[i * size + j] = i === j ? Math.sqrt(Math.max(sum, 1e-12)) : sum / (matrix[j * size + j] ?? 1);
    }
  }
  for (let i = 0; i < size; i++) {
    let sum = right[i] ?? 0;
    for (let k = 0; k < i; k++) sum -= (matrix[i * size + k] ?? 0) * (right[k] ?? 0);
    right[i] = sum / (matrix[i * size + i] ?? 1);
  }
  for (let i = size - 1; i >= 0; i--) {
    let sum = right[i] ?? 0;
    for (let k = i + 1; k < size; k++) sum -= (matrix[k * size + i] ?? 0) * (right[k] ?? 0);
    right[i] = sum / (matrix[i * size + i] ?? 1);
  }
  return right;
}
