import type { CommandRefusal } from "@jikimi/calls";

/** Refusals that have no code of their own in the contract. */
type WordedRefusal = Exclude<CommandRefusal, "not-on-your-line" | "person-not-free" | "no-trunk">;

/** Why something that an agent wished had no effect: what is so, and what they can do. */
export const refusalTexts: Readonly<Record<WordedRefusal, { readonly ko: string; readonly en: string }>> = {
  "not-connected": {
    ko: "아직 연결되지 않았거나 이미 끝나 가는 통화입니다.",
    en: "The call is not connected yet, or is ending already.",
  },
  "nothing-offered": {
    ko: "확인을 기다리는 제안이 없습니다. 이미 지나갔을 수 있습니다.",
    en: "Nothing waits for your confirmation. It may have passed.",
  },
  "already-ending": {
    ko: "이미 통화를 마치는 중입니다. 멈추려면 ‘계속’을 눌러 주세요.",
    en: "The call is being ended already. Press continue to stop it.",
  },
  "already-warning": {
    ko: "경고 안내가 이미 나가고 있습니다.",
    en: "A warning is playing already.",
  },
  "no-time-limit": {
    ko: "이 통화에는 시간 제한이 없습니다.",
    en: "There is no time limit on this call.",
  },
  "no-extension": {
    ko: "이 부서의 정책에는 연장이 없습니다.",
    en: "This department's policy knows no extension.",
  },
  "no-more-extensions": {
    ko: "연장할 수 있는 횟수를 모두 썼습니다.",
    en: "All extensions have been used.",
  },
  "minutes-out-of-range": {
    ko: "정책이 정한 범위의 시간으로 연장해 주세요.",
    en: "Extend by as many minutes as the policy allows.",
  },
  "reason-required": {
    ko: "연장하는 사유를 적어 주세요.",
    en: "Say why the call is to be extended.",
  },
  "topic-not-in-policy": {
    ko: "이 부서의 정책에 없는 항목입니다.",
    en: "This department's policy has no such rule.",
  },
  "always-recorded": {
    ko: "이 부서의 통화는 모두 녹음하며, 멈출 수 없습니다.",
    en: "Every call of this department is recorded, and that cannot be stopped.",
  },
  "busy-transferring": {
    ko: "이미 다른 분을 연결하는 중입니다. 먼저 그 연결을 마치거나 취소해 주세요.",
    en: "Somebody else is being connected already. Finish or cancel that first.",
  },
  "nobody-asked": {
    ko: "상의 중인 상대가 없습니다.",
    en: "There is nobody whom you are consulting.",
  },
  "not-answered-yet": {
    ko: "상대가 아직 받지 않았습니다.",
    en: "They have not answered yet.",
  },
  unknown: {
    ko: "그런 직원도 전화번호도 없습니다. 다시 확인해 주세요.",
    en: "There is no such colleague, and it is no telephone number. Check it.",
  },
  yourself: {
    ko: "자신에게는 연결할 수 없습니다.",
    en: "You cannot connect the call to yourself.",
  },
};
