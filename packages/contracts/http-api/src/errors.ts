import { z } from "zod";

/** Every way an operation says no. A client switches on `code`; people read `ko` or `en`. */
export const errorCodes = [
  "invalid-input",
  "not-signed-in",
  "not-allowed",
  "not-found",
  "reason-required",
  "server-stopping",
  "store-unavailable",
  "internal",
  "organisation-unset",
  "invalid-name",
  "invalid-id",
  "id-taken",
  "invalid-time-zone",
  "invalid-realm",
  "realm-in-use",
  "invalid-username",
  "username-taken",
  "weak-password",
  "person-unknown",
  "last-administrator",
  "department-unknown",
  "notice-required",
  "invalid-hours",
  "invalid-timeout",
  "display-number-not-ours",
  "invalid-number",
  "number-taken",
  "number-unknown",
  "number-shown",
  "trunk-unknown",
  "trunk-name-taken",
  "invalid-trunk",
  "secret-required",
  "policy-unknown",
  "policy-invalid",
  "policy-raced",
  "call-unknown",
  "incident-unknown",
  "recording-unknown",
  "recording-unreadable",
  "wrong-credentials",
  "too-many-attempts",
  "second-factor-required",
  "second-factor-wrong",
  "password-unchanged",
  "setup-code-required",
  "already-set-up",
  "not-your-call",
  "call-over",
  "action-refused",
  "resting",
  "on-a-call",
  "person-not-free",
  "no-trunk",
  "help-unknown",
  "trial-unavailable",
  "too-many-requests",
  "wrong-origin",
  "sign-in-again",
  "account-unknown",
  "second-factor-unset",
  "second-factor-already-set",
  "passkey-unknown",
  "passkey-refused",
  "passkey-unavailable",
] as const;

export type ErrorCode = (typeof errorCodes)[number];

export const policyProblem = z.object({
  path: z.string().describe("Where in the policy, e.g. labels.insult.threshold"),
  ko: z.string(),
  en: z.string(),
});

export const apiError = z.object({
  code: z.enum(errorCodes),
  ko: z.string(),
  en: z.string(),
  field: z.string().optional().describe("The input that caused it"),
  policyProblems: z.array(policyProblem).optional(),
  retryAfterS: z.number().int().positive().optional().describe("When it is worth trying again, in seconds"),
});

export type ApiError = z.infer<typeof apiError>;

