import { toInt16, writeWav } from "@jikimi/audio";
import { atLeast } from "../padding.ts";

export const SAMPLE_RATE_HZ = 16_000;
/** A server may have the same trouble with less as ONNX Runtime has here (`padding.ts`). */
const SHORTEST_SAMPLES = 0.4 * SAMPLE_RATE_HZ;

/** One request to transcribe, and how long the sound is that it sends, in ms. `pcm`: mono, -1 to 1, 16 kHz. */
export function transcriptionRequest(
  pcm: Float32Array,
  { model }: { readonly model: string },
): { readonly form: FormData; readonly soundMs: number } {
  const sound = toInt16(atLeast(pcm, SHORTEST_SAMPLES));
  const form = new FormData();
  const wav = writeWav({ sampleRateHz: SAMPLE_RATE_HZ, channels: [sound] });
  form.set("file", new Blob([wav], { type: "audio/wav" }), "speech.wav");
  form.set("model", model);
  form.set("language", "ko");
  form.set("response_format", "verbose_json");
  form.append("timestamp_granularities[]", "word");
  form.append("timestamp_granularities[]", "segment");
  form.set("temperature", "0");
  return { form, soundMs: (sound.length * 1000) / SAMPLE_RATE_HZ };
}
