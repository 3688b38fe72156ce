import { type Bin, calibrationError, reliability } from "./calibration.ts";
import type { DemoResult } from "./demo-voices.ts";
import type { NonSpeechResult } from "./non-speech.ts";
import type { ConditionResult, JudgedWord } from "./recognition.ts";
import { percentile } from "./score.ts";
import { tried } from "./tried.ts";
import type { VoicesResult } from "./voices.ts";
import type { JoinErrors } from "./word-times.ts";

export type Measured = {
  readonly measuredOn: string;
  readonly machine: string;
  readonly clips: number;
  readonly conditions: readonly ConditionResult[];
  readonly joins: readonly JoinErrors[];
  readonly nonSpeech: readonly NonSpeechResult[];
  readonly voices: VoicesResult;
  readonly demo: readonly DemoResult[];
};

/** exp(-1): the recogniser itself holds the word for more likely than not, of all that remained. */
const SURER = 0.37;

export function report(measured: Measured): string {
  const { measuredOn, machine, clips, conditions, joins, nonSpeech, voices, demo } = measured;
  const minutes = conditions[0]?.minutes ?? 0;
  return [
    "# What is heard, measured",
    "",
    "Made by `npm run eval:hear`; not to be changed by hand (`tools/hearing/tried.ts` holds the part that was).",
    "",
    `${measuredOn}, ${machine}. ${clips} clips of people (${minutes.toFixed(1)} minutes, Pansori TEDxKR, prepared speech), through the whole line of hearing: voice detector, cutter, recogniser, acceptance. The clips are for measuring only, are no part of the repository, and hold no abuse.`,
    "",
    "## Characters wrong, `whisper-base-ko`",
    "",
    "Spaces and punctuation left out, numbers as they are spoken. The interval is the middle 95 % of 1,000 draws of as many clips: with so few, differences under two points mean little.",
    "",
    "| | characters wrong | 95 % | pieces refused | CPU s / s |",
    "|---|---:|---|---:|---:|",
    ...conditions.map(
      (row) =>
        `| ${row.what} | ${row.percent.toFixed(1)} % | ${row.low.toFixed(1)} to ${row.high.toFixed(1)} | ${row.refused} | ${row.cpuPerSecond.toFixed(3)} |`,
    ),
    "",
    "CPU is the recogniser's own thread: spectrogram, encoder, a beam of four, word times and the second ear, as a caller is heard; an agent, and whoever keeps others waiting, costs five eighths of it.",
    "",
    "## Confidence of a word",
    "",
    "![A word's confidence against the share of words that were right](hearing-reliability.svg)",
    "",
    "| | words | mean confidence | right | expected calibration error |",
    "|---|---:|---:|---:|---:|",
    ...conditions.map((row) => calibrationRow(row.what, row.words)),
    "",
    "A word is right when all its letters are.",
    "",
    "## When a word was said",
    "",
    "Two people's clips, each cut to its voice, one behind the other: how far the end of the last word before the join and the beginning of the first behind it are off.",
    "",
    "| pause between the two | joins | p50 | p95 | within 150 ms |",
    "|---|---:|---:|---:|---:|",
    ...joins.map(joinRow),
    "",
    "## The second ear on ordinary speech",
    "",
    "None of these clips holds a rude word, so every hint is a false one. Hours here are the same speech over and over under different conditions: an upper bound from seven minutes of speech cannot be small.",
    "",
    "| | minutes | false hints | of them surer than .37 |",
    "|---|---:|---:|---:|",
    ...conditions.map((row) => hintRow(row.what, row)),
    "",
    ...falseHints(conditions),
    "## What is no speech",
    "",
    "200 s of each at 8 kHz.",
    "",
    "| | pieces past the voice detector | utterances | hints |",
    "|---|---:|---:|---:|",
    ...nonSpeech.map(({ kind, pieces, texts, hints }) => `| ${kind} | ${pieces} | ${texts.length} | ${hints} |`),
    "",
    "Babble is speech, and a loud room behind a caller is heard as such.",
    "",
    "## How it was said",
    "",
    "Each sentence behind three others of the same person, over a telephone. Nobody shouts in these clips: what was made louder and higher here is no shouting, only the least that it would be.",
    "",
    "| sentences | | taken for shouting |",
    "|---|---:|---:|",
    ...voices.shouting.map(({ what, sentences, shouting }) => `| ${what} | ${sentences} | ${shouting} |`),
    "",
    "## The other's voice in this channel",
    "",
    "The agent says one clip; the caller's channel carries what the table says, and its pieces are put down to the agent or heard as the caller's.",
    "",
    "| the caller's channel | pieces | put down to the agent |",
    "|---|---:|---:|",
    ...voices.crossTalk.map(({ what, pieces, dropped }) => `| ${what} | ${pieces} | ${dropped} |`),
    "",
    "## `demo`",
    "",
    "| voice, 10 lines at 8 kHz µ-law | characters wrong | pieces | refused |",
    "|---|---:|---:|---:|",
    ...demo.map(
      ({ voice, percent, pieces, refused }) => `| ${voice} | ${percent.toFixed(1)} % | ${pieces} | ${refused} |`,
    ),
    "",
    tried,
  ].join("\n");
}

