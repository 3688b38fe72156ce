/** What an utterance can be found guilty of; the order is the order of the weights in a model file. */
export const abuseLabels = ["profanity", "insult", "threat", "sexual_harassment", "discrimination"] as const;
export type AbuseLabel = (typeof abuseLabels)[number];

/** One probability (0 to 1) per label. */
export type LabelScores = Readonly<Record<AbuseLabel, number>>;

/** Builds a record over all labels. */
export function mapLabels<T>(make: (label: AbuseLabel, index: number) => T): Record<AbuseLabel, T> {
  return {
    profanity: make("profanity", 0),
    insult: make("insult", 1),
    threat: make("threat", 2),
    sexual_harassment: make("sexual_harassment", 3),
    discrimination: make("discrimination", 4),
  };
}
