import type { AbuseLabel, Bilingual, Cause, RefusalReason } from "@jikimi/protection";

export const labelNames: Readonly<Record<AbuseLabel, Bilingual>> = {
  profanity: { ko: "욕설", en: "profanity" },
  insult: { ko: "모욕", en: "an insult" },
  threat: { ko: "협박", en: "a threat" },
  sexual_harassment: { ko: "성희롱", en: "sexual harassment" },
  discrimination: { ko: "차별 발언", en: "discrimination" },
};

/** Which rule speaks and by which figures, in words for whoever sits at the desk. */
export function ruleInWords({ rule, values, thresholds }: Cause): Bilingual {
  const sum = `${figure(values.sum)} / ${figure(thresholds.sum)}`;
  const minutes = (ms: number | undefined) => Math.max(0, Math.round((ms ?? 0) / 60_000));
  switch (rule) {
    case "abuse-sum": {
      const needed = thresholds.warningsHeard ?? 0;
      const heard = values.warningsHeard ?? 0;
      if (heard === 0 || needed === 0 || needed > heard) {
        return {
          ko: `거친 말이 기준에 이르렀습니다 (합계 ${sum}).`,
          en: `What was said reached the limit (sum ${sum}).`,
        };
      }
      return {
        ko: `경고를 ${heard}번 들은 뒤에도 이어져 기준에 이르렀습니다 (합계 ${sum}).`,
        en: `It went on after ${heard} ${heard === 1 ? "warning" : "warnings"} and reached the limit (sum ${sum}).`,
      };
    }
    case "utterance-counts":
      return { ko: `기준에 드는 말이 들렸습니다 (합계 ${sum}).`, en: `Something was said that counts (sum ${sum}).` };
    case "utterance-unsure":
      return {
        ko: `또렷하게 들리지 않아 참고로만 알려 드립니다 (확신 ${percent(values.confidence)}, 기준 ${percent(thresholds.confidence)}).`,
        en: `Not heard surely enough to count (${percent(values.confidence)} sure, ${percent(thresholds.confidence)} needed).`,
      };
    case "utterance-too-soon":
      return {
        ko: "경고를 다 듣기 전에 시작된 말이라 셈에 넣지 않았습니다.",
        en: "It began before the warning had been heard, so it does not count.",
      };
    case "hint-faded":
      return { ko: "한동안 거친 말이 없었습니다.", en: "Nothing of the kind was said for a while." };
    case "long-call-notice":
      return {
        ko: `통화가 ${minutes(values.talkedMs)}분째입니다. 정해진 시간을 미리 안내합니다.`,
        en: `The call is in minute ${minutes(values.talkedMs)}: its time is announced.`,
      };
    case "long-call-limit":
      return {
        ko: `권장 통화 시간(${minutes(thresholds.talkedMs)}분)이 지났습니다.`,
        en: `The recommended time (${minutes(thresholds.talkedMs)} minutes) is over.`,
      };
    case "repeated-content":
      return {
        ko: `같은 내용이 되풀이된다고 알려 주신 통화입니다 (${minutes(thresholds.talkedMs)}분 기준).`,
        en: `You said that the content repeats (limit ${minutes(thresholds.talkedMs)} minutes).`,
      };
    case "out-of-competence":
      return {
        ko: `담당 업무가 아니라고 알려 주신 통화입니다 (${minutes(thresholds.talkedMs)}분 기준).`,
        en: `You said that it is not within your competence (limit ${minutes(thresholds.talkedMs)} minutes).`,
      };
    case "human-action":
      return { ko: "사람이 직접 정했습니다.", en: "A person decided it." };
    case "offer-expired":
      return { ko: "확인 시간이 지나 제안을 거두었습니다.", en: "Nobody confirmed in time: the offer is withdrawn." };
    case "announcement-completed":
      return { ko: "안내를 끝까지 들려주었습니다.", en: "The announcement was heard to its end." };
    case "announcement-failed":
    case "announcement-unreported":
      return { ko: "안내를 들려주지 못했습니다.", en: "The announcement could not be played." };
    case "end-unreported":
      return { ko: "통화가 끝났는지 확인되지 않았습니다.", en: "It was not confirmed that the call ended." };
    case "caller-left":
      return { ko: "상대방이 먼저 끊었습니다.", en: "The caller hung up." };
    case "agent-left":
      return { ko: "상담사가 먼저 끊었습니다.", en: "The agent hung up." };
    case "transferred":
      return { ko: "다른 곳으로 연결했습니다.", en: "The call was transferred." };
    case "call-over":
      return { ko: "통화가 끝났습니다.", en: "The call is over." };
  }
}

/** Why an action had no effect: what to do instead, where there is something. */
export function refusalInWords(why: RefusalReason): Bilingual {
  return refusals[why];
}

export function isRefusal(why: string): why is RefusalReason {
  return Object.hasOwn(refusals, why);
}

const refusals: Readonly<Record<RefusalReason, Bilingual>> = {
  "not-connected": {
    ko: "연결된 통화가 아니어서 할 수 없습니다.",
    en: "The call is not connected.",
  },
  "nothing-offered": { ko: "지금 확인할 제안이 없습니다.", en: "There is nothing to confirm now." },
  "already-ending": { ko: "이미 통화를 끝내는 중입니다.", en: "The call is being ended already." },
  "already-warning": { ko: "경고가 이미 나가고 있습니다.", en: "A warning is on its way already." },
  "no-time-limit": { ko: "이 통화에는 시간 제한이 없습니다.", en: "This call has no time limit." },
  "no-extension": {
    ko: "이 규칙에는 연장이 없습니다. ‘계속’을 누르면 시간 제한이 풀립니다.",
    en: "This rule has no extension. “Continue” lifts the time limit.",
  },
  "no-more-extensions": {
    ko: "연장을 모두 썼습니다. ‘계속’을 누르면 시간 제한이 풀립니다.",
    en: "No extension is left. “Continue” lifts the time limit.",
  },
  "minutes-out-of-range": { ko: "연장할 수 있는 시간을 벗어났습니다.", en: "It cannot be extended by so much." },
  "reason-required": { ko: "연장 사유를 적어 주세요.", en: "Give a reason for the extension." },
  "topic-not-in-policy": { ko: "이 규칙에는 없는 항목입니다.", en: "The rule does not know this subject." },
};

function figure(value: number | undefined): string {
  return (Math.round((value ?? 0) * 10) / 10).toFixed(1);
}

function percent(value: number | undefined): string {
  return `${Math.round((value ?? 0) * 100)} %`;
}
