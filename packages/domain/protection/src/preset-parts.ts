import type { AbuseLabel, ExemptLine, LabelRule, Policy, PolicySource } from "./policy.ts";

/** What the presets share, so that each shows only what makes it itself. */

export const minuteMs = 60_000;

/** Lines on which a person may be in danger, or speaks through somebody else's voice. */
const exemptLines: readonly ExemptLine[] = [
  { number: "112", scope: "long-call", title: { ko: "경찰 112", en: "Police 112" } },
  { number: "119", scope: "long-call", title: { ko: "소방·구급 119", en: "Fire and ambulance 119" } },
  { number: "109", scope: "every-automatic-ending", title: { ko: "자살예방 상담 109", en: "Suicide prevention 109" } },
  {
    number: "1393",
    scope: "every-automatic-ending",
    title: { ko: "자살예방 상담 1393(옛 번호)", en: "Suicide prevention 1393 (former number)" },
  },
  {
    number: "107",
    scope: "every-automatic-ending",
    title: { ko: "손말이음(통신중계) 107", en: "Relay service for deaf callers 107" },
  },
];

/** Behind figures that no document gives. */
export const ourProposal: PolicySource = {
  title: {
    ko: "다른 출처가 없는 수치: 점수, 가중치, 확신도, 유예, 확인 시간, 휴식, 예외 회선",
    en: "Figures without another source: scores, weights, confidence, graces, windows, rest, exempt lines",
  },
  tag: "P",
  where: "Jikimi",
};

export const restDuty: PolicySource = {
  title: {
    ko: "산업안전보건법 시행령 제41조: 폭언 뒤 조치의 하나로 휴식. 법정 시간은 찾지 못함",
    en: "Enforcement Decree of the Occupational Safety and Health Act art. 41: rest among the measures after verbal abuse; no statutory number of minutes was found",
  },
  tag: "N",
  where: "aptn.co.kr; nursenews.co.kr; labortoday.co.kr",
};

type LabelGroup = { readonly weight: number; readonly warningsBeforeEnding: number };

/**
 * Where `domain/language` sets each label's scale, so that ordinary talk reaches it only as often as its model card says.
 * A site that wants to be surer before anything counts goes up from here.
 */
export const operatingPoint = 0.5;

/** Rude words by one rule, threats and harassment by another, all ending with the announcement. */
export function labelRules(rude: LabelGroup, grave: LabelGroup): Readonly<Record<AbuseLabel, LabelRule>> {
  const rudeRule: LabelRule = { threshold: operatingPoint, ...rude, ending: "announced" };
  const graveRule: LabelRule = { threshold: operatingPoint, ...grave, ending: "announced" };
  return {
    profanity: rudeRule,
    insult: rudeRule,
    discrimination: rudeRule,
    threat: graveRule,
    sexual_harassment: graveRule,
  };
}

type Shared =
  | "version"
  | "effectiveFrom"
  | "confirmation"
  | "minConfidence"
  | "accumulation"
  | "graceAfterWarningMs"
  | "hintForMs"
  | "announcement"
  | "muteCallerWhileEnding"
  | "exemptLines"
  | "restMs";

/** Every counting utterance is a stage of its own and nothing fades, unless a preset says otherwise. */
export const shared: Pick<Policy, Shared> = {
  version: 1,
  effectiveFrom: "2026-01-01",
  confirmation: { asks: "endings", windowMs: 30_000 },
  minConfidence: 0.5,
  accumulation: { warnAt: 1, halfLifeMs: null },
  graceAfterWarningMs: 1500,
  hintForMs: 2 * minuteMs,
  announcement: { limitMs: minuteMs, retryDelayMs: 1500 },
  muteCallerWhileEnding: true,
  exemptLines,
  restMs: { afterAbuse: 10 * minuteMs, afterLongCall: 0 },
};
