import { type AbuseLabel, abuseLabels } from "@jikimi/language";

/** Where an example may be used: to learn weights, to calibrate and choose thresholds, or only to measure. */
export type Role = "train" | "calibrate" | "test";

/**
 * One text and what is known about it. Foreign data sets rarely know all five labels: `null` is unknown and teaches
 * nothing; `oneOf` says that at least one of these is true without saying which.
 */
export type Example = {
  readonly text: string;
  readonly truth: Readonly<Record<AbuseLabel, boolean | null>>;
  readonly oneOf: readonly AbuseLabel[];
  /** How much it counts while learning. */
  readonly weight: number;
  /** Data set, or file of written lines; with `group` for tables. */
  readonly source: string;
  readonly group: string;
  readonly role: Role;
};

export type Truth = Example["truth"];

export const nothingKnown: Truth = truthOf(() => null);
export const innocent: Truth = truthOf(() => false);

export function truthOf(know: (label: AbuseLabel) => boolean | null): Truth {
  return {
    profanity: know("profanity"),
    insult: know("insult"),
    threat: know("threat"),
    sexual_harassment: know("sexual_harassment"),
    discrimination: know("discrimination"),
  };
}

export const isAbuse = (example: Example): boolean =>
  example.oneOf.length > 0 || abuseLabels.some((label) => example.truth[label] === true);
