import type { AssessedUtterance } from "./events.ts";
import { type AbuseLabel, abuseLabels, type Policy } from "./policy.ts";
import type { Entry, LabelFamily, Pending, ProtectionState, Severity } from "./state.ts";
import type { Turn } from "./turn.ts";

/** More never matter: a policy whose sum needs more utterances than this is not accepted. */
export const maxEntries = 64;

/** What a `continue` forgives together: rude words shade into each other, threats and harassment stand apart. */
export function familyOf(label: AbuseLabel): LabelFamily {
  return label === "threat" || label === "sexual_harassment" ? label : "abuse";
}

/** The labels by which an utterance would count under this policy, whoever says it and whenever. */
export function countingLabels(utterance: Pick<AssessedUtterance, "labels">, policy: Policy): readonly AbuseLabel[] {
  return abuseLabels.filter((label) => (utterance.labels[label] ?? 0) >= policy.labels[label].threshold);
}

/**
 * Judges one utterance: none, a hint, or an entry that may make a stage due. Only the caller's words, only those said
 * to the agent (not before the bridge, not on hold, not while nobody listened), never those continued past.
 */
export function hear(turn: Turn, utterance: AssessedUtterance): void {
  const { state, policy } = turn;
  if (utterance.speaker !== "caller") return;
  if (state.stage.kind !== "talking" && state.stage.kind !== "warning" && state.stage.kind !== "notice") return;
  const { startMs } = utterance;
  if (!Number.isFinite(startMs) || !Number.isFinite(utterance.endMs)) return;
  if (state.bridgedAtMs === null || startMs < state.bridgedAtMs || wasUnheard(state, startMs)) return;

  const labels = countingLabels(utterance, policy).filter(
    (label) => startMs >= (state.continuedAtMs[familyOf(label)] ?? Number.NEGATIVE_INFINITY),
  );
  if (labels.length === 0) return;
  if (!(utterance.confidence >= policy.minConfidence)) {
    hint(turn, utterance, labels, "utterance-unsure");
    return;
  }
  const tooSoon = startMs < state.countFromMs || state.stage.kind === "warning";
  const counting = tooSoon ? labels.filter((label) => policy.labels[label].warningsBeforeEnding === 0) : labels;
  if (counting.length === 0) {
    hint(turn, utterance, labels, "utterance-too-soon");
    return;
  }
  turn.set({ entries: withEntry(state.entries, utterance, counting) });
  hint(turn, utterance, counting, "utterance-counts");
  const reached = verdict(turn);
  if (reached !== null && reached.severity >= (state.due?.severity ?? 0)) turn.set({ due: reached });
}

/** The stage that the entries reach now; null when they do not add up to one. */
function verdict(turn: Turn): (Pending & { severity: Severity }) | null {
  const { state, policy } = turn;
  const heard = state.warningsHeard;
  const mayEnd = (label: AbuseLabel) => policy.labels[label].warningsBeforeEnding <= heard;
  const atOnce = (label: AbuseLabel) => mayEnd(label) && policy.labels[label].ending === "at-once";
  const levels: readonly [Severity, (label: AbuseLabel) => boolean][] = [
    [3, atOnce],
    [2, mayEnd],
    [1, () => true],
  ];
  for (const [severity, qualifies] of levels) {
    const parts = contributions(state.entries, policy, qualifies);
    const sum = total(parts);
    if (sum < policy.accumulation.warnAt) continue;
    const labels = [...new Set(parts.flatMap((part) => part.labels))];
    const scores = labels.map((label) => [label, Math.max(...parts.map((part) => part.entry.labels[label] ?? 0))]);
    const needed = Math.min(...labels.map((label) => policy.labels[label].warningsBeforeEnding));
    return {
      severity,
      families: familiesOf(labels),
      cause: turn.cause("abuse-sum", {
        utteranceIds: parts.map((part) => part.entry.utteranceId),
        values: {
          sum,
          warningsHeard: heard,
          confidence: Math.min(...parts.map((part) => part.entry.confidence)),
          ...Object.fromEntries(scores),
        },
        thresholds: {
          sum: policy.accumulation.warnAt,
          warningsHeard: needed,
          confidence: policy.minConfidence,
          ...Object.fromEntries(labels.map((label) => [label, policy.labels[label].threshold])),
        },
      }),
    };
  }
  return null;
}

