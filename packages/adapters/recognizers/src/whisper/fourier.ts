/** A transform of one length, over complex numbers in two arrays. */
export type Fourier = (re: Float64Array, im: Float64Array) => void;

/**
 * The discrete Fourier transform of a length that is a product of small primes, in place: Stockham's self-sorting form
 * (C. Van Loan, Computational Frameworks for the Fast Fourier Transform, 1992, §1.7). Whisper's windows have 400 samples, which
 * no power of two divides. Throws `RangeError` for a length with a prime factor above 7.
 */
export function createFourier(length: number): Fourier {
  const stages = stagesOf(length);
  const otherRe = new Float64Array(length);
  const otherIm = new Float64Array(length);
  return (re, im) => {
    let from: Complexes = { re, im };
    let to: Complexes = { re: otherRe, im: otherIm };
    for (const stage of stages) {
      runStage(stage, from, to);
      [from, to] = [to, from];
    }
    if (from.re === re) return;
    re.set(from.re);
    im.set(from.im);
  };
}

type Complexes = { readonly re: Float64Array; readonly im: Float64Array };

/** One factor's butterflies; `turns` of its own small transform and `twiddles` behind it, as cosine and sine in turn. */
type Stage = {
  readonly radix: number;
  readonly stride: number;
  readonly groups: number;
  readonly turns: Float64Array;
  readonly twiddles: Float64Array;
};

function stagesOf(length: number): readonly Stage[] {
  const stages: Stage[] = [];
  let stride = 1;
  let left = length;
  for (const radix of factorsOf(length)) {
    const groups = left / radix;
    stages.push({
      radix,
      stride,
      groups,
      turns: unitCircle(radix * radix, (i) => ((Math.floor(i / radix) * (i % radix)) % radix) / radix),
      twiddles: unitCircle(groups * radix, (i) => (Math.floor(i / radix) * (i % radix)) / left),
    });
    stride *= radix;
    left = groups;
  }
  return stages;
}

function factorsOf(length: number): number[] {
  const factors: number[] = [];
  let left = length;
  for (const radix of [4, 2, 3, 5, 7]) {
    for (; left % radix === 0 && left > 1; left /= radix) factors.push(radix);
  }
  if (left !== 1) throw new RangeError(`no transform of length ${length}`);
  return factors;
}

function unitCircle(count: number, turn: (index: number) => number): Float64Array {
  const values = new Float64Array(2 * count);
  for (let i = 0; i < count; i++) {
    const angle = -2 * Math.PI * turn(i);
    values[2 * i] = Math.cos(angle);
    values[2 * i + 1] = Math.sin(angle);
  }
  return values;
}

function runStage({ radix, stride, groups, turns, twiddles }: Stage, from: Complexes, to: Complexes): void {
  for (let group = 0; group < groups; group++) {
    for (let out = 0; out < radix; out++) {
      const twiddle = 2 * (group * radix + out);
      const cos = twiddles[twiddle] as number;
      const sin = twiddles[twiddle + 1] as number;
      for (let lane = 0; lane < stride; lane++) {
        let re = 0;
        let im = 0;
        for (let part = 0; part < radix; part++) {
          const at = lane + stride * (group + groups * part);
          const turn = 2 * (out * radix + part);
          const x = from.re[at] as number;
          const y = from.im[at] as number;
          const c = turns[turn] as number;
          const s = turns[turn + 1] as number;
          re += x * c - y * s;
          im += x * s + y * c;
        }
        const place = lane + stride * (radix * group + out);
        to.re[place] = re * cos - im * sin;
        to.im[place] = re * sin + im * cos;
      }
    }
  }
}
