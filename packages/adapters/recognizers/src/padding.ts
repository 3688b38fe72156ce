/**
 * The same sound, with digital silence behind it up to `samples`. A sound that is too short for a single frame makes ONNX
 * Runtime end the whole process, so nothing shorter may reach it.
 */
export function atLeast(pcm: Float32Array, samples: number): Float32Array {
  if (pcm.length >= samples) return pcm;
  const padded = new Float32Array(samples);
  padded.set(pcm);
  return padded;
}
