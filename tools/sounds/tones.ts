const SAMPLE_RATE_HZ = 8000;

type Note = {
  readonly frequencyHz: number;
  readonly atMs: number;
  readonly durationMs: number;
  readonly levelDb: number;
};

/** Two rising notes, soft: something is about to be said. */
export function chime(): Int16Array {
  return bells(700, [
    { frequencyHz: 659, atMs: 0, durationMs: 450, levelDb: -22 },
    { frequencyHz: 880, atMs: 180, durationMs: 500, levelDb: -22 },
  ]);
}

/** For the agent's ear alone: two low notes, softer still. */
export function agentCue(): Int16Array {
  return bells(600, [
    { frequencyHz: 523, atMs: 0, durationMs: 300, levelDb: -26 },
    { frequencyHz: 659, atMs: 150, durationMs: 400, levelDb: -26 },
  ]);
}

/** 440 and 480 Hz together, 1 s of every 3 (the Korean ringing tone in ITU-T E.180 supplement 2). */
export function ringback(): Int16Array {
  const pcm = new Int16Array(3 * SAMPLE_RATE_HZ);
  const amplitude = 32_768 * 10 ** (-23 / 20);
  const ramp = 0.01 * SAMPLE_RATE_HZ;
  for (let i = 0; i < SAMPLE_RATE_HZ; i++) {
    const gain = Math.min(1, i / ramp, (SAMPLE_RATE_HZ - i) / ramp);
    pcm[i] = Math.round(amplitude * gain * (sine(440, i) + sine(480, i)));
  }
  return pcm;
}

/** Sixteen seconds of slow notes of one pentatonic scale, ours; the end meets the beginning in silence. */
export function holdMusic(): Int16Array {
  const scaleHz = [392, 440, 523, 587, 659, 784];
  const melody = [0, 2, 4, 3, 2, 4, 5, 4, 3, 1, 2, 3, 4, 2, 1, 0];
  const notes = melody.flatMap((step, beat): Note[] => {
    const atMs = beat * 950;
    const tone: Note = { frequencyHz: scaleHz[step] ?? 440, atMs, durationMs: 1500, levelDb: -25 };
    const low: Note = { frequencyHz: (scaleHz[beat % 8 < 4 ? 0 : 1] ?? 392) / 2, atMs, durationMs: 2200, levelDb: -30 };
    return beat % 4 === 0 ? [tone, low] : [tone];
  });
  return bells(16_500, notes);
}

/** Each note rises in 15 ms, dies away, and has a little of its octave. */
function bells(durationMs: number, notes: readonly Note[]): Int16Array {
  const mix = new Float64Array((durationMs * SAMPLE_RATE_HZ) / 1000);
  for (const { frequencyHz, atMs, durationMs: lastsMs, levelDb } of notes) {
    const from = (atMs * SAMPLE_RATE_HZ) / 1000;
    const length = Math.min((lastsMs * SAMPLE_RATE_HZ) / 1000, mix.length - from);
    const amplitude = 32_768 * Math.SQRT2 * 10 ** (levelDb / 20);
    for (let i = 0; i < length; i++) {
      const rise = Math.min(1, i / (0.015 * SAMPLE_RATE_HZ));
      const fall = Math.exp((-4 * i) / length) * (1 - i / length);
      const wave = sine(frequencyHz, i) + 0.2 * sine(frequencyHz * 2, i);
      mix[from + i] = (mix[from + i] ?? 0) + amplitude * rise * fall * wave;
    }
  }
  return Int16Array.from(mix, (sample) => Math.max(-32_768, Math.min(32_767, Math.round(sample))));
}

function sine(frequencyHz: number, sample: number): number {
  return Math.sin((2 * Math.PI * frequencyHz * sample) / SAMPLE_RATE_HZ);
}
