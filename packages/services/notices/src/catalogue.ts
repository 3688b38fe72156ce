export type Language = "ko" | "en";
export const LANGUAGES: readonly Language[] = ["ko", "en"];

/** Everything that a machine's voice may say on a call. */
export type AnnouncementKind =
  | "notice"
  | "outbound-notice"
  | "warning"
  | "ending"
  | "long-call"
  | "long-call-ending"
  | "nobody-free"
  | "closed"
  | "unknown-number"
  | "hold"
  | "service-fault"
  | "echo-test";

export type AnnouncementEntry = {
  /** Spoken as it stands, in under about 12 s. */
  readonly text: Readonly<Record<Language, string>>;
  /** When it plays, for whoever chooses or records another. */
  readonly purpose: Readonly<Record<Language, string>>;
  /** Who must hear it; the agent beside the caller hears that it plays. */
  readonly hears: "caller" | "caller-and-agent";
};

/**
 * What the product says unless the organisation says it itself. The texts are ours. They are plain and courteous: they
 * state what happens and what the listener can do, accuse nobody and threaten with nothing, and hold for every policy
 * that may play them (so the ending does not say that a warning came before).
 *
 * The notices tell, before anybody is connected, that the call is recorded and analysed by AI and that this protects
 * staff and the accuracy of what is said (PRODUCT §2.2, §3.2, §3.3, §3.5). The ending tells how to contest it (§3.5).
 */