export function familiesOf(labels: readonly AbuseLabel[]): readonly LabelFamily[] {
  return [...new Set(labels.map(familyOf))];
}

/** The families of everything that counts at the moment. */
export function familiesOfEntries(entries: readonly Entry[]): readonly LabelFamily[] {
  return familiesOf(abuseLabels.filter((label) => entries.some((entry) => entry.labels[label] !== undefined)));
}

type Contribution = { readonly entry: Entry; readonly labels: readonly AbuseLabel[]; readonly points: number };

/**
 * Each entry adds the weight of its heaviest qualifying label, halved every half-life. Time is the caller's: it is
 * counted between utterances, so that a slow recogniser changes nothing.
 */
function contributions(
  entries: readonly Entry[],
  policy: Policy,
  qualifies: (label: AbuseLabel) => boolean,
): readonly Contribution[] {
  const lastMs = Math.max(...entries.map((entry) => entry.endMs));
  const { halfLifeMs } = policy.accumulation;
  return entries.flatMap((entry) => {
    const labels = abuseLabels.filter((label) => entry.labels[label] !== undefined && qualifies(label));
    const weight = Math.max(0, ...labels.map((label) => policy.labels[label].weight));
    const points = halfLifeMs === null ? weight : weight * 2 ** ((entry.endMs - lastMs) / halfLifeMs);
    return points > 0 ? [{ entry, labels, points }] : [];
  });
}

/** Rounded to a millionth, so that ten tenths are one. */
function total(parts: readonly Contribution[]): number {
  return Math.round(parts.reduce((sum, part) => sum + part.points, 0) * 1e6) / 1e6;
}

function withEntry(entries: readonly Entry[], utterance: AssessedUtterance, labels: readonly AbuseLabel[]): Entry[] {
  const known = entries.find((entry) => entry.utteranceId === utterance.utteranceId);
  const scores = Object.fromEntries(labels.map((label) => [label, utterance.labels[label] ?? 0]));
  const entry: Entry = {
    utteranceId: utterance.utteranceId,
    startMs: Math.min(known?.startMs ?? utterance.startMs, utterance.startMs),
    endMs: Math.max(known?.endMs ?? 0, utterance.endMs, utterance.startMs),
    confidence: Math.max(known?.confidence ?? 0, utterance.confidence),
    labels: raise(known?.labels ?? {}, scores),
  };
  return [...entries.filter((other) => other !== known), entry].slice(-maxEntries);
}

function raise(known: Entry["labels"], scores: Entry["labels"]): Entry["labels"] {
  const labels = abuseLabels.filter((label) => known[label] !== undefined || scores[label] !== undefined);
  return Object.fromEntries(labels.map((label) => [label, Math.max(known[label] ?? 0, scores[label] ?? 0)]));
}

function hint(
  turn: Turn,
  utterance: AssessedUtterance,
  labels: readonly AbuseLabel[],
  rule: "utterance-counts" | "utterance-unsure" | "utterance-too-soon",
): void {
  const { policy } = turn;
  const sum = total(contributions(turn.state.entries, policy, () => true));
  const confidence = Number.isFinite(utterance.confidence) ? utterance.confidence : 0;
  const cause = turn.cause(rule, {
    utteranceIds: [utterance.utteranceId],
    values: {
      sum,
      confidence,
      startMs: utterance.startMs,
      ...Object.fromEntries(labels.map((label) => [label, utterance.labels[label] ?? 0])),
    },
    thresholds: {
      sum: policy.accumulation.warnAt,
      confidence: policy.minConfidence,
      startMs: turn.state.countFromMs,
      ...Object.fromEntries(labels.map((label) => [label, policy.labels[label].threshold])),
    },
  });
  turn.emit(cause, { kind: "hint", risk: Math.min(1, sum / policy.accumulation.warnAt), labels });
  turn.set({ hintUntilMs: turn.nowMs + policy.hintForMs });
}

function wasUnheard(state: ProtectionState, startMs: number): boolean {
  return state.unheard.some((time) => startMs >= time.fromMs && (time.toMs === null || startMs < time.toMs));
}
