import type { PolicyProblem } from "./ports.ts";

export type DirectoryProblemCode =
  | "organisation-unset"
  | "invalid-name"
  | "invalid-id"
  | "id-taken"
  | "invalid-time-zone"
  | "invalid-realm"
  | "realm-in-use"
  | "invalid-username"
  | "username-taken"
  | "weak-password"
  | "person-unknown"
  | "last-administrator"
  | "department-unknown"
  | "notice-required"
  | "invalid-hours"
  | "invalid-timeout"
  | "display-number-not-ours"
  | "invalid-number"
  | "number-taken"
  | "number-unknown"
  | "number-shown"
  | "trunk-unknown"
  | "trunk-name-taken"
  | "invalid-trunk"
  | "secret-required"
  | "policy-unknown"
  | "policy-invalid"
  | "policy-raced";

/** Why a change was not made, in words that name what is wrong and the way out. */
export type DirectoryProblem = {
  readonly code: DirectoryProblemCode;
  readonly ko: string;
  readonly en: string;
  /** What was given that caused it, for a form to point at. */
  readonly field?: string;
  readonly policyProblems?: readonly PolicyProblem[];
};

/** What can normally happen when the directory is changed. */
export type Outcome<T> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "refused"; readonly problem: DirectoryProblem };

export function done<T>(value: T): Outcome<T> {
  return { kind: "done", value };
}

export function refused(code: DirectoryProblemCode, subject = "", extra: Partial<DirectoryProblem> = {}) {
  const [ko, en] = texts[code];
  const fill = (text: string) => text.replaceAll("{}", subject);
  return { kind: "refused", problem: { code, ko: fill(ko), en: fill(en), ...extra } } as const;
}

