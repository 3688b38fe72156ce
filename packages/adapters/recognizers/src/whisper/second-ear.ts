import { centre, type Reading } from "./beam-search.ts";
import { type Heard, type LetterReader, lastOf, type Step } from "./graphs.ts";
import type { RudeStem } from "./rude-stems.ts";
import type { Vocabulary } from "./vocabulary.ts";

/** A place where a rude word would have fitted the sound almost as well as what was written, or as well. */
export type Candidate = {
  readonly stem: RudeStem;
  readonly form: string;
  /** Log probability of the word after the text that stands before it, by the recogniser's own scores. */
  readonly score: number;
  /** Whether the text itself says it here. */
  readonly isWritten: boolean;
  /** Tokens of the text before it. */
  readonly position: number;
  /** Where the attention was while it was weighed, in frames. */
  readonly fromFrame: number;
  readonly toFrame: number;
};

/** Spellings that are followed for one form: the usual one, and cut at each syllable. */
const MOST_SPELLINGS = 6;

type Node = { readonly next: Map<number, Node>; readonly ends: { readonly stem: RudeStem; readonly form: string }[] };

/**
 * Rude words over the telephone are often written as something near. The scores of the greedy pass know: wherever the first token
 * of a rude word was not far from being chosen, this follows the trie of all its spellings through the decoder, and says how
 * likely the word was there. It never changes the text.
 */
export class SecondEar {
  readonly #vocabulary: Vocabulary;
  /** What has become less likely than this cannot become likely enough for any stem, and is not followed. */
  readonly #least: number;
  readonly #root: Node = { next: new Map(), ends: [] };

  constructor(vocabulary: Vocabulary, stems: readonly RudeStem[]) {
    this.#vocabulary = vocabulary;
    this.#least = Math.log(Math.min(1, ...stems.map(({ leastConfidence }) => leastConfidence)));
    for (const stem of stems) {
      for (const form of stem.forms) {
        for (const written of new Set([form, form.replaceAll(" ", "")])) {
          for (const spelling of this.#spellings(written)) this.#add(spelling, { stem, form });
        }
      }
    }
  }

  /** Every rude word that was not far from being written, likeliest first at each place. */
  async listen(graphs: LetterReader, heard: Heard, reading: Reading): Promise<readonly Candidate[]> {
    const found: Candidate[] = [];
    for (let position = 0; position <= reading.tokens.length; position++) {
      if (!this.#vocabulary.endsWhole(reading.tokens.slice(0, position))) continue;
      const starts = this.#starts(reading.logProbabilities[position]);
      if (starts.length === 0) continue;
      found.push(...(await this.#follow({ graphs, heard, reading, position, starts })));
    }
    return found;
  }

  #starts(choices: Float32Array | undefined): readonly Path[] {
    const paths: Path[] = [];
    for (const [token, node] of this.#root.next) {
      const score = choices?.[token] ?? Number.NEGATIVE_INFINITY;
      if (score >= this.#least) paths.push({ tokens: [token], node, score });
    }
    return paths;
  }

  async #follow(given: {
    graphs: LetterReader;
    heard: Heard;
    reading: Reading;
    position: number;
    starts: readonly Path[];
  }): Promise<readonly Candidate[]> {
    const { graphs, heard, reading, position } = given;
    const cache = reading.cache.upTo(reading.openingTokens + position);
    const fromFrame = this.#lookedAt(reading.attention[position], heard);
    const best = new Map<RudeStem, Candidate>();
    const keep = ({ tokens, node, score }: Path, toFrame: number) => {
      for (const { stem, form } of node.ends) {
        if ((best.get(stem)?.score ?? Number.NEGATIVE_INFINITY) >= score) continue;
        const isWritten = tokens.every((token, i) => reading.tokens[position + i] === token);
        best.set(stem, { stem, form, score, isWritten, position, fromFrame, toFrame: Math.max(fromFrame, toFrame) });
      }
    };
    for (const path of given.starts) keep(path, fromFrame);
    let live = given.starts.filter(({ node }) => node.next.size > 0);
    while (live.length > 0) {
      const step = await graphs.step(
        heard,
        live.map(({ tokens }) => ({ cache, tokens })),
      );
      const next: Path[] = [];
      for (const [row, path] of live.entries()) {
        const toFrame = this.#lookedAt(lastOf(step, row).attention, heard);
        for (const longer of this.#longer(path, step, row)) {
          next.push(longer);
          keep(longer, toFrame);
        }
      }
      live = next.filter(({ node }) => node.next.size > 0);
    }
    return [...best.values()].toSorted((a, b) => b.score - a.score);
  }

  #longer({ tokens, node, score }: Path, step: Step, row: number): readonly Path[] {
    const { logProbabilities } = lastOf(step, row);
    const paths: Path[] = [];
    for (const [token, child] of node.next) {
      const longer = score + (logProbabilities[token] ?? Number.NEGATIVE_INFINITY);
      if (longer >= this.#least) paths.push({ tokens: [...tokens, token], node: child, score: longer });
    }
    return paths;
  }

  #lookedAt(look: Float32Array | undefined, heard: Heard): number {
    return look === undefined ? 0 : centre(look, heard.soundFrames);
  }

  /** As the text would spell it, with and without a space before it, and cut between any two syllables. */
  #spellings(form: string): readonly (readonly number[])[] {
    const spellings = [` ${form}`, form].flatMap((written) => {
      const whole = [this.#vocabulary.encode(written)];
      const syllables = [...written];
      for (let cut = 1; cut < syllables.length; cut++) {
        whole.push([
          ...this.#vocabulary.encode(syllables.slice(0, cut).join("")),
          ...this.#vocabulary.encode(syllables.slice(cut).join("")),
        ]);
      }
      return whole.toSorted((a, b) => a.length - b.length).slice(0, MOST_SPELLINGS);
    });
    return spellings;
  }

  #add(spelling: readonly number[], end: Node["ends"][number]): void {
    let node = this.#root;
    for (const token of spelling) {
      let child = node.next.get(token);
      if (child === undefined) {
        child = { next: new Map(), ends: [] };
        node.next.set(token, child);
      }
      node = child;
    }
    if (!node.ends.some(({ stem, form }) => stem === end.stem && form === end.form)) node.ends.push(end);
  }
}

type Path = { readonly tokens: readonly number[]; readonly node: Node; readonly score: number };