/** The texts of what is not the directory's to explain. */
export const errorTexts = {
  "invalid-input": { ko: "입력값을 확인해 주세요.", en: "Check what was entered." },
  "not-signed-in": { ko: "로그인이 필요합니다.", en: "Sign in first." },
  "not-allowed": { ko: "이 작업을 할 권한이 없습니다.", en: "You are not allowed to do this." },
  "not-found": { ko: "찾을 수 없습니다.", en: "There is no such thing here." },
  "reason-required": {
    ko: "전체 번호를 보려면 사유를 5자 이상 적어 주세요. 사유는 통화 기록에 남습니다.",
    en: "Give a reason of at least 5 characters to see the whole number. It is written into the call's record.",
  },
  "server-stopping": {
    ko: "서버가 종료되는 중입니다. 잠시 뒤 다시 시도해 주세요.",
    en: "The server is stopping. Try again shortly.",
  },
  "store-unavailable": {
    ko: "데이터베이스가 응답하지 않습니다. 통화는 계속되며, 기록은 복구되면 저장됩니다.",
    en: "The database does not answer. Calls go on; what happens is kept and stored when it returns.",
  },
  internal: {
    ko: "예기치 못한 문제가 생겼습니다. 로그를 확인해 주세요.",
    en: "Something unexpected went wrong. See the log.",
  },
  "call-unknown": { ko: "그런 통화를 찾을 수 없습니다.", en: "There is no such call." },
  "incident-unknown": { ko: "그런 사건 기록을 찾을 수 없습니다.", en: "There is no such incident." },
  "not-your-call": { ko: "본인의 통화가 아닙니다.", en: "This is not your call." },
  "call-over": { ko: "이미 끝난 통화입니다.", en: "This call is over." },
  "action-refused": { ko: "지금은 할 수 없습니다.", en: "This cannot be done now." },
  "on-a-call": { ko: "지금 통화 중입니다.", en: "You are on a call." },
  resting: { ko: "보호휴식 중입니다.", en: "You are resting." },
  "person-not-free": { ko: "그 직원은 지금 전화를 받을 수 없습니다.", en: "That person cannot take a call now." },
  "no-trunk": {
    ko: "밖으로 전화를 걸 회선이나 표시할 번호가 아직 없습니다. 관리자에게 알려 주세요.",
    en: "There is no line to call out on, or no number to show. Tell your administrator.",
  },
  "trial-unavailable": {
    ko: "지금은 체험 통화를 시작할 수 없습니다. 전화를 켜고 대기 상태로 바꾼 뒤 다시 해 주세요.",
    en: "A trial call cannot begin now. Switch your telephone on, be ready, and try again.",
  },
  "recording-unknown": { ko: "이 통화에는 녹음이 없습니다.", en: "This call has no recording." },
  "recording-unreadable": {
    ko: "녹음을 읽을 수 없습니다. 파일이 손상되었거나 다른 키로 암호화되었습니다.",
    en: "The recording cannot be read: the file is damaged, or sealed with another key.",
  },
  "help-unknown": { ko: "이미 끝난 도움 요청입니다.", en: "There is no such request for help any more." },
  "wrong-credentials": {
    ko: "사용자 이름이나 비밀번호가 맞지 않습니다.",
    en: "The user name or the password is not right.",
  },
  "too-many-attempts": {
    ko: "잠시 뒤 다시 시도해 주세요. 이곳에서 잘못된 입력이 여러 번 있었습니다. 전에 로그인했던 브라우저에서는 바로 로그인할 수 있습니다.",
    en: "Try again in a moment: there were several wrong attempts from here. A browser that was signed in before is not held up.",
  },
  "second-factor-required": {
    ko: "인증 앱에 보이는 여섯 자리 숫자를 입력해 주세요.",
    en: "Enter the six digits that your authenticator shows.",
  },
  "second-factor-wrong": {
    ko: "인증 숫자가 맞지 않거나 이미 쓰였습니다. 다음 숫자가 나오면 다시 입력해 주세요.",
    en: "That code is not right, or was used already. Wait for the next one and enter it.",
  },
  "password-unchanged": {
    ko: "지금과 다른 비밀번호를 골라 주세요.",
    en: "Choose a password that is not the one you have.",
  },
  "setup-code-required": {
    ko: "서버를 시작한 화면에 나온 설정 코드를 입력해 주세요. 이 서버가 있는 컴퓨터의 브라우저에서는 코드 없이 할 수 있습니다.",
    en: "Enter the setup code shown where the server was started. In a browser on the server's own machine no code is needed.",
  },
  "already-set-up": {
    ko: "관리자가 이미 있습니다. 로그인해 주세요.",
    en: "There is an administrator already. Sign in.",
  },
  "too-many-requests": {
    ko: "요청이 너무 많습니다. 잠시 뒤 다시 시도해 주세요.",
    en: "Too many requests. Try again shortly.",
  },
  "wrong-origin": {
    ko: "다른 사이트에서 온 요청이라 처리하지 않았습니다. 지킴이 화면을 새로 열어 주세요. 다른 주소로 접속하려면 JIKIMI_PUBLIC_URL을 설정해야 합니다.",
    en: "The request came from another site and was not carried out. Open Jikimi's page anew. To use it under another address, set JIKIMI_PUBLIC_URL.",
  },
  "sign-in-again": {
    ko: "안전을 위해 다시 로그인한 뒤 해 주세요.",
    en: "To be safe, sign in again and then do this.",
  },
  "account-unknown": {
    ko: "그런 계정이 없습니다.",
    en: "There is no such account.",
  },
  "second-factor-unset": {
    ko: "인증 앱 등록을 먼저 시작해 주세요.",
    en: "Begin with setting up the authenticator.",
  },
  "second-factor-already-set": {
    ko: "인증 앱이 이미 등록되어 있습니다. 바꾸려면 먼저 해제해 주세요.",
    en: "An authenticator is set up already. To change it, switch it off first.",
  },
  "passkey-unknown": { ko: "그런 패스키가 없습니다.", en: "There is no such passkey." },
  "passkey-refused": {
    ko: "패스키를 확인하지 못했습니다. 다시 시도하거나 비밀번호로 로그인해 주세요.",
    en: "The passkey could not be verified. Try again, or sign in with your password.",
  },
  "passkey-unavailable": {
    ko: "이 주소에서는 패스키를 쓸 수 없습니다. 이름이 있는 https 주소나 localhost에서 열어 주세요.",
    en: "Passkeys do not work under this address. Open the page under a name with https, or on localhost.",
  },
} as const satisfies Partial<Record<ErrorCode, { ko: string; en: string }>>;
