import type { PhoneNumber } from "@jikimi/routing";
import type { Department, DigestHa1, InboundNumber, Organisation, Person, StoredPolicy, Trunk } from "./types.ts";

/** What the store keeps of a person besides what is shown. */
export type PersonRow = { readonly person: Person; readonly ha1: DigestHa1 };

/** `sealedSecret` is AES-256-GCM ciphertext in base64, opened only to register with the provider. */
export type TrunkRow = { readonly trunk: Trunk; readonly sealedSecret: string | null };

export type DirectoryRows = {
  readonly organisation: Organisation | null;
  readonly people: readonly PersonRow[];
  readonly departments: readonly Department[];
  readonly numbers: readonly InboundNumber[];
  readonly trunks: readonly TrunkRow[];
  /** Every version of each policy ever kept, oldest first. */
  readonly policies: readonly StoredPolicy[];
};

/** Something that has to be unique already exists. */
export type Inserted = "inserted" | "taken";

/** Where the directory lives. Methods reject only when the store itself fails. */
export interface DirectoryStore {
  load(): Promise<DirectoryRows>;
  putOrganisation(organisation: Organisation): Promise<void>;
  insertPerson(row: PersonRow): Promise<Inserted>;
  updatePerson(row: PersonRow): Promise<Inserted>;
  insertDepartment(department: Department): Promise<Inserted>;
  updateDepartment(department: Department): Promise<void>;
  insertNumber(number: InboundNumber): Promise<Inserted>;
  updateNumber(number: InboundNumber): Promise<void>;
  removeNumber(number: PhoneNumber): Promise<void>;
  insertTrunk(row: TrunkRow): Promise<Inserted>;
  updateTrunk(row: TrunkRow): Promise<Inserted>;
  /** `taken` when that version exists: someone else published first. */
  insertPolicy(policy: StoredPolicy): Promise<Inserted>;
}

/** Seals trunk passwords with the site's key. `open` returns null when the text was altered or the key is another. */
export interface SecretSeal {
  seal(clear: string, context: string): string;
  open(sealed: string, context: string): string | null;
}

/** Judges a policy's body (`domain/protection` knows how); an empty list means good. */
export type PolicyChecker = (body: unknown) => readonly PolicyProblem[];

export type PolicyProblem = { readonly path: string; readonly ko: string; readonly en: string };
