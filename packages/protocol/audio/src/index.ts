export {
  decodeG711,
  decodeG711Into,
  encodeG711,
  G711_SAMPLE_RATE_HZ,
  type G711Codec,
  g711Silence,
  transcodeG711,
} from "./g711.ts";
export { dominantFrequencyHz, levelDbfs, toneLevelDbfs } from "./measure.ts";
export { Resampler, resample, resamplePcm, toFloat, toInt16 } from "./resample.ts";
export { tone } from "./tone.ts";
export { readSound, readWav, type SoundRead, type Wav, type WavRead, wavHeader, writeWav } from "./wav.ts";
