import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ListeningError, type Transcription, type WordHint } from "@jikimi/listening";
import { standsBy } from "../stands-by.ts";
import { threadCpuMs } from "../thread-cpu.ts";
import type { Effort } from "../thread-messages.ts";
import { type Reading, readText } from "./beam-search.ts";
import { type Heard, WhisperGraphs } from "./graphs.ts";
import { hintsOf } from "./hints.ts";
import { withoutLoop } from "./loops.ts";
import { MelSpectrogram } from "./mel.ts";
import { RUDE_STEMS } from "./rude-stems.ts";
import { SecondEar } from "./second-ear.ts";
import { Vocabulary } from "./vocabulary.ts";
import { withinSound } from "./word-edges.ts";
import { tokenStarts } from "./word-times.ts";
import { wordsOf } from "./words.ts";

const SAMPLE_RATE_HZ = 16_000;
/** The encoder knows 30 s, 6 of them its own tail. An utterance is far shorter. */
const LONGEST_SAMPLES = 23 * SAMPLE_RATE_HZ;
const SHORTEST_SAMPLES = 0.4 * SAMPLE_RATE_HZ;
/** Digital silence behind the sound: without it one clip in a hundred is read twice. */
const ROOM_SAMPLES = 0.3 * SAMPLE_RATE_HZ;
/** What an utterance's sound has before and behind the voice. */
const AROUND_SPEECH_MS = 400;

/**
 * The least likely token of a word is right more often than it thinks: these log-odds more make a word's confidence the share of such
 * words that are right (docs/measurements/hearing.md).
 */
const WORD_LOG_ODDS = 0.92;
/**
 * How hard it tries, by what that is worth (docs/measurements/hearing.md): the silence behind the sound tells Whisper that nothing
 * follows, a beam finds what the first guess missed.
 */
const EFFORTS = {
  full: { silenceMs: 6000, width: 4, secondEar: true },
  lean: { silenceMs: 3000, width: 2, secondEar: false },
} as const satisfies Record<Effort, unknown>;

/**
 * Whisper base for Korean (`assets/models`), read by a loop of our own: it gives what sherpa-onnx's keeps to itself, when each word
 * was said, how likely each token was, and what else it might have been (docs/decisions/0012). Its work blocks the calling thread
 * (about 40 ms for each second of speech), so only `recognizer-thread.ts` uses it. One sound at a time.
 */
export class WhisperDecoder {
  readonly #graphs: WhisperGraphs;
  readonly #vocabulary: Vocabulary;
  readonly #secondEar: SecondEar;
  readonly #mel = new MelSpectrogram();

  private constructor(graphs: WhisperGraphs, vocabulary: Vocabulary) {
    this.#graphs = graphs;
    this.#vocabulary = vocabulary;
    this.#secondEar = new SecondEar(vocabulary, RUDE_STEMS);
  }

  /** Rejects with `ListeningError`: `model-missing`, `model-damaged`. */
  static async load(modelsDir: string): Promise<WhisperDecoder> {
    const dir = join(modelsDir, "whisper-base-ko");
    let vocabulary: Vocabulary;
    try {
      vocabulary = new Vocabulary(await readFile(join(dir, "vocab.b64"), "latin1"));
    } catch (cause) {
      throw new ListeningError("model-missing", { cause, detail: dir });
    }
    try {
      const graphs = await WhisperGraphs.load({
        encoderPath: join(dir, "encoder.onnx"),
        decoderPath: join(dir, "decoder.onnx"),
      });
      return new WhisperDecoder(graphs, vocabulary);
    } catch (cause) {
      throw new ListeningError("model-damaged", { cause, detail: dir });
    }
  }

  async transcribe(pcm: Float32Array, { effort }: { effort: Effort }): Promise<Transcription> {
    const startedMs = threadCpuMs();
    const { silenceMs, width, secondEar } = EFFORTS[effort];
    const sound = pcm.subarray(0, LONGEST_SAMPLES);
    const heard = await this.#graphs.hear(this.#mel.of(withRoom(sound)), { silenceMs });
    const reading = await readText(this.#graphs, this.#vocabulary, heard, { width });
    const probabilities = this.#probabilities(reading);
    const starts = tokenStarts(reading.attention, heard.soundFrames);
    const read = wordsOf(this.#vocabulary, reading.tokens, { probabilities: probabilities.map(calibrated), starts });
    const words = withinSound(withoutLoop(read, (sound.length * 1000) / SAMPLE_RATE_HZ - AROUND_SPEECH_MS), sound);
    const text = words.map((word) => word.text).join(" ");
    const confidence = geometricMean(probabilities);
    const accepted = standsBy({ text, confidence, noSpeech: reading.noSpeech });
    return {
      text,
      words,
      hints: accepted && secondEar ? await this.#hints(heard, reading, starts) : [],
      confidence,
      accepted,
      noSpeech: reading.noSpeech,
      cpuMs: threadCpuMs() - startedMs,
    };
  }

  async #hints(heard: Heard, reading: Reading, starts: readonly number[]): Promise<readonly WordHint[]> {
    return hintsOf(await this.#secondEar.listen(this.#graphs, heard, reading), starts);
  }

  #probabilities({ tokens, logProbabilities }: Reading): readonly number[] {
    return tokens.map((token, at) => Math.exp(logProbabilities[at]?.[token] ?? Number.NEGATIVE_INFINITY));
  }
}

/** A sound too short for a single frame must not reach the graph. */
function withRoom(sound: Float32Array): Float32Array {
  const padded = new Float32Array(Math.max(SHORTEST_SAMPLES, sound.length) + ROOM_SAMPLES);
  padded.set(sound);
  return padded;
}

function calibrated(probability: number): number {
  const odds = (probability / (1 - probability)) * Math.exp(WORD_LOG_ODDS);
  return Number.isFinite(odds) ? odds / (1 + odds) : 1;
}

function geometricMean(values: readonly number[]): number {
  if (values.length === 0) return 0;
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}
