import type { PolicyId } from "@jikimi/kernel";
import type { Policy } from "./policy.ts";
import { labelRules, minuteMs, operatingPoint, ourProposal, restDuty, shared } from "./preset-parts.ts";

/**
 * Ready-made policies, each after something that is done or was ordered somewhere, with its sources. They are
 * starting points to be edited and dated by whoever is responsible; none of them is legal advice.
 */

export const defaultPolicy: Policy = {
  ...shared,
  id: "default" as PolicyId,
  title: { ko: "기본", en: "Default" },
  explanation: {
    ko: "짧은 시간에 폭언이 거듭되면 경고하고, 두 번 경고한 뒤에도 이어지면(협박·성희롱은 한 번) 안내 후 통화를 끝냅니다. 상담사는 언제든지 ‘계속’으로 멈추거나 바로 종료할 수 있고, 긴 통화는 안내만 하며 종료 버튼은 상담사가 누릅니다.",
    en: "Warns when abuse is repeated within a short time, and ends the call with an announcement if it goes on after two warnings (one for threats and sexual harassment). The agent can stop this or end the call at any moment; a long call is only announced, and ends when the agent presses the button.",
  },
  sources: [
    {
      title: {
        ko: "먼저 경고하고 이어지면 기준에 따라 종료(KT), 20분 안내 후 버튼으로 종료(서울시)",
        en: "Warning first, ending by criteria if it persists (KT); 20 minutes with a button (Seoul)",
      },
      tag: "N",
      where: "weekly.cnbnews.com 184431; nocutnews.co.kr 6369910",
    },
    restDuty,
    ourProposal,
  ],
  decider: "automatic",
  labels: labelRules({ weight: 0.6, warningsBeforeEnding: 2 }, { weight: 1, warningsBeforeEnding: 1 }),
  accumulation: { warnAt: 1, halfLifeMs: 3 * minuteMs },
  longCall: {
    recommendedMs: 20 * minuteMs,
    noticeOffsetsMs: [-5 * minuteMs, 0],
    atLimit: { kind: "button" },
    extension: { minMinutes: 3, maxMinutes: 12, maxCount: 3, reasonRequired: true },
    topics: {},
  },
};

const ktAutomatic: Policy = {
  ...shared,
  id: "kt-automatic" as PolicyId,
  title: { ko: "자동 종료 (KT 통화매니저 방식)", en: "Automatic (after KT Call Manager)" },
  explanation: {
    ko: "폭언이 확인되거나 통화가 비정상적으로 길어지면 먼저 안내하고, 그래도 이어지면 통화를 자동으로 끝냅니다. 수신과 발신에 똑같이 적용되며, 상담사는 ‘계속’으로 언제든지 멈출 수 있습니다.",
    en: "Announces first when abuse is found or the call grows abnormally long, and ends the call by itself if it goes on. It is the same for calls received and placed, and the agent can stop it at any moment.",
  },
  sources: [
    {
      title: {
        ko: "KT 통화매니저: 수신과 발신 모두 먼저 경고하고, 정한 기준에 따라 종료",
        en: "KT Call Manager: warning, then ending by set criteria, inbound and outbound",
      },
      tag: "N",
      where: "weekly.cnbnews.com 184431",
    },
    {
      title: {
        ko: "수신은 2025년 3월, 발신은 2025년 7월 25일부터. 기준 시간은 사업장마다 정함",
        en: "Inbound since March 2025, outbound since 25 July 2025; the designated time is each site's own",
      },
      tag: "N",
      where: "weekly.cnbnews.com 184431",
    },
    {
      title: {
        ko: "경고 1회, 20분과 유예 1분: 보도에 수치가 없어 정함",
        en: "One warning; 20 minutes and a grace of one: the report gives no figures",
      },
      tag: "P",
      where: "Jikimi",
    },
    restDuty,
    ourProposal,
  ],
  decider: "automatic",
  labels: labelRules({ weight: 1, warningsBeforeEnding: 1 }, { weight: 1, warningsBeforeEnding: 1 }),
  longCall: {
    recommendedMs: 20 * minuteMs,
    noticeOffsetsMs: [0],
    atLimit: { kind: "grace", graceMs: minuteMs },
    extension: { minMinutes: 3, maxMinutes: 12, maxCount: 3, reasonRequired: true },
    topics: {},
  },
};

