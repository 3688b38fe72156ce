import type { Word } from "@jikimi/listening";
import type { Ears } from "@jikimi/recognizers";
import type { Spoken } from "./recognition.ts";

const RATE = 16_000;
const FRAME = 160;
/** What is this far below the clip's loudest 10 ms is no speech. */
const BELOW_PEAK_DB = 25;

export type JoinErrors = { readonly gapMs: number; readonly joins: number; readonly errorsMs: readonly number[] };

/**
 * Two people's clips, each cut to its voice, one behind the other with a known gap: the last word before the join must end
 * there, and the first behind it begin. Joins where a side was not understood at all are left out, and counted.
 */
export async function measureJoins(clips: readonly Spoken[], { recognizer }: Ears, gapMs: number): Promise<JoinErrors> {
  const errorsMs: number[] = [];
  let joins = 0;
  for (let at = 0; at + 1 < clips.length; at += 2) {
    const first = voiceOf(clips[at]);
    const second = voiceOf(clips[at + 1]);
    if (first.length + second.length > 11 * RATE) continue;
    const gap = (gapMs * RATE) / 1000;
    const lead = 0.25 * RATE;
    const pcm = new Float32Array(lead + first.length + gap + second.length + lead);
    pcm.set(first, lead);
    pcm.set(second, lead + first.length + gap);
    const endMs = ((lead + first.length) * 1000) / RATE;
    const startMs = endMs + gapMs;
    const { words } = await recognizer.transcribe(pcm);
    const nearest = nearestEdges(words, (endMs + startMs) / 2);
    joins += 1;
    if (nearest === null) continue;
    errorsMs.push(Math.abs(nearest.endMs - endMs), Math.abs(nearest.startMs - startMs));
  }
  return { gapMs, joins, errorsMs };
}

/** The last word whose middle lies before the join, and the first whose middle lies behind it. */
function nearestEdges(words: readonly Word[], joinMs: number): { endMs: number; startMs: number } | null {
  const before = words.findLast((word) => (word.startMs + word.endMs) / 2 <= joinMs);
  const behind = words.find((word) => (word.startMs + word.endMs) / 2 > joinMs);
  return before === undefined || behind === undefined ? null : { endMs: before.endMs, startMs: behind.startMs };
}

function voiceOf(clip: Spoken | undefined): Float32Array {
  const pcm = Float32Array.from(clip?.sound.pcm ?? [], (sample) => sample / 32_768);
  const levels = Array.from({ length: Math.floor(pcm.length / FRAME) }, (_, frame) => {
    let squares = 0;
    for (let i = frame * FRAME; i < (frame + 1) * FRAME; i++) squares += (pcm[i] ?? 0) ** 2;
    return 10 * Math.log10(squares / FRAME + 1e-10);
  });
  const bar = Math.max(...levels) - BELOW_PEAK_DB;
  const from = levels.findIndex((level) => level >= bar);
  const to = levels.findLastIndex((level) => level >= bar) + 1;
  return pcm.slice(Math.max(0, from) * FRAME, Math.max(0, to) * FRAME);
}