const texts: Readonly<Record<DirectoryProblemCode, readonly [ko: string, en: string]>> = {
  "organisation-unset": [
    "기관 정보가 아직 설정되지 않았습니다. 먼저 기관 정보를 등록해 주세요.",
    "The organisation is not set up yet. Set it up first.",
  ],
  "invalid-name": [
    "이름은 한 글자 이상 80글자 이하여야 하며 제어 문자를 쓸 수 없습니다.",
    "A name has 1 to 80 characters and no control characters.",
  ],
  "invalid-id": [
    "식별자 '{}'을(를) 쓸 수 없습니다. 영문 소문자, 숫자, 붙임표(-)로 32자 이내로 적어 주세요.",
    "The id '{}' cannot be used. Use up to 32 lower-case letters, digits and hyphens.",
  ],
  "id-taken": [
    "식별자 '{}'은(는) 이미 쓰이고 있습니다. 다른 식별자를 골라 주세요.",
    "The id '{}' is taken. Choose another.",
  ],
  "invalid-time-zone": [
    "시간대 '{}'을(를) 알 수 없습니다. 예: Asia/Seoul",
    "The time zone '{}' is not known. Example: Asia/Seoul",
  ],
  "invalid-realm": [
    "SIP 인증 영역(realm)은 영문, 숫자, 점, 붙임표로 1~64자여야 합니다.",
    "The SIP realm has 1 to 64 letters, digits, dots and hyphens.",
  ],
  "realm-in-use": [
    "사용자가 이미 등록되어 있어 SIP 인증 영역을 바꿀 수 없습니다. 바꾸려면 모든 비밀번호를 새로 정해야 합니다.",
    "The SIP realm cannot change while people are registered: every password would have to be set again.",
  ],
  "invalid-username": [
    "SIP 사용자 이름 '{}'을(를) 쓸 수 없습니다. 영문 소문자나 숫자로 시작하고 점, 밑줄, 붙임표를 포함해 32자 이내여야 합니다.",
    "The SIP user name '{}' cannot be used. Start with a lower-case letter or digit; up to 32 of letters, digits, dot, underscore, hyphen.",
  ],
  "username-taken": [
    "SIP 사용자 이름 '{}'은(는) 이미 쓰이고 있습니다. 다른 이름을 골라 주세요.",
    "The SIP user name '{}' is taken. Choose another.",
  ],
  "weak-password": [
    "비밀번호는 10자 이상 128자 이하여야 하며 사용자 이름을 포함할 수 없습니다. 비워 두면 안전한 비밀번호를 만들어 드립니다.",
    "A password has 10 to 128 characters and does not contain the user name. Leave it out to have a safe one made.",
  ],
  "person-unknown": ["사용자 '{}'을(를) 찾을 수 없습니다.", "There is no person '{}'."],
  "last-administrator": [
    "마지막 관리자는 해제할 수 없습니다. 먼저 다른 관리자를 지정해 주세요.",
    "The last administrator cannot be removed. Name another one first.",
  ],
  "department-unknown": [
    "부서 '{}'을(를) 찾을 수 없습니다. 부서 목록을 확인하거나 먼저 부서를 추가해 주세요.",
    "There is no department '{}'. See the list of departments, or add it first.",
  ],
  "notice-required": [
    "모든 통화를 녹음하는 부서에서는 연결 전 녹음 안내를 끌 수 없습니다. 안내를 켜거나 선택 녹음으로 바꾸어 주세요.",
    "A department that records every call cannot switch the notice off. Keep the notice, or record on demand.",
  ],
  "invalid-hours": [
    "운영 시간이 올바르지 않습니다({}). 시각은 하루 안에서 서로 겹치지 않게, 날짜는 '2026-01-01' 형식으로 적어 주세요.",
    "The opening hours are not valid ({}). Times of a day must not overlap; dates are written as '2026-01-01'.",
  ],
  "invalid-timeout": [
    "대기 시간 '{}'이(가) 올바르지 않습니다. 벨 울림은 5~120초, 전체 대기는 10~1800초여야 합니다.",
    "The waiting time '{}' is not valid. Ringing lasts 5 to 120 s, waiting in all 10 to 1800 s.",
  ],
  "display-number-not-ours": [
    "발신 표시 번호 '{}'은(는) 우리 기관에 등록된 번호가 아닙니다. 발신번호 변작은 전기통신사업법 제84조의2가 금지합니다. 먼저 번호를 등록해 주세요.",
    "The number '{}' is not one of ours, so it cannot be shown to those we call (Telecommunications Business Act, art. 84-2). Add the number first.",
  ],
  "invalid-number": [
    "전화번호 '{}'을(를) 읽을 수 없습니다. 예: +82212345678, 02-1234-5678, 1588-1234",
    "The telephone number '{}' cannot be read. Examples: +82212345678, 02-1234-5678, 1588-1234",
  ],
  "number-taken": [
    "전화번호 '{}'은(는) 이미 다른 부서가 쓰고 있습니다. 옮기려면 번호 이동을 이용해 주세요.",
    "The number '{}' already belongs to a department. Move it instead of adding it.",
  ],
  "number-unknown": ["전화번호 '{}'은(는) 등록되어 있지 않습니다.", "The number '{}' is not registered here."],
  "number-shown": [
    "전화번호 '{}'은(는) 부서의 발신 표시 번호라서 지울 수 없습니다. 먼저 부서의 발신 표시 번호를 바꾸어 주세요.",
    "The number '{}' is shown on a department's outgoing calls, so it cannot be removed. Change that first.",
  ],
  "trunk-unknown": ["회선 '{}'을(를) 찾을 수 없습니다.", "There is no trunk '{}'."],
  "trunk-name-taken": ["회선 이름 '{}'은(는) 이미 쓰이고 있습니다.", "The trunk name '{}' is taken."],
  "invalid-trunk": [
    "회선 설정이 올바르지 않습니다({}). 주소, 포트(1~65535), 허용 IP 주소를 확인해 주세요.",
    "The trunk's settings are not valid ({}). Check its host, port (1 to 65535) and allowed IP addresses.",
  ],
  "secret-required": [
    "등록형 회선에는 통신사가 준 비밀번호가 필요합니다.",
    "A trunk that registers with a provider needs the provider's password.",
  ],
  "policy-unknown": [
    "규칙 '{}'을(를) 찾을 수 없습니다. 규칙 목록을 확인해 주세요.",
    "There is no policy '{}'. See the list of policies.",
  ],
  "policy-invalid": [
    "규칙 '{}'에 고칠 곳이 있습니다. 아래 항목을 확인해 주세요.",
    "The policy '{}' has to be corrected. See the points below.",
  ],
  "policy-raced": [
    "규칙 '{}'을(를) 다른 사람이 먼저 고쳤습니다. 새 내용을 확인한 뒤 다시 시도해 주세요.",
    "Someone else changed the policy '{}' first. Look at the new version, then try again.",
  ],
};
