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
  const counting = labels.filter((label) => mayWarn(state, startMs) || mayEnd(state, policy, label, startMs));
  if (counting.length === 0) {
    hint(turn, utterance, labels, "utterance-too-soon");
    return;
  }
  turn.set({ entries: withEntry(state.entries, utterance, counting) });
  hint(turn, utterance, counting, "utterance-counts");
  const reached = verdict(turn, utterance);
  if (reached !== null && reached.severity >= (state.due?.severity ?? 0)) turn.set({ due: reached });
}

/** The gravest stage that this utterance, with what counts beside it, reaches; null when it adds up to none. */
function verdict(turn: Turn, utterance: AssessedUtterance): (Pending & { severity: Severity }) | null {
  const { state, policy } = turn;
  const ending: Qualifies = (label, entry) => mayEnd(state, policy, label, entry.startMs);
  const levels: readonly [Severity, Qualifies][] = [
    [3, (label, entry) => ending(label, entry) && policy.labels[label].ending === "at-once"],
    [2, ending],
    [1, (_, entry) => mayWarn(state, entry.startMs)],
  ];
  for (const [severity, qualifies] of levels) {
    const parts = contributions(state.entries, policy, qualifies);
    const sum = total(parts);
    const takesPart = parts.some((part) => part.entry.utteranceId === utterance.utteranceId);
    if (!takesPart || sum < policy.accumulation.warnAt) continue;
    const labels = [...new Set(parts.flatMap((part) => part.labels))];
    const scores = labels.map((label) => [label, Math.max(...parts.map((part) => part.entry.labels[label] ?? 0))]);
    return {
      severity,
      families: familiesOf(labels),
      cause: turn.cause("abuse-sum", {
        utteranceIds: parts.map((part) => part.entry.utteranceId),
        values: {
          sum,
          warningsHeard: state.warnings.length,
          confidence: Math.min(...parts.map((part) => part.entry.confidence)),
          ...Object.fromEntries(scores),
        },
        thresholds: {
          sum: policy.accumulation.warnAt,
          warningsHeard: Math.min(...labels.map((label) => policy.labels[label].warningsBeforeEnding)),
          confidence: policy.minConfidence,
          ...Object.fromEntries(labels.map((label) => [label, policy.labels[label].threshold])),
        },
      }),
    };
  }
  return null;
}

/** Words lead to a warning only when the last one had been heard, with time to answer it, before they began. */
function mayWarn({ stage, warnings }: ProtectionState, startMs: number): boolean {
  return stage.kind !== "warning" && startMs >= (warnings.at(-1) ?? 0);
}

/** Words lead to an ending only when as many warnings as their label needs had been heard before they began. */
function mayEnd(state: ProtectionState, policy: Policy, label: AbuseLabel, startMs: number): boolean {
  const needed = policy.labels[label].warningsBeforeEnding;
  return needed === 0 || startMs >= (state.warnings[needed - 1] ?? Number.POSITIVE_INFINITY);
}

/** A warning was heard to its end at `heardAtMs`: what came before it counts no more, but for what may end anyway. */
export function warningHeard(turn: Turn, heardAtMs: number): void {
  const { state, policy } = turn;
  const freshFromMs = Math.max(state.warnings.at(-1) ?? 0, heardAtMs + policy.graceAfterWarningMs);
  const warnings = [...state.warnings, freshFromMs];
  const entries = state.entries.flatMap((entry): Entry[] => {
    const kept = abuseLabels.filter(
      (label) => entry.labels[label] !== undefined && mayEnd({ ...state, warnings }, policy, label, entry.startMs),
    );
    const labels = Object.fromEntries(kept.map((label) => [label, entry.labels[label] ?? 0]));
    return kept.length === 0 ? [] : [{ ...entry, labels }];
  });
  turn.set({ warnings, entries });
}

function familiesOf(labels: readonly AbuseLabel[]): readonly LabelFamily[] {
  return [...new Set(labels.map(familyOf))];
}

/** The families of everything that counts at the moment. */
export function familiesOfEntries(entries: readonly Entry[]): readonly LabelFamily[] {
  return familiesOf(abuseLabels.filter((label) => entries.some((entry) => entry.labels[label] !== undefined)));
}

type Qualifies = (label: AbuseLabel, entry: Entry) => boolean;

type Contribution = { readonly entry: Entry; readonly labels: readonly AbuseLabel[]; readonly points: number };

/**
 * Each entry adds the weight of its heaviest qualifying label, halved every half-life. Time is the caller's: it is
 * counted between utterances, so that a slow recogniser changes nothing.
 */
function contributions(entries: readonly Entry[], policy: Policy, qualifies: Qualifies): readonly Contribution[] {
  const { halfLifeMs } = policy.accumulation;
  const weighed = entries.flatMap((entry) => {
    const labels = abuseLabels.filter((label) => entry.labels[label] !== undefined && qualifies(label, entry));
    const points = Math.max(0, ...labels.map((label) => policy.labels[label].weight));
    return points > 0 ? [{ entry, labels, points }] : [];
  });
  if (halfLifeMs === null) return weighed;
  const lastMs = Math.max(...weighed.map(({ entry }) => entry.endMs));
  return weighed.map((part) => ({ ...part, points: part.points * 2 ** ((part.entry.endMs - lastMs) / halfLifeMs) }));
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
      startMs: turn.state.warnings.at(-1) ?? turn.state.bridgedAtMs ?? 0,
      ...Object.fromEntries(labels.map((label) => [label, policy.labels[label].threshold])),
    },
  });
  turn.emit(cause, { kind: "hint", risk: Math.min(1, sum / policy.accumulation.warnAt), labels });
  turn.set({ hintUntilMs: turn.nowMs + policy.hintForMs });
}

function wasUnheard(state: ProtectionState, startMs: number): boolean {
  return state.unheard.some((time) => startMs >= time.fromMs && (time.toMs === null || startMs < time.toMs));
}
