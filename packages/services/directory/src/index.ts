export { makePassword } from "./digest.ts";
export {
  type AddedPerson,
  type DepartmentChange,
  Directory,
  type DirectoryOptions,
  type NewDepartment,
  type NewPerson,
  type NewPolicy,
  type NewTrunk,
  type PersonChange,
  wrongPassword,
} from "./directory.ts";
export type { DirectoryError, DirectoryErrorCode } from "./errors.ts";
export type {
  DirectoryRows,
  DirectoryStore,
  Inserted,
  PersonRow,
  PolicyChecker,
  PolicyProblem,
  SecretSeal,
  TrunkRow,
} from "./ports.ts";
export type { DirectoryProblem, DirectoryProblemCode, Outcome } from "./problems.ts";
export { installSample, type SampleDepartment, type SamplePassword, sampleDepartment } from "./sample.ts";
export { aesSecretSeal } from "./secret-seal.ts";
export type {
  Bilingual,
  Department,
  DigestHa1,
  DirectoryChange,
  InboundNumber,
  Language,
  NumberFormat,
  Organisation,
  Person,
  RecordingMode,
  Role,
  StoredPolicy,
  Trunk,
  TrunkRoute,
  TrunkTransport,
} from "./types.ts";
export type { DirectoryView } from "./view.ts";
