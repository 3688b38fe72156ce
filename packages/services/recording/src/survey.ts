import type { Speaker } from "@jikimi/kernel";
import type { RecordingFinding } from "./findings.ts";
import { samplesToMs } from "./gap-list.ts";
import { type Interval, joined, without } from "./intervals.ts";
import type { Recording } from "./reader.ts";
import { type AudioRecord, bytesPerSample, type GapRecord, type TotalsRecord } from "./records.ts";
import type { RecordingGapReason, RecordingTrack } from "./types.ts";

/** A stretch without sound on a channel; `unexplained` where the writer gave no reason (a damaged block, above all). */
export type ManifestGap = {
  readonly channel: Speaker;
  readonly startMs: number;
  readonly endMs: number;
  readonly reason: RecordingGapReason | "unexplained";
};

/** Where a stretch of sound lies: the block, and which of its records. */
export type AudioPlace = {
  readonly track: RecordingTrack;
  readonly start: number;
  readonly end: number;
  readonly blockIndex: number;
  readonly blockOffset: number;
  readonly recordNumber: number;
};

export type Survey = {
  readonly durationSamples: number;
  /** In the order of writing: where two overlap, the later one counts. */
  readonly places: readonly AudioPlace[];
  readonly gaps: readonly ManifestGap[];
  readonly announcements: readonly { readonly startMs: number; readonly endMs: number }[];
  readonly findings: readonly RecordingFinding[];
  readonly closed: boolean;
};

/** Shorter silences without a reason are the seams between packets and no news. */
const UNEXPLAINED_FROM_SAMPLES = 80;

/** Reads the whole recording once and keeps where everything lies, not the sound itself. */
export async function surveyRecording(recording: Recording): Promise<Survey> {
  const places: AudioPlace[] = [];
  const told: GapRecord[] = [];
  const findings: RecordingFinding[] = [];
  let totals: TotalsRecord | null = null;
  for await (const item of recording.items()) {
    if (item.kind === "finding") {
      findings.push(item.finding);
      continue;
    }
    item.records.forEach((record, recordNumber) => {
      if (record.kind === "gap") told.push(record);
      else if (record.kind === "totals") totals = record;
      else places.push({ ...placeOf(record), blockIndex: item.index, blockOffset: item.offset, recordNumber });
    });
  }
  places.sort((a, b) => a.blockIndex - b.blockIndex || a.recordNumber - b.recordNumber);
  const durationSamples = lastSample(places, told, totals);
  const gaps = (["caller", "agent"] as const).flatMap((channel) => channelGaps(channel, places, told, durationSamples));
  const announcements = joined(places.filter(({ track }) => track === "announcement")).map(inMs);
  return { durationSamples, places, gaps, announcements, findings, closed: totals !== null };
}

function placeOf({ track, codec, startSample, payload }: AudioRecord): { track: RecordingTrack } & Interval {
  return { track, start: startSample, end: startSample + Math.floor(payload.length / bytesPerSample(codec)) };
}

function lastSample(places: readonly Interval[], told: readonly GapRecord[], totals: TotalsRecord | null): number {
  const ends = [totals?.durationSamples ?? 0];
  for (const { end } of places) ends.push(end);
  for (const { endSample } of told) ends.push(endSample);
  return ends.reduce((last, end) => Math.max(last, end), 0);
}

/** What was told, less what has sound after all (a late packet), and what nobody told. */
function channelGaps(
  channel: Speaker,
  places: readonly AudioPlace[],
  told: readonly GapRecord[],
  durationSamples: number,
): ManifestGap[] {
  const sound = joined(places.filter(({ track }) => track === channel));
  const silences = without([{ start: 0, end: durationSamples }], sound);
  const own = told.filter(({ track }) => track === channel);
  const reasons = [...new Set(own.map(({ reason }) => reason))];
  const explained = joined(own.map(({ startSample, endSample }) => ({ start: startSample, end: endSample })));
  const rows = reasons.flatMap((reason) => {
    const claims = own.filter((gap) => gap.reason === reason);
    const spans = joined(claims.map(({ startSample, endSample }) => ({ start: startSample, end: endSample })));
    return without(spans, sound).map((span): ManifestGap => ({ channel, ...inMs(span), reason }));
  });
  const unexplained = without(silences, explained)
    .filter(({ start, end }) => end - start >= UNEXPLAINED_FROM_SAMPLES)
    .map((span): ManifestGap => ({ channel, ...inMs(span), reason: "unexplained" }));
  return [...rows, ...unexplained].sort((a, b) => a.startMs - b.startMs);
}

function inMs({ start, end }: Interval): { startMs: number; endMs: number } {
  return { startMs: Math.floor(samplesToMs(start)), endMs: Math.ceil(samplesToMs(end)) };
}
