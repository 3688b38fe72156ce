import type { Word } from "@jikimi/listening";

/**
 * Reads what `whisper-base-ko` writes through sherpa-onnx.
 *
 * sherpa strips invalid UTF-8 from each Whisper token on its own, so a Korean syllable spelt in two or three byte tokens would
 * vanish. The model's `tokens.txt` therefore names each token by a code, `token.bucket` and a space: the row of `vocab.b64`
 * that holds the token's bytes, and which of eight buckets the softmax probability of the token fell into (sherpa gives no
 * probabilities for Whisper). Asked to find the language, it answers `ns00` to `ns15`: Whisper's no-speech probability in sixteenths.
 */
export type DecodedWhisper = {
  readonly words: readonly Word[];
  /** Geometric mean of the tokens' buckets, 0 to 1; 0 for no text. */
  readonly confidence: number;
  readonly noSpeech: number | null;
};

/** The buckets' edges are .2 .35 .5 .65 .8 .9 .97; these are their middles. */
const BUCKET_MIDDLES = [0.1, 0.275, 0.425, 0.575, 0.725, 0.85, 0.935, 0.99];

/** `vocab.b64`: one base64 line a token. */
export function parseVocabulary(file: string): readonly Buffer[] {
  return file
    .trim()
    .split("\n")
    .map((line) => Buffer.from(line, "base64"));
}

export function decodeWhisper(
  { text, lang }: { readonly text: string; readonly lang: string },
  vocabulary: readonly Buffer[],
): DecodedWhisper {
  const tokens = readCodes(text, vocabulary);
  const logSum = tokens.reduce((sum, token) => sum + Math.log(token.probability), 0);
  return {
    words: wordsOf(tokens),
    confidence: tokens.length === 0 ? 0 : Math.exp(logSum / tokens.length),
    noSpeech: readNoSpeech(lang),
  };
}

type Token = { readonly bytes: Buffer; readonly probability: number };

/** Codes that name no token are skipped. */
function readCodes(text: string, vocabulary: readonly Buffer[]): Token[] {
  return text
    .split(" ")
    .filter((code) => code !== "")
    .flatMap((code) => {
      const [row, bucket] = code.split(".");
      const bytes = vocabulary[Number(row)];
      const probability = BUCKET_MIDDLES[Number(bucket)];
      return bytes === undefined || probability === undefined ? [] : [{ bytes, probability }];
    });
}

/** A word begins at a token that begins with a space; it is as sure as its least sure token. */
function wordsOf(tokens: readonly Token[]): Word[] {
  const SPACE = 0x20;
  const words: { bytes: Buffer[]; confidence: number }[] = [];
  for (const { bytes, probability } of tokens) {
    const current = words.at(-1);
    if (current === undefined || bytes[0] === SPACE) words.push({ bytes: [bytes], confidence: probability });
    else {
      current.bytes.push(bytes);
      current.confidence = Math.min(current.confidence, probability);
    }
  }
  return words
    .map(({ bytes, confidence }) => ({ text: decodeUtf8(bytes), confidence }))
    .filter((word) => word.text !== "");
}

/** A syllable cut off at the end leaves bytes that are no character; they are dropped. */
function decodeUtf8(pieces: readonly Buffer[]): string {
  return Buffer.concat(pieces).toString("utf8").replaceAll("\uFFFD", "").trim();
}

function readNoSpeech(lang: string): number | null {
  const match = /^ns(\d\d)$/.exec(lang);
  return match === null ? null : Number(match[1]) / 16;
}
