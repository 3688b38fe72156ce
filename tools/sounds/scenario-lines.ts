/** Who speaks on the demonstration's calls. The customer is the caller in both directions. */
export type Who = "caller" | "agent";

export type ScenarioLines = {
  readonly scenario: string;
  /** espeak-ng voice of the caller, of those that the demo recogniser knows. */
  readonly callerVoice: "ko" | "ko+m3";
  readonly agent: readonly string[];
  readonly caller: readonly string[];
};

/** The agent's voice in every scenario; never a caller's, so that a listener can tell the two apart. */
export const AGENT_VOICE = "ko+f2";

/**
 * What the simulated people say, in order. The first agent line greets. Where a caller calms down, the last three lines
 * are calm and all before them are not. Abusive lines hold the words that the product must hear, no more than tests need.
 *
 * Every line was chosen because the demo recogniser understands it: it damages the first consonant of an utterance and
 * writes what it hears (`같은` comes out as `가튼`), so lines begin with sounds that survive and avoid such words.
 */
export const scenarioLines: readonly ScenarioLines[] = [
  {
    scenario: "polite",
    callerVoice: "ko",
    agent: [
      "네 안녕하세요 주민센터입니다",
      "네 말씀해 주세요",
      "네 홈페이지에서 신청할 수 있습니다",
      "네 전화 주셔서 감사합니다",
    ],
    caller: [
      "네 안녕하세요 전입신고 문의드립니다",
      "지난주에 이사를 했는데요",
      "전입신고는 어디에서 하나요",
      "저는 신분증만 가져가면 되나요",
      "네 오늘 오후에 방문하겠습니다",
      "친절하게 알려 주셔서 감사합니다",
      "네 수고하세요",
    ],
  },
  {
    scenario: "angry",
    callerVoice: "ko+m3",
    agent: ["네 안녕하세요 주민센터입니다", "불편을 드려 죄송합니다", "네 담당자에게 전달하겠습니다"],
    caller: [
      "지난주부터 계속 기다렸어요",
      "저기요 왜 아직 처리가 안 됐어요",
      "전화를 다섯 번 했어요",
      "정말 짜증나요 책임지세요",
      "책임자 바꿔 주세요",
      "저는 정말 화가 났습니다",
      "시청에 신고하겠습니다",
      "구청에 민원을 접수했어요",
      "지금 빨리 확인해 주세요",
    ],
  },
  {
    scenario: "look-alikes",
    callerVoice: "ko+m3",
    agent: ["네 안녕하세요 주민센터입니다", "네 확인해 드리겠습니다", "천천히 말씀해 주세요"],
    caller: [
      "노선 시발점을 알려 주세요",
      "그 등기를 다시 발송했나요",
      "지난달 요금이 십팔만 원 나왔어요",
      "저는 병신년에 태어났어요",
      "십팔일에 다시 발송해 주세요",
      "저는 통지서를 보지 못했습니다",
      "그 버스 시발점이 어디예요",
      "신발 사이즈를 변경해 주세요",
      "네 알겠습니다 감사합니다",
    ],
  },
  {
    scenario: "warned-then-calm",
    callerVoice: "ko",
    agent: [
      "네 안녕하세요 주민센터입니다",
      "불편을 드려 죄송합니다",
      "제가 끝까지 도와드리겠습니다",
      "네 확인해 드리겠습니다",
    ],
    caller: [
      "진짜 씨발 짜증나네",
      "너 진짜 멍청하다 씨발",
      "진짜 지랄한다 병신",
      "정말 씨발 병신이네",
      "죄송합니다 제가 말이 심했어요",
      "환불이 언제 되나요",
      "네 감사합니다 기다릴게요",
    ],
  },
  {
    scenario: "abusive-ended",
    callerVoice: "ko+m3",
    agent: ["네 안녕하세요 주민센터입니다", "불편을 드려 죄송합니다", "제가 끝까지 도와드리겠습니다"],
    caller: [
      "진짜 씨발 짜증나네",
      "지랄하지 마 병신",
      "지랄하지 마 이 미친년아",
      "진짜 병신이네",
      "씨발 진짜 병신이네",
      "너 진짜 멍청한 년이다",
      "닥쳐 이 병신아",
      "진짜 멍청하다 이 병신",
    ],
  },
  {
    scenario: "threat",
    callerVoice: "ko",
    agent: ["네 안녕하세요 주민센터입니다", "네 말씀해 주세요", "불편을 드려 죄송합니다"],
    caller: [
      "저는 지금 화가 났어요",
      "지금 칼 들고 간다",
      "너 오늘 죽는다",
      "너 진짜 죽는다",
      "그 사무실 불태운다",
      "지금 칼 가지고 간다",
      "지금 불 지르러 간다",
      "퇴근할 때 조심해라",
    ],
  },
  {
    scenario: "long-call",
    callerVoice: "ko",
    agent: ["네 안녕하세요 주민센터입니다", "잠시만 기다려 주세요", "주소를 확인하겠습니다"],
    caller: [
      "네 안녕하세요 문의가 많습니다",
      "먼저 주소를 변경하고 싶어요",
      "그리고 또 하나 있어요",
      "지난달 영수증도 필요해요",
      "그리고 통장도 문의드려요",
      "지난달에도 문의를 했어요",
      "저는 요즘 날씨가 걱정이에요",
      "제 이야기를 조금 더 할게요",
      "다시 처음부터 말씀드릴게요",
      "네 부탁드립니다",
    ],
  },
  {
    scenario: "silent",
    callerVoice: "ko",
    agent: ["네 안녕하세요 주민센터입니다", "네 말씀해 주세요"],
    caller: [],
  },
  {
    scenario: "outbound-abusive",
    callerVoice: "ko+m3",
    agent: ["네 접수되어 전화드렸습니다", "불편을 드려 죄송합니다"],
    caller: [
      "바쁜데 왜 자꾸 전화해 씨발",
      "전화하지 마 이 병신아",
      "진짜 씨발 짜증나게 하네",
      "진짜 멍청하다 이 병신",
      "지랄하지 마 병신",
      "너 진짜 멍청하다 씨발",
    ],
  },
  {
    scenario: "agent-continues",
    callerVoice: "ko",
    agent: ["네 안녕하세요 주민센터입니다", "제가 끝까지 도와드리겠습니다", "네 담당자에게 전달하겠습니다"],
    caller: [
      "진짜 씨발 짜증나네",
      "진짜 지랄한다 병신",
      "정말 씨발 병신이네",
      "너 진짜 멍청하다 씨발",
      "네 미안합니다",
      "제가 너무 흥분했어요",
      "네 부탁드립니다",
    ],
  },
];