function calibrationRow(what: string, words: readonly JudgedWord[]): string {
  const mean = words.reduce((sum, { confidence }) => sum + confidence, 0) / Math.max(1, words.length);
  const right = words.filter((word) => word.right).length / Math.max(1, words.length);
  const error = calibrationError(reliability(words));
  return `| ${what} | ${words.length} | ${mean.toFixed(2)} | ${right.toFixed(2)} | ${error.toFixed(3)} |`;
}

function joinRow({ gapMs, joins, errorsMs }: JoinErrors): string {
  const within = errorsMs.filter((error) => error <= 150).length / Math.max(1, errorsMs.length);
  const ms = (share: number) => `${Math.round(percentile(errorsMs, share))} ms`;
  const left = joins - errorsMs.length / 2;
  const joined = left === 0 ? `${joins}` : `${joins}, ${left} not understood on one side`;
  return `| ${gapMs === 0 ? "none" : `${gapMs} ms`} | ${joined} | ${ms(0.5)} | ${ms(0.95)} | ${Math.round(within * 100)} % |`;
}

function hintRow(what: string, { minutes, hints }: ConditionResult): string {
  const surer = hints.filter(({ confidence }) => confidence > SURER).length;
  return `| ${what} | ${minutes.toFixed(1)} | ${hints.length} | ${surer} |`;
}

function falseHints(conditions: readonly ConditionResult[]): readonly string[] {
  const lines = conditions.flatMap(({ condition, hints }) =>
    hints.map(({ stem, confidence, text }) => `- ${condition}: \`${stem}\` ${confidence.toFixed(2)} in “${text}”`),
  );
  return lines.length === 0 ? [] : [...lines, ""];
}

const SIZE = 320;
const EDGE = 40;
const COLOURS = ["#1d4ed8", "#b45309"] as const;

/** Confidence against truth for clean sound and for the telephone; on the diagonal they agree. */
export function reliabilityPicture(conditions: readonly ConditionResult[]): string {
  const lines = ["wide", "telephone"].flatMap((name, i) => {
    const bins = reliability(conditions.find(({ condition }) => condition === name)?.words ?? []);
    return [curve(bins, COLOURS[i] ?? "black"), legend(name, i)];
  });
  const ticks = [0, 0.5, 1].flatMap((value) => [
    text(x(value), SIZE - EDGE + 16, "middle", value.toFixed(1)),
    text(EDGE - 6, y(value) + 4, "end", value.toFixed(1)),
  ]);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${SIZE} ${SIZE}" width="${SIZE}" height="${SIZE}" font-family="sans-serif" font-size="11">`,
    "<title>A word's confidence against the share of words that were right</title>",
    `<rect width="${SIZE}" height="${SIZE}" fill="white"/>`,
    `<path d="M${x(0)} ${y(1)}V${y(0)}H${x(1)}" fill="none" stroke="#444"/>`,
    `<path d="M${x(0)} ${y(0)}L${x(1)} ${y(1)}" stroke="#999" stroke-dasharray="4 4"/>`,
    ...ticks,
    text(SIZE / 2, SIZE - 6, "middle", "a word's confidence"),
    text(x(0) + 6, y(1) - 8, "start", "share of words that were right"),
    ...lines,
    "</svg>",
    "",
  ].join("\n");
}

function curve(bins: readonly Bin[], colour: string): string {
  const points = bins.map(({ meanConfidence, rightShare }) => `${x(meanConfidence)},${y(rightShare)}`);
  const dots = bins.map(
    ({ meanConfidence, rightShare, count }) =>
      `<circle cx="${x(meanConfidence)}" cy="${y(rightShare)}" r="${(2 + Math.sqrt(count) / 6).toFixed(1)}" fill="${colour}"/>`,
  );
  return `<polyline points="${points.join(" ")}" fill="none" stroke="${colour}" stroke-width="1.5"/>${dots.join("")}`;
}

function legend(name: string, place: number): string {
  return `<circle cx="${x(0.62)}" cy="${y(0.2) + 16 * place}" r="4" fill="${COLOURS[place]}"/>${text(x(0.62) + 9, y(0.2) + 16 * place + 4, "start", name)}`;
}

function text(atX: number, atY: number, anchor: string, words: string): string {
  return `<text x="${atX}" y="${atY}" text-anchor="${anchor}" fill="#222">${words}</text>`;
}

function x(share: number): number {
  return Math.round(EDGE + share * (SIZE - 2 * EDGE));
}

function y(share: number): number {
  return Math.round(SIZE - EDGE - share * (SIZE - 2 * EDGE));
}