export const announcementCatalogue: Readonly<Record<AnnouncementKind, AnnouncementEntry>> = {
  notice: {
    text: {
      ko: "안녕하십니까. 정확한 안내와 상담 직원 보호를 위해 통화가 녹음되고 인공지능이 이를 분석합니다. 잠시만 기다려 주십시오.",
      en: "Hello. To serve you accurately and to protect our staff, this call is recorded and analysed by AI. Please hold the line.",
    },
    purpose: {
      ko: "걸려 온 전화를 연결하기 전에, 녹음과 인공지능 분석을 알립니다.",
      en: "Before an incoming call is connected: that it is recorded and analysed by AI.",
    },
    hears: "caller",
  },
  "outbound-notice": {
    text: {
      ko: "안녕하십니까. 담당 직원이 드리는 전화입니다. 정확한 안내와 직원 보호를 위해 통화가 녹음되고 인공지능이 이를 분석합니다. 곧 연결해 드리겠습니다.",
      en: "Hello. A member of our staff is calling you. To serve you accurately and to protect our staff, this call is recorded and analysed by AI. We are connecting you now.",
    },
    purpose: {
      ko: "직원이 건 전화를 받은 분께, 연결하기 전에 녹음과 인공지능 분석을 알립니다.",
      en: "To a customer who answers our call, before connection: that it is recorded and analysed by AI.",
    },
    hears: "caller-and-agent",
  },
  warning: {
    text: {
      ko: "서로 존중하는 통화를 부탁드립니다. 욕설이나 위협, 성적인 표현이 이어지면 통화가 종료될 수 있습니다. 차분히 말씀해 주시면 계속 도와드리겠습니다.",
      en: "May we ask you for a respectful conversation. If abusive, threatening or sexual language goes on, this call may be ended. If you speak calmly, we will gladly keep helping you.",
    },
    purpose: {
      ko: "폭언, 위협, 성희롱이 감지되었을 때 통화를 이어 가도록 부탁드리고, 종료될 수 있음을 알립니다.",
      en: "When abuse is detected: asks for respect and says that the call may end.",
    },
    hears: "caller-and-agent",
  },
  ending: {
    text: {
      ko: "상담 직원 보호를 위해 이 통화를 마치겠습니다. 남은 용건은 다시 연락해 주시기 바랍니다. 종료에 이의가 있으시면 재검토를 요청하실 수 있습니다.",
      en: "To protect our staff, we are ending this call. If there is more we can do for you, please contact us again. If you disagree with this decision, you may ask us to review it.",
    },
    purpose: {
      ko: "직원 보호를 위해 통화를 마치기 전에 끝까지 들려드리며, 이의를 제기할 길을 알립니다.",
      en: "Played to its end before a call is ended to protect the agent; says how to contest it.",
    },
    hears: "caller-and-agent",
  },
  "long-call": {
    text: {
      ko: "상담 시간이 길어지고 있습니다. 기다리시는 다른 분들을 위해 남은 말씀을 간추려 주시면 감사하겠습니다. 잠시 후 통화가 종료될 수 있습니다.",
      en: "This call has been going on for some time. As others are waiting too, we would be grateful if you could sum up what remains. The call may end shortly.",
    },
    purpose: {
      ko: "권장 시간이 되었을 때 마무리를 부탁드립니다.",
      en: "At the recommended time: asks to come to an end.",
    },
    hears: "caller-and-agent",
  },
  "long-call-ending": {
    text: {
      ko: "정해진 상담 시간이 지나 통화를 마치겠습니다. 남은 용건은 다시 연락해 주시기 바랍니다. 종료에 이의가 있으시면 재검토를 요청하실 수 있습니다.",
      en: "The time set for one call has passed, so we are ending it here. Please contact us again for anything that remains. If you disagree with this decision, you may ask us to review it. Thank you.",
    },
    purpose: {
      ko: "권장 시간을 넘긴 통화를 마치기 전에 끝까지 들려드립니다.",
      en: "Played to its end before a call past its time is ended.",
    },
    hears: "caller-and-agent",
  },
  "nobody-free": {
    text: {
      ko: "지금은 모든 상담 직원이 통화 중입니다. 연결해 드리지 못해 죄송합니다. 잠시 후 다시 전화해 주시면 정성껏 도와드리겠습니다.",
      en: "All our staff are on other calls. We are sorry that we could not connect you. Please call again in a little while and we will be glad to help.",
    },
    purpose: {
      ko: "받을 수 있는 직원이 없어 통화를 마칠 때 들려드립니다.",
      en: "When nobody is free to answer and the call comes to a polite end.",
    },
    hears: "caller",
  },
  closed: {
    text: {
      ko: "지금은 상담 시간이 아닙니다. 상담 시간에 다시 전화해 주시면 친절히 도와드리겠습니다. 감사합니다.",
      en: "Our office is closed at the moment. Please call again during opening hours and we will be glad to help. Thank you.",
    },
    purpose: { ko: "상담 시간이 아닐 때 들려드립니다.", en: "Outside opening hours." },
    hears: "caller",
  },
  "unknown-number": {
    text: {
      ko: "지금 거신 번호로는 상담을 받고 있지 않습니다. 번호를 확인하신 뒤 다시 걸어 주시기 바랍니다.",
      en: "No service is available on the number you have called. Please check the number and try again.",
    },
    purpose: {
      ko: "어느 부서에도 속하지 않은 번호로 걸려 왔을 때 들려드립니다.",
      en: "For a number that belongs to no department.",
    },
    hears: "caller",
  },
  hold: {
    text: {
      ko: "잠시만 기다려 주십시오. 확인하는 대로 다시 말씀드리겠습니다.",
      en: "Please hold the line. We will be back with you as soon as we can.",
    },
    purpose: { ko: "상담 직원이 통화를 잠시 보류할 때 들려드립니다.", en: "When the agent puts the call on hold." },
    hears: "caller",
  },
  "service-fault": {
    text: {
      ko: "통화 장치에 문제가 생겨 지금은 연결해 드릴 수 없습니다. 불편을 드려 죄송합니다. 잠시 후 다시 전화해 주시기 바랍니다.",
      en: "We cannot connect your call because of a technical fault. We are sorry for the trouble. Please call again in a little while.",
    },
    purpose: { ko: "장애로 통화를 이을 수 없을 때 들려드립니다.", en: "When a fault keeps the call from going on." },
    hears: "caller",
  },
  "echo-test": {
    text: {
      ko: "소리 확인입니다. 지금부터 하시는 말씀을 잠시 뒤에 그대로 들려드립니다. 녹음되지 않습니다.",
      en: "This is a sound check. From now on you will hear what you say a moment later. It is not recorded.",
    },
    purpose: {
      ko: "직원이 마이크와 스피커를 확인하는 시험 통화를 시작할 때 들려드립니다.",
      en: "At the beginning of a test call by which staff check their microphone and speaker.",
    },
    hears: "caller",
  },
};

export const ANNOUNCEMENT_KINDS: readonly AnnouncementKind[] = Object.keys(announcementCatalogue) as AnnouncementKind[];

/**
 * Sounds without words. `ringback` and `hold-music` are looped; `agent-cue` is two soft notes that tell an agent, and
 * nobody else, that an announcement plays to the caller.
 */
export type ToneName = "ringback" | "hold-music" | "agent-cue";
export const TONE_NAMES: readonly ToneName[] = ["ringback", "hold-music", "agent-cue"];

export const toneDescriptions: Readonly<Record<ToneName, Readonly<Record<Language, string>>>> = {
  ringback: { ko: "통화 연결음", en: "Ringback tone" },
  "hold-music": { ko: "보류음", en: "Hold music" },
  "agent-cue": {
    ko: "안내 방송이 나가고 있음을 직원에게 알리는 소리",
    en: "Cue to the agent that an announcement plays",
  },
};
