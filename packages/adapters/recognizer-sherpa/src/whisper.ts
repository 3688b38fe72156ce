import { readFileSync } from "node:fs";
import { join } from "node:path";
import { ListeningError, type Transcription } from "@jikimi/listening";
import sherpa, { type OfflineRecognizer } from "sherpa-onnx-node";
import { atLeast } from "./padding.ts";
import { threadCpuMs } from "./thread-cpu.ts";
import { decodeWhisper, parseVocabulary } from "./whisper-codes.ts";
import { withoutLoop } from "./whisper-loops.ts";

/** sherpa takes 29.5 s with its padding; an utterance is far shorter. */
const LONGEST_MS = 29_400;
const SAMPLE_RATE_HZ = 16_000;
/** What an utterance's sound has before and behind the voice. */
const AROUND_SPEECH_MS = 400;

/**
 * Refuses what silence, noise, DTMF, ring-back and music make of it, and keeps 97 % of real clips
 * (measured with the model: 280 clips of speech, 120 of non-speech).
 */
const LEAST_CONFIDENCE = 0.3;
const MOST_NO_SPEECH = 0.5;

/**
 * Whisper base for Korean on the calling thread: `transcribe` blocks it (about 65 ms for each second of speech), so only
 * `recognizer-thread.ts` uses it.
 */
export class WhisperDecoder {
  readonly #recognizer: OfflineRecognizer;
  readonly #vocabulary: readonly Buffer[];

  constructor(modelsDir: string) {
    const dir = join(modelsDir, "whisper-base-ko");
    try {
      this.#vocabulary = parseVocabulary(readFileSync(join(dir, "vocab.b64"), "latin1"));
    } catch (cause) {
      throw new ListeningError("model-missing", { cause, detail: dir });
    }
    this.#recognizer = new sherpa.OfflineRecognizer({
      featConfig: { sampleRate: SAMPLE_RATE_HZ, featureDim: 80 },
      modelConfig: {
        // No language: it is "found", and what is found is how sure the model is that nobody spoke.
        // tailPaddings 1 is the least that sherpa takes; the encoder puts its own tail behind the speech.
        whisper: {
          encoder: join(dir, "encoder.onnx"),
          decoder: join(dir, "decoder.onnx"),
          language: "",
          task: "transcribe",
          tailPaddings: 1,
        },
        tokens: join(dir, "tokens.txt"),
        numThreads: 1,
        provider: "cpu",
        debug: 0,
      },
    });
  }

  transcribe(pcm: Float32Array): Transcription {
    const startedMs = threadCpuMs();
    const stream = this.#recognizer.createStream();
    stream.acceptWaveform({ samples: withRoom(atLeast(pcm, 0.4 * SAMPLE_RATE_HZ)), sampleRate: SAMPLE_RATE_HZ });
    this.#recognizer.decode(stream);
    const { words: heard, confidence, noSpeech } = decodeWhisper(this.#recognizer.getResult(stream), this.#vocabulary);
    const words = withoutLoop(heard, (pcm.length * 1000) / SAMPLE_RATE_HZ - AROUND_SPEECH_MS);
    const text = words.map((word) => word.text).join(" ");
    return {
      text,
      words,
      confidence,
      accepted: text !== "" && confidence >= LEAST_CONFIDENCE && !(noSpeech !== null && noSpeech >= MOST_NO_SPEECH),
      noSpeech,
      cpuMs: threadCpuMs() - startedMs,
    };
  }
}

/**
 * sherpa caps the text at 6 tokens for each second of audio it is given, too few for quick Korean. Digital silence behind
 * the speech (0.3 s and 30 %) lifts the cap; the encoder cuts it off again.
 */
function withRoom(pcm: Float32Array): Float32Array {
  const longest = (LONGEST_MS * SAMPLE_RATE_HZ) / 1000;
  const speech = pcm.subarray(0, longest);
  const room = Math.min(Math.round(0.3 * SAMPLE_RATE_HZ + 0.3 * speech.length), longest - speech.length);
  const padded = new Float32Array(speech.length + room);
  padded.set(speech);
  return padded;
}
