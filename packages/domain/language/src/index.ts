export type { AllowListed, Assessment, Classifier, Evidence, Hearing } from "./assessment.ts";
export { LanguageError, type LanguageErrorCode } from "./errors.ts";
export { type AbuseLabel, abuseLabels, type LabelScores } from "./labels.ts";
