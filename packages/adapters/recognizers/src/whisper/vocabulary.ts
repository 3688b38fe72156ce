const SPACE = 0x20;

/** Rows behind the text tokens, in the order in which the graph was made. */
const SPECIALS = [
  "end",
  "start",
  "transcribe",
  "translate",
  "startOfModel",
  "startOfPrompt",
  "noSpeech",
  "noTimestamps",
] as const;
/** Korean's place among Whisper's 99 languages. */
const KOREAN = 5;

/**
 * The tokens that `whisper-base-ko` kept of OpenAI's vocabulary, in the order of their ranks: the row of a token is its id,
 * and of two pairs that could be joined the one with the lower row is joined first (byte pair encoding). A Korean syllable is
 * one to three tokens, so a token alone need not be readable.
 */
export class Vocabulary {
  readonly size: number;
  readonly end: number;
  readonly startOfPrompt: number;
  /** What stands before the text: a transcript, in Korean, without times. */
  readonly opening: readonly number[];
  readonly #bytes: readonly Buffer[];
  readonly #rows: ReadonlyMap<string, number>;

  /** `file`: `vocab.b64`, one base64 line a token. */
  constructor(file: string) {
    this.#bytes = file
      .trim()
      .split("\n")
      .map((line) => Buffer.from(line, "base64"));
    this.#rows = new Map(this.#bytes.map((bytes, row) => [bytes.toString("latin1"), row]));
    this.size = this.#bytes.length;
    const row = (name: (typeof SPECIALS)[number]) => this.size + SPECIALS.indexOf(name);
    this.end = row("end");
    this.startOfPrompt = row("startOfPrompt");
    this.opening = [row("start"), this.size + SPECIALS.length + KOREAN, row("transcribe"), row("noTimestamps")];
  }

  /** Empty for a token that is no text. */
  bytes(token: number): Buffer {
    return this.#bytes[token] ?? Buffer.alloc(0);
  }

  beginsWord(token: number): boolean {
    return this.#bytes[token]?.[0] === SPACE;
  }

  /** Whether it holds nothing but spaces and punctuation. */
  isPunctuation(token: number): boolean {
    return /^[ .,?!]+$/.test(this.bytes(token).toString("latin1"));
  }

  /** A syllable cut off at either end leaves bytes that are no character; they are dropped. */
  text(tokens: readonly number[]): string {
    return Buffer.concat(tokens.map((token) => this.bytes(token)))
      .toString("utf8")
      .replaceAll("\uFFFD", "");
  }

  /** Whether these tokens end between two characters. */
  endsWhole(tokens: readonly number[]): boolean {
    return !Buffer.concat(tokens.slice(-4).map((token) => this.bytes(token)))
      .toString("utf8")
      .endsWith("\uFFFD");
  }

  encode(text: string): readonly number[] {
    const pieces = [...Buffer.from(text, "utf8").toString("latin1")];
    for (;;) {
      let best = { at: -1, row: Number.POSITIVE_INFINITY };
      for (let at = 0; at + 1 < pieces.length; at++) {
        const row = this.#rows.get(`${pieces[at]}${pieces[at + 1]}`);
        if (row !== undefined && row < best.row) best = { at, row };
      }
      if (best.at < 0) break;
      pieces.splice(best.at, 2, `${pieces[best.at]}${pieces[best.at + 1]}`);
    }
    return pieces.flatMap((piece) => this.#rows.get(piece) ?? []);
  }
}
