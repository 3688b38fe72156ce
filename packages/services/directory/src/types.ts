import type { AgentId, DepartmentId, EpochMs, PolicyId, RecognizerName, TrunkId } from "@jikimi/kernel";
import type { OpeningHours, PhoneNumber } from "@jikimi/routing";

/** What people read, in both languages. */
export type Bilingual = { readonly ko: string; readonly en: string };

export type Language = "ko" | "en";

/** The one organisation this site serves. */
export type Organisation = {
  readonly names: Bilingual;
  readonly language: Language;
  /** IANA name, e.g. `Asia/Seoul`: what reports and screens show times in. */
  readonly timeZone: string;
  /** The digest realm (RFC 7616); every HA1 is made for it, so it is set once, before the first person. */
  readonly sipRealm: string;
};

/** `auditor` (감사): looks at everything that was recorded, and changes nothing. */
export type Role = "agent" | "supervisor" | "administrator" | "auditor";

/** Someone who answers or watches. The password itself is never kept, only what digest authentication needs. */
export type Person = {
  readonly id: AgentId;
  readonly sipUsername: string;
  readonly displayName: string;
  readonly role: Role;
  readonly departmentId: DepartmentId | null;
  readonly active: boolean;
  readonly createdAtMs: EpochMs;
};

/** H(username:realm:password) of RFC 7616 §3.4.2, hexadecimal, lower case. */
export type DigestHa1 = { readonly md5: string; readonly sha256: string };

/** `all-call` (전수녹취) records from answer; `on-demand` (선택녹취) when the agent asks for it. */
export type RecordingMode = "all-call" | "on-demand";

export type Department = {
  readonly id: DepartmentId;
  readonly names: Bilingual;
  readonly recordingMode: RecordingMode;
  /** The recording notice plays before connection. Never false with `all-call`; with `on-demand` it may wait until recording starts. */
  readonly noticeBeforeConnection: boolean;
  readonly policyId: PolicyId;
  /** Null: always open. */
  readonly hours: OpeningHours | null;
  readonly ringTimeoutMs: number;
  /** How long a caller waits for a free agent before the "nobody free" announcement. */
  readonly queueTimeoutMs: number;
  readonly language: Language;
  /** Shown to whom the department calls: one of our own numbers, or null while outbound is not set up. */
  readonly displayNumber: PhoneNumber | null;
  /** Which recogniser hears its calls; null: the one that is set for all (`JIKIMI_RECOGNIZER`). */
  readonly recognizer: RecognizerName | null;
};

/** A number that people can ring, and who answers it. */
export type InboundNumber = {
  readonly number: PhoneNumber;
  readonly departmentId: DepartmentId;
  /** Which recogniser hears the calls to it; null: its department's. */
  readonly recognizer: RecognizerName | null;
};

export type TrunkTransport = "udp" | "tcp";

/** How the carrier wants dialled numbers: `+82212345678` or `0212345678`. */
export type NumberFormat = "e164" | "national";

export type TrunkRoute =
  | {
      /** The carrier or PBX is known by where it is. */
      readonly kind: "address";
      /** IP addresses or networks (`198.51.100.7`, `198.51.100.0/24`, `2001:db8::/32`) whose calls are taken. */
      readonly sources: readonly string[];
    }
  | {
      /** We register with the provider and authenticate with a password, kept sealed. */
      readonly kind: "registered";
      readonly username: string;
      /** Where it differs from `username`. */
      readonly authUsername: string | null;
      readonly registrationIntervalMs: number;
    };

export type Trunk = {
  readonly id: TrunkId;
  readonly name: string;
  readonly host: string;
  readonly port: number;
  readonly transport: TrunkTransport;
  readonly route: TrunkRoute;
  readonly numberFormat: NumberFormat;
  /** Outbound calls take the active trunk with the lowest number first. */
  readonly priority: number;
  readonly active: boolean;
  /** Whether a password is kept; itself it never leaves by a read. */
  readonly hasSecret: boolean;
};

/** One version of a policy; versions are only ever added. */
export type StoredPolicy = {
  readonly id: PolicyId;
  readonly version: number;
  /** As `domain/protection` reads it; checked before it is kept. */
  readonly body: unknown;
  readonly author: string;
  readonly createdAtMs: EpochMs;
};

/** One change, told after it is stored and `view()` shows it. */
export type DirectoryChange =
  | { readonly kind: "organisation" }
  | { readonly kind: "person"; readonly id: AgentId }
  | { readonly kind: "department"; readonly id: DepartmentId }
  | { readonly kind: "number"; readonly number: PhoneNumber }
  | { readonly kind: "trunk"; readonly id: TrunkId }
  | { readonly kind: "policy"; readonly id: PolicyId; readonly version: number };
