export { decodeG711, decodeG711Into, encodeG711, type G711Codec, g711Silence, transcodeG711 } from "./g711.ts";
export { dominantFrequencyHz, levelDbfs, toneLevelDbfs } from "./measure.ts";
export { OPUS_FRAME_SAMPLES, OpusDecoder, OpusEncoder } from "./opus.ts";
export { Resampler, resample, resamplePcm, toInt16 } from "./resample.ts";
export { tone } from "./tone.ts";
export { readSound, readWav, type SoundRead, type Wav, type WavRead, wavHeader, writeWav } from "./wav.ts";
