import { PitchDetector } from "pitchy";

/** Two periods of the lowest voice fit in. */
const FRAME_MS = 64;
const HOP_MS = 32;
const LOWEST_HZ = 65;
const HIGHEST_HZ = 500;
/** How much of the frame repeats with its period: below, it is noise, or no single voice. */
const LEAST_CLARITY = 0.85;

/** McLeod's pitch method (2005), as pitchy has it. One a sample rate, kept: it holds its tables. */
const detectors = new Map<number, PitchDetector<Float32Array>>();

/**
 * Fundamental frequency in Hz every 32 ms (frames of 64 ms); null where nothing clear repeats.
 *
 * @param pcm mono, -1 to 1
 */
export function pitchesOf(pcm: Float32Array, sampleRateHz: number): readonly (number | null)[] {
  const frame = (FRAME_MS * sampleRateHz) / 1000;
  const hop = (HOP_MS * sampleRateHz) / 1000;
  const detector = detectors.get(frame) ?? PitchDetector.forFloat32Array(frame);
  detectors.set(frame, detector);
  const pitches: (number | null)[] = [];
  for (let at = 0; at + frame <= pcm.length; at += hop) {
    const [hz, clarity] = detector.findPitch(pcm.subarray(at, at + frame), sampleRateHz);
    pitches.push(clarity >= LEAST_CLARITY && hz >= LOWEST_HZ && hz <= HIGHEST_HZ ? hz : null);
  }
  return pitches;
}