const seoulButton: Policy = {
  ...shared,
  id: "seoul-20-button" as PolicyId,
  title: { ko: "20분 안내 후 버튼 종료 (서울시 방식)", en: "20 minutes with a button (after Seoul)" },
  explanation: {
    ko: "통화가 20분을 넘으면 안내가 나가고, 담당자가 버튼을 눌러야만 통화가 끝납니다. 폭언은 담당자가 확인하면 경고가 나가고, 경고 뒤에도 이어지면 안내 후 자동으로 끝납니다.",
    en: "After 20 minutes an announcement plays, and the call ends only when the officer presses the button. For abuse the officer confirms the warning; if it goes on after the warning, the call ends by itself with an announcement.",
  },
  sources: [
    {
      title: {
        ko: "정당한 사유 없이 20분을 넘으면 안내가 나가고 담당자가 버튼을 눌러 종료",
        en: "20 minutes without a justifiable reason; the officer presses a button as the voice plays",
      },
      tag: "N",
      where: "nocutnews.co.kr 6369910",
    },
    {
      title: {
        ko: "감지되면 팝업, 확인을 누르면 경고 안내, 이어지면 자동 종료. 시범 운영",
        en: "Detection, a pop-up, OK, the warning plays, ending by itself if it goes on; installed as a pilot",
      },
      tag: "N",
      where: "nocutnews.co.kr 6369910",
    },
    restDuty,
    ourProposal,
  ],
  decider: "agent-confirms",
  confirmation: { asks: "warnings", windowMs: 30_000 },
  labels: labelRules({ weight: 1, warningsBeforeEnding: 1 }, { weight: 1, warningsBeforeEnding: 1 }),
  longCall: {
    recommendedMs: 20 * minuteMs,
    noticeOffsetsMs: [0],
    atLimit: { kind: "button" },
    extension: null,
    topics: {},
  },
};

const fifteenPlusFive: Policy = {
  ...shared,
  id: "fifteen-plus-five" as PolicyId,
  title: { ko: "15분 예고, 20분 자동 종료", en: "15 + 5 minutes, automatic" },
  explanation: {
    ko: "15분에 종료를 예고하고 20분에 안내한 뒤 통화를 자동으로 끝냅니다. 폭언은 통화 시간과 관계없이 한 번 경고한 뒤 이어지면 끝내며, 담당자는 ‘계속’으로 언제든지 멈출 수 있습니다.",
    en: "Gives notice at 15 minutes, and at 20 ends the call by itself after an announcement. Abuse is warned of once and then ends the call whatever its length, and the officer can stop either at any moment.",
  },
  sources: [
    {
      title: {
        ko: "울진·산청·안성·합천: 15분 예고, 20분 안내 후 종료. 폭언은 시간과 관계없음",
        en: "Uljin, Sancheong, Anseong, Hapcheon: notice at 15 minutes, notice and ending at 20; abuse irrespective of time",
      },
      tag: "N",
      where: "heraldcorp.com 10606294; siminilbo.co.kr; kbs.co.kr 8325417; asiae.co.kr 2026030407043259702",
    },
    {
      title: {
        ko: "3,934개 기관 조사: 권장 시간 평균 20.66분",
        en: "Survey of 3,934 bodies: the mean recommended time is 20.66 minutes",
      },
      tag: "N",
      where: "Yonhap, 2025-03",
    },
    restDuty,
    ourProposal,
  ],
  decider: "automatic",
  labels: labelRules({ weight: 1, warningsBeforeEnding: 1 }, { weight: 1, warningsBeforeEnding: 1 }),
  longCall: {
    recommendedMs: 20 * minuteMs,
    noticeOffsetsMs: [-5 * minuteMs],
    atLimit: { kind: "grace", graceMs: 0 },
    extension: null,
    topics: {},
  },
};

