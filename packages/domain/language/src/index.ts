export type { AllowListed, Assessment, Classifier, Evidence, Hearing } from "./assessment.ts";
export { characterErrors, lettersOf } from "./character-errors.ts";
export { createClassifier, defaultThresholds } from "./classifier.ts";
export type { LanguageErrorCode } from "./errors.ts";
export {
  extractFeatures,
  type FeatureSink,
  type FeatureSort,
  featureSet,
  featureValue,
  patternValue,
} from "./features.ts";
export { type AbuseLabel, abuseLabels, type LabelScores } from "./labels.ts";
export {
  type ClassifierModel,
  decodeClassifier,
  encodeClassifier,
  fingerprintOf,
  type LabelParameters,
} from "./model-file.ts";
export { type Normalised, normalise } from "./normalise.ts";
export { type Reading, read } from "./reading.ts";
