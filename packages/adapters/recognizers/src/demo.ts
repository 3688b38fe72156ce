import { existsSync } from "node:fs";
import { join } from "node:path";
import { ListeningError, type Transcription, type Word } from "@jikimi/listening";
import sherpa, { type OfflineRecognizer } from "sherpa-onnx-node";
import { atLeast } from "./padding.ts";
import { agreement, changeSpeed, delay, keptItems } from "./stability.ts";
import { threadCpuMs } from "./thread-cpu.ts";

const SAMPLE_RATE_HZ = 16_000;
/** Between the voices that it knows (0.74 and up) and people (0.73 and below, but for one piece in a hundred); see README. */
const LEAST_CONFIDENCE = 0.735;
/** Its training sounds began with the voice: silence in front costs it the first letter. */
const LEAD_MS = 5;
const VOICE_BELOW_PEAK_DB = 40;
/** Letters of one word follow each other within a fifth of a second. */
const WORD_PAUSE_S = 0.3;
const LETTER_MS = 60;
/** sherpa takes every such network's step for 40 ms; this one's is 30. */
const STEP_SHARE = 30 / 40;
/** The three changes that tell known voices from unknown ones best; the last is half of the model's 30 ms step. */
const CHANGES: readonly ((pcm: Float32Array) => Float32Array)[] = [
  (pcm) => changeSpeed(pcm, 0.97),
  (pcm) => changeSpeed(pcm, 1.03),
  (pcm) => delay(pcm, 0.015 * SAMPLE_RATE_HZ),
];

/**
 * The demo recogniser: a tiny CTC network that knows espeak-ng's Korean voices and nothing else. It understands no person.
 *
 * sherpa gives no probabilities for it, so its confidence is how far four readings of the same sound agree, times the
 * share of the letters (jamo) that form whole syllables: it measures stability, not the chance of being right.
 */
export class DemoDecoder {
  readonly #recognizer: OfflineRecognizer;

  constructor(modelsDir: string) {
    const model = join(modelsDir, "tiny-ko-ctc-espeak", "model.onnx");
    if (!existsSync(model)) throw new ListeningError("model-missing", { detail: model });
    this.#recognizer = new sherpa.OfflineRecognizer({
      featConfig: { sampleRate: SAMPLE_RATE_HZ, featureDim: 80 },
      modelConfig: {
        zipformerCtc: { model },
        tokens: join(modelsDir, "tiny-ko-ctc-espeak", "tokens.txt"),
        numThreads: 1,
        provider: "cpu",
        debug: 0,
      },
    });
  }

  transcribe(pcm: Float32Array): Transcription {
    const startedMs = threadCpuMs();
    const { sound: voice, fromMs } = fromVoice(pcm);
    const sound = atLeast(voice, 0.4 * SAMPLE_RATE_HZ);
    const tokens = this.#read(sound);
    const others = CHANGES.map((change) => texts(this.#read(change(sound))).filter(isLetter));
    const letters = texts(tokens).filter(isLetter);
    const kept = others.map((other) => keptItems(letters, other));
    const words = wordsOf(tokens, kept).map((word) => ({
      ...word,
      startMs: fromMs + word.startMs,
      endMs: fromMs + word.endMs,
    }));
    const text = words.map((word) => word.text).join(" ");
    const agreed = mean(others.map((other) => agreement(letters, other)));
    const confidence = agreed * wholeSyllableShare(texts(tokens));
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

  /** Conjoining jamo and spaces; where the voice paused between two letters there is a space too. */
  #read(pcm: Float32Array): readonly Token[] {
    const stream = this.#recognizer.createStream();
    stream.acceptWaveform({ samples: pcm, sampleRate: SAMPLE_RATE_HZ });
    this.#recognizer.decode(stream);
    const { tokens, timestamps } = this.#recognizer.getResult(stream);
    return tokens.flatMap((text, i) => {
      const atS = timestamps[i] ?? 0;
      const token = { text, atMs: atS * 1000 * STEP_SHARE };
      const paused = atS - (timestamps[i - 1] ?? Number.POSITIVE_INFINITY) > WORD_PAUSE_S;
      return paused ? [{ ...token, text: " " }, token] : [token];
    });
  }
}

/** A letter or a space, and when the network was surest of it. */
type Token = { readonly text: string; readonly atMs: number };

function texts(tokens: readonly Token[]): readonly string[] {
  return tokens.map(({ text }) => text);
}

/** From shortly before the first sample that is loud enough to be the voice's. */
function fromVoice(pcm: Float32Array): { readonly sound: Float32Array; readonly fromMs: number } {
  const peak = pcm.reduce((loudest, sample) => Math.max(loudest, Math.abs(sample)), 0);
  const first = pcm.findIndex((sample) => Math.abs(sample) >= peak * 10 ** (-VOICE_BELOW_PEAK_DB / 20));
  const from = Math.max(0, first - (LEAD_MS * SAMPLE_RATE_HZ) / 1000);
  return { sound: pcm.subarray(from), fromMs: (from * 1000) / SAMPLE_RATE_HZ };
}

function isLetter(token: string): boolean {
  return token.trim() !== "";
}

/** Letters that form no whole syllable cannot be read, and are left out; they have their say in the confidence. */
function compose(tokens: readonly string[]): string {
  return (
    tokens
      .join("")
      .normalize("NFC")
      .match(/[가-힣]/g) ?? []
  ).join("");
}

function wholeSyllableShare(tokens: readonly string[]): number {
  const written = [...tokens.filter(isLetter).join("").normalize("NFC")];
  return written.length === 0 ? 0 : compose(tokens).length / written.length;
}

/** A word is as sure as its letters were found again in the other readings. */
function wordsOf(tokens: readonly Token[], kept: readonly (readonly boolean[])[]): Word[] {
  const words: { tokens: string[]; shares: number[]; startMs: number; endMs: number }[] = [];
  let letter = 0;
  let open = false;
  for (const { text, atMs } of tokens) {
    if (!isLetter(text)) {
      open = false;
      continue;
    }
    const place = letter;
    const share = mean(kept.map((marks) => (marks[place] === true ? 1 : 0)));
    letter += 1;
    const word = words.at(-1);
    if (open && word !== undefined) {
      word.tokens.push(text);
      word.shares.push(share);
      word.endMs = atMs + LETTER_MS;
    } else words.push({ tokens: [text], shares: [share], startMs: atMs, endMs: atMs + LETTER_MS });
    open = true;
  }
  return words
    .map(({ startMs, endMs, ...word }) => ({
      text: compose(word.tokens),
      startMs,
      endMs,
      confidence: mean(word.shares),
    }))
    .filter((word) => word.text !== "");
}

function mean(values: readonly number[]): number {
  return values.length === 0 ? 0 : values.reduce((sum, value) => sum + value, 0) / values.length;
}
