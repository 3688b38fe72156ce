import { join } from "node:path";
import type { Transcription } from "@jikimi/listening";
import sherpa, { type OnlineRecognizer } from "sherpa-onnx-node";
import { findHotwords, type Hotwords } from "./hotwords.ts";
import { intactFolder, type ModelFolders } from "./optional-models.ts";
import { threadCpuMs } from "./thread-cpu.ts";
import { readWords } from "./transducer-words.ts";

const SAMPLE_RATE_HZ = 16_000;
/** Two chunks of 320 ms: the encoder looks 70 ms ahead, and a transducer writes the last piece some time after it was said. */
const TAIL_SAMPLES = 0.64 * SAMPLE_RATE_HZ;
/** Not measured: the weights could not be had where this was written. Whisper's limit is 0.3, on a scale that is measured. */
const LEAST_CONFIDENCE = 0.4;
/** sherpa's own defaults. */
const MAX_ACTIVE_PATHS = 4;
const HOTWORDS_SCORE = 1.5;

/**
 * k2-fsa's streaming Zipformer transducer for Korean, on sherpa-onnx, fetched by `./jikimi models pull zipformer-ko-streaming`.
 * Its utterances come whole, as every recogniser's do. It reads greedily, and with hotwords beside the model by a beam, which
 * hotwords need: one recogniser and one method, because sherpa fixes the method and a second one would hold the weights twice,
 * for a tenth of a per cent of the characters (the model's card). So effort makes no difference to it.
 */
export class TransducerDecoder {
  readonly #recognizer: OnlineRecognizer;

  private constructor(folder: string, hotwords: Hotwords | null) {
    const bpe = hotwords === null ? {} : { modelingUnit: "bpe" as const, bpeVocab: hotwords.bpeVocab };
    const search =
      hotwords === null
        ? { decodingMethod: "greedy_search" as const }
        : {
            decodingMethod: "modified_beam_search" as const,
            maxActivePaths: MAX_ACTIVE_PATHS,
            hotwordsFile: hotwords.hotwordsFile,
            hotwordsScore: HOTWORDS_SCORE,
          };
    this.#recognizer = new sherpa.OnlineRecognizer({
      featConfig: { sampleRate: SAMPLE_RATE_HZ, featureDim: 80 },
      modelConfig: {
        transducer: {
          encoder: join(folder, "encoder-epoch-99-avg-1.int8.onnx"),
          decoder: join(folder, "decoder-epoch-99-avg-1.onnx"),
          joiner: join(folder, "joiner-epoch-99-avg-1.int8.onnx"),
        },
        tokens: join(folder, "tokens.txt"),
        numThreads: 1,
        provider: "cpu",
        debug: 0,
        ...bpe,
      },
      enableEndpoint: 0,
      ...search,
    });
  }

  /**
   * Checks every file first: one that is damaged would end the process, not throw. Rejects with `ListeningError`: `model-missing`
   * with the folder, `model-damaged` with the file.
   */
  static async load(folders: ModelFolders): Promise<TransducerDecoder> {
    const folder = await intactFolder("zipformer-ko-streaming", folders);
    return new TransducerDecoder(folder, await findHotwords(folder));
  }

  transcribe(pcm: Float32Array): Transcription {
    const startedMs = threadCpuMs();
    const samples = new Float32Array(pcm.length + TAIL_SAMPLES);
    samples.set(pcm);
    const stream = this.#recognizer.createStream();
    stream.acceptWaveform({ samples, sampleRate: SAMPLE_RATE_HZ });
    stream.inputFinished();
    while (this.#recognizer.isReady(stream)) this.#recognizer.decode(stream);
    const longMs = (pcm.length * 1000) / SAMPLE_RATE_HZ;
    const { words, confidence } = readWords(this.#recognizer.getResult(stream), longMs);
    const text = words.map((word) => word.text).join(" ");
    return {
      text,
      words,
      hints: [],
      confidence,
      accepted: text !== "" && confidence >= LEAST_CONFIDENCE,
      noSpeech: null,
      cpuMs: threadCpuMs() - startedMs,
    };
  }
}