const extendable: Policy = {
  ...shared,
  id: "extendable" as PolicyId,
  title: { ko: "15분 안내, 담당자가 3~12분 연장", en: "15 minutes, extendable by 3 to 12" },
  explanation: {
    ko: "15분에 안내가 나가면 담당자가 사유와 함께 3분에서 12분까지 한 번 연장할 수 있고, 연장한 시간이 지나면 다시 안내합니다. 안내 뒤 1분 안에 담당자가 멈추거나 연장하지 않으면 통화가 자동으로 끝납니다.",
    en: "At 15 minutes an announcement plays, and the officer may extend the call once by 3 to 12 minutes with a reason, after which it plays again. Unless the officer stops or extends it within a minute of the announcement, the call ends by itself.",
  },
  sources: [
    {
      title: {
        ko: "진천군 3안: 15분 안내, 번호판으로 3~12분 연장, 다시 안내 후 종료",
        en: "Jincheon County's third design: notice at 15 minutes, extension of 3 to 12 minutes by keypad, second notice, ending",
      },
      tag: "N",
      where: "epeople.go.kr 1AE-2504-0000905",
    },
    {
      title: {
        ko: "연장 1회와 유예 1분: 설문에 수치가 없어 정함",
        en: "One extension and a grace of a minute: the survey gives no figures",
      },
      tag: "P",
      where: "Jikimi",
    },
    restDuty,
    ourProposal,
  ],
  decider: "automatic",
  labels: labelRules({ weight: 1, warningsBeforeEnding: 2 }, { weight: 1, warningsBeforeEnding: 1 }),
  longCall: {
    recommendedMs: 15 * minuteMs,
    noticeOffsetsMs: [0],
    atLimit: { kind: "grace", graceMs: minuteMs },
    extension: { minMinutes: 3, maxMinutes: 12, maxCount: 1, reasonRequired: true },
    topics: {},
  },
};

const interiorMinistry2018: Policy = {
  ...shared,
  id: "moi-2018" as PolicyId,
  title: { ko: "행정안전부 2018년 지침 횟수", en: "Interior ministry's counts of 2018" },
  explanation: {
    ko: "성희롱은 한 번 경고한 뒤, 폭언은 세 번째에, 담당자의 확인을 받아 안내 후 통화를 끝냅니다. 같은 내용의 반복은 10분, 소관 밖의 요구는 30분이 지나면 안내하며, 담당자가 그 사유를 선언한 통화에만 적용됩니다.",
    en: "Ends the call with an announcement, after the officer confirms, once sexual harassment goes on after one warning and at the third verbal abuse. Repeated content is announced at 10 minutes and matters outside the office's competence at 30, only on calls for which the officer has declared that reason.",
  },
  sources: [
    {
      title: {
        ko: "행정안전부 2018년 5월 지침: 성희롱은 경고 1회 뒤, 폭언은 3회째. 반복 10분, 소관 밖 30분",
        en: "Interior ministry's guideline of May 2018: harassment after one warning; abuse at the third; repeated 10 minutes; out of competence 30 minutes",
      },
      tag: "N",
      where: "safetimes.co.kr 65518; wowtv.co.kr AKR20180509060300004",
    },
    {
      title: { ko: "같은 지침, 정책브리핑", en: "The same guideline in the government's own briefing" },
      tag: "D",
      where: "korea.kr 148850477",
    },
    {
      title: {
        ko: "첫째와 둘째 폭언에 경고: 지침은 담당자가 진정을 요청하는 자리",
        en: "Warnings at the first and second abuse, where the guideline has the officer ask for calm",
      },
      tag: "P",
      where: "Jikimi",
    },
    restDuty,
    ourProposal,
  ],
  decider: "agent-confirms",
  labels: {
    ...labelRules({ weight: 1, warningsBeforeEnding: 2 }, { weight: 1, warningsBeforeEnding: 2 }),
    sexual_harassment: { threshold: operatingPoint, weight: 1, warningsBeforeEnding: 1, ending: "announced" },
  },
  longCall: {
    recommendedMs: null,
    noticeOffsetsMs: [0],
    atLimit: { kind: "button" },
    extension: null,
    topics: { "repeated-content": { limitMs: 10 * minuteMs }, "out-of-competence": { limitMs: 30 * minuteMs } },
  },
};

const oneStrike: Policy = {
  ...shared,
  id: "one-strike" as PolicyId,
  title: { ko: "원스트라이크", en: "One strike" },
  explanation: {
    ko: "폭언, 협박, 성희롱, 차별 발언이 한 번이라도 확인되면 경고 없이 종료 안내를 하고 통화를 끝냅니다. 종료 안내가 끝날 때까지 상담사는 ‘계속’으로 멈출 수 있습니다.",
    en: "Ends the call at the first verbal abuse, threat, harassment or discrimination, without a warning, once the ending announcement has played. Until it has, the agent can stop it.",
  },
  sources: [
    {
      title: {
        ko: "서울시 120다산콜: 성희롱 원스트라이크. 여기서는 모든 유형에 적용",
        en: "120 Dasan, Seoul: one strike for sexual harassment, here for every label",
      },
      tag: "N",
      where: "kmib.co.kr 0923092504; etoday.co.kr 866537",
    },
    restDuty,
    ourProposal,
  ],
  decider: "automatic",
  labels: labelRules({ weight: 1, warningsBeforeEnding: 0 }, { weight: 1, warningsBeforeEnding: 0 }),
  longCall: null,
};

const threeStrikes: Policy = {
  ...shared,
  id: "three-strikes" as PolicyId,
  title: { ko: "삼진아웃 (120다산콜 방식)", en: "Three strikes (after 120 Dasan)" },
  explanation: {
    ko: "폭언은 두 번 경고하고 세 번째에, 성희롱은 경고 없이 첫 번에 종료 안내를 하고 통화를 끝냅니다. 종료 안내가 끝날 때까지 상담사는 ‘계속’으로 멈출 수 있습니다.",
    en: "Warns of verbal abuse twice and ends the call at the third, and at the first sexual harassment without a warning, once the ending announcement has played. Until it has, the agent can stop it.",
  },
  sources: [
    {
      title: {
        ko: "서울시 120다산콜: 성희롱 1회, 폭언 3회. 악성 전화가 하루 31건에서 2.3건으로 감소",
        en: "120 Dasan, Seoul: harassment one strike, abuse three; malicious calls fell from 31 a day to 2.3",
      },
      tag: "N",
      where: "kmib.co.kr 0923092504; etoday.co.kr 866537",
    },
    { title: { ko: "협박은 폭언과 함께 셈", en: "Threats counted with verbal abuse" }, tag: "P", where: "Jikimi" },
    restDuty,
    ourProposal,
  ],
  decider: "automatic",
  labels: {
    ...labelRules({ weight: 1, warningsBeforeEnding: 2 }, { weight: 1, warningsBeforeEnding: 2 }),
    sexual_harassment: { threshold: operatingPoint, weight: 1, warningsBeforeEnding: 0, ending: "announced" },
  },
  longCall: null,
};

const adviseOnly: Policy = {
  ...shared,
  id: "advise-only" as PolicyId,
  title: { ko: "알림만", en: "Advice only" },
  explanation: {
    ko: "위험과 통화 시간을 상담사의 화면에 알리기만 하고, 발신자에게는 아무것도 스스로 내보내지 않습니다. 경고와 종료는 상담사가 누를 때만 이루어집니다.",
    en: "Only shows risk and time on the agent's desk, and plays nothing to the caller by itself. Warnings and endings happen when the agent presses the key.",
  },
  sources: [
    {
      title: {
        ko: "IVR+(일본 Knowledge Flow): 제한은 사람이 결정",
        en: "IVR+ (Knowledge Flow, Japan): restrictions are a person's decision",
      },
      tag: "N",
      where: "iotnews.jp/ai/266650",
    },
    {
      title: {
        ko: "개인정보 보호법 제37조의2: 완전히 자동화된 결정은 거부하거나 설명을 요구할 수 있음",
        en: "Personal Information Protection Act art. 37-2: fully automated decisions may be refused and must be explained",
      },
      tag: "N",
      where: "nepla.ai; kimchang.com 29751; jipyong.com",
    },
    restDuty,
    ourProposal,
  ],
  decider: "advise-only",
  labels: labelRules({ weight: 1, warningsBeforeEnding: 2 }, { weight: 1, warningsBeforeEnding: 1 }),
  longCall: {
    recommendedMs: 20 * minuteMs,
    noticeOffsetsMs: [-5 * minuteMs, 0],
    atLimit: { kind: "advise" },
    extension: { minMinutes: 3, maxMinutes: 12, maxCount: 3, reasonRequired: false },
    topics: {},
  },
};

/** In the order in which people should meet them; `default` first. */
export const presets = [
  defaultPolicy,
  ktAutomatic,
  seoulButton,
  fifteenPlusFive,
  extendable,
  interiorMinistry2018,
  oneStrike,
  threeStrikes,
  adviseOnly,
] as const satisfies readonly Policy[];
