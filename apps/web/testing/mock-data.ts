import type { OperationOutput } from "@jikimi/http-api";
import { presets as ourPresets } from "@jikimi/protection";

const minute = 60_000;
const hour = 60 * minute;

type Session = OperationOutput<"session">;
export type Role = NonNullable<Session["me"]>["role"];

const passwordOnly = { passkeys: 0, totp: false };

export function sessionOf(
  role: Role | null,
  setup: Session["setup"],
  nowMs: number,
  secondFactor: NonNullable<Session["me"]>["secondFactor"] = passwordOnly,
): Session {
  const names = { agent: "김서연", supervisor: "이정민", administrator: "박지훈", auditor: "정유진" } as const;
  return {
    setup,
    me:
      role === null
        ? null
        : {
            personId: "person-1",
            username: role === "administrator" ? "admin" : `${role}1`,
            displayName: names[role],
            role,
            departmentId: "passports",
            secondFactor,
            sessionExpiresAtMs: nowMs + 8 * hour,
          },
    organisation: setup.includes("organisation")
      ? null
      : { ko: "한빛구청 민원콜센터", en: "Hanbit District Call Centre" },
    language: "ko",
  };
}

type MyCall = OperationOutput<"desk.calls">["calls"][number];

const plainCall: MyCall = {
  callId: "call-1",
  direction: "inbound",
  trial: null,
  missed: false,
  other: { shown: "010-****-5678", revealed: false },
  startedAtMs: 0,
  talkMs: 4 * minute + 12_000,
  endReason: "hung-up",
  disposition: "done",
  note: "",
  incidentIds: [],
  hasRecording: true,
};

/** `count` calls, newest first, of every kind. */
export function myCalls(nowMs: number, count: number): MyCall[] {
  const kinds: readonly Partial<MyCall>[] = [
    { incidentIds: ["incident-1"], endReason: "protection", talkMs: 3 * minute + 41_000 },
    { direction: "outbound", other: { shown: "02-****-4400", revealed: false }, talkMs: 95_000 },
    { missed: true, talkMs: null, endReason: "not-reached", hasRecording: false, disposition: null },
    {
      trial: "simulated",
      other: { shown: "010-****-0001", revealed: false },
      incidentIds: ["incident-2"],
      endReason: "protection",
    },
    { other: null, talkMs: 48_000 },
    { endReason: "long-call", talkMs: 20 * minute + 9000, other: { shown: "031-****-9921", revealed: false } },
    { trial: "self", other: { shown: "체험 고객", revealed: false }, talkMs: 62_000 },
    { endReason: "transferred-away", talkMs: 2 * minute },
  ];
  return Array.from({ length: count }, (_, index) => ({
    ...plainCall,
    ...kinds[index % kinds.length],
    callId: `call-${index + 1}`,
    startedAtMs: nowMs - (index + 1) * 37 * minute,
  }));
}

export function wholeCall(nowMs: number, callId: string): OperationOutput<"desk.call"> {
  const text = (line: string) =>
    line.split(" ").map((word) => ({
      text: word === "[가림]" ? "●●●" : word,
      confidence: word.length > 4 ? 0.5 : 0.94,
      masked: word === "[가림]",
      rude: word === "개새끼야",
    }));
  const lines: readonly (readonly ["caller" | "agent", number, string])[] = [
    ["agent", 3200, "안녕하십니까, 민원여권과 상담사 김서연입니다."],
    ["caller", 7400, "여권을 신청했는데 언제 나오는지 알고 싶어서요."],
    ["agent", 12_800, "성함과 연락처를 말씀해 주시겠어요?"],
    ["caller", 17_100, "홍길동이고요, 번호는 [가림] 입니다."],
    ["agent", 24_000, "보통 영업일로 나흘이 걸립니다."],
    ["caller", 29_500, "야 이 개새끼야 당장 내놓으라고"],
    ["caller", 47_000, "너 이름 뭐야 가만 안 둬"],
  ];
  return {
    call: {
      ...plainCall,
      callId,
      startedAtMs: nowMs - 41 * minute,
      talkMs: 58_000,
      endReason: "protection",
      incidentIds: ["incident-1"],
      disposition: "complaint",
      note: "여권 발급 예정일을 안내함. 폭언이 이어져 정책에 따라 종료.",
    },
    lines: lines.map(([speaker, startMs, said], index) => ({
      lineId: `line-${index}`,
      speaker,
      startMs,
      endMs: startMs + 3400,
      confidence: 0.9,
      words: text(said),
      labels: said.includes("개새끼") ? ["profanity"] : said.includes("가만") ? ["threat"] : [],
      hints: [],
      signals: said.includes("가만") ? ["shouting"] : [],
    })),
    timeline: [
      {
        atMs: 0,
        kind: "notice",
        text: { ko: "녹취 고지를 들려 드렸습니다", en: "The recording notice was played" },
        by: "jikimi",
      },
      { atMs: 2900, kind: "bridged", text: { ko: "두 분을 연결했습니다", en: "Both were connected" }, by: "jikimi" },
      {
        atMs: 33_000,
        kind: "heard",
        text: { ko: "욕설을 들었습니다 (확신도 82%)", en: "Profanity was heard (confidence 82%)" },
        by: "jikimi",
      },
      {
        atMs: 35_500,
        kind: "confirm",
        text: { ko: "경고를 보내도록 눌렀습니다", en: "The warning was confirmed" },
        by: "agent",
      },
      {
        atMs: 36_000,
        kind: "warning",
        text: { ko: "경고 안내를 끝까지 들려 드렸습니다", en: "The warning was played to its end" },
        by: "jikimi",
      },
      {
        atMs: 50_500,
        kind: "heard",
        text: { ko: "협박을 들었습니다 (확신도 77%)", en: "A threat was heard (confidence 77%)" },
        by: "jikimi",
      },
      {
        atMs: 52_000,
        kind: "ending",
        text: { ko: "종료 안내를 들려 드리고 통화를 끝냈습니다", en: "The ending was announced and the call ended" },
        by: "jikimi",
      },
      {
        atMs: 58_000,
        kind: "rest",
        text: { ko: "보호휴식 10분을 시작했습니다", en: "A protected rest of 10 minutes began" },
        by: "jikimi",
      },
    ],
    incidents: [
      {
        incidentId: "incident-1",
        openedAtMs: nowMs - 40 * minute,
        closedAtMs: nowMs - 40 * minute + 8000,
        policy: {
          id: "seoul-20-button",
          version: 3,
          title: { ko: "20분 안내 후 버튼 종료", en: "20 minutes with a button" },
        },
        reason: "protection",
        comment: "",
      },
    ],
    recording: {
      durationMs: 60_000,
      beginsAtMs: 0,
      complete: true,
      gaps: [],
      sha256: "9f2b7c1e4a8d5f60c3e9b1a27d84f5e6a0b9c8d7e6f5a4b3c2d1e0f9a8b7c6d5",
      audioPath: `/api/desk/calls/${callId}/audio`,
    },
  };
}

export const dispositions: OperationOutput<"desk.dispositions"> = {
  dispositions: [
    { id: "done", title: { ko: "안내 완료", en: "Answered" } },
    { id: "follow-up", title: { ko: "후속 연락", en: "Follow-up" } },
    { id: "handed-over", title: { ko: "담당 부서 전달", en: "Handed over" } },
    { id: "complaint", title: { ko: "불만 접수", en: "Complaint taken" } },
    { id: "other", title: { ko: "기타", en: "Other" } },
  ],
};

export const colleagues: OperationOutput<"desk.colleagues"> = {
  colleagues: [
    { username: "park", displayName: "박지훈", department: { ko: "민원여권과", en: "Passports" }, presence: "ready" },
    { username: "choi", displayName: "최민호", department: { ko: "교통행정과", en: "Traffic" }, presence: "talking" },
    { username: "lee", displayName: "이정민", department: null, presence: "away" },
  ],
};

export const people: OperationOutput<"users.list"> = {
  people: (
    [
      ["admin", "박지훈", "administrator", null, true],
      ["agent1", "김서연", "agent", "passports", true],
      ["agent2", "최민호", "agent", "traffic", true],
      ["lee", "이정민", "supervisor", "passports", true],
      ["jung", "정유진", "auditor", null, true],
      ["han", "한소희", "agent", "passports", false],
    ] as const
  ).map(([sipUsername, displayName, role, departmentId, active]) => ({
    id: sipUsername,
    sipUsername,
    displayName,
    role,
    departmentId,
    active,
    createdAtMs: 1_790_000_000_000,
  })),
};

export const passports: OperationOutput<"departments.set">["department"] = {
  id: "passports",
  names: { ko: "민원여권과", en: "Civil Affairs and Passports" },
  recordingMode: "all-call",
  noticeBeforeConnection: true,
  policyId: "seoul-20-button",
  hours: null,
  ringTimeoutMs: 20_000,
  queueTimeoutMs: 120_000,
  language: "ko",
  displayNumber: "+827000000120",
  recognizer: null,
};

export const departments: OperationOutput<"departments.list"> = {
  departments: [
    passports,
    {
      ...passports,
      id: "traffic",
      names: { ko: "교통행정과", en: "Traffic" },
      recordingMode: "on-demand",
      policyId: "kt-automatic",
      displayNumber: null,
    },
  ],
};

export const numbers: OperationOutput<"numbers.list"> = {
  numbers: [
    { number: "+827000000120", departmentId: "passports", recognizer: null },
    { number: "+827000000130", departmentId: "traffic", recognizer: "openai-compatible" },
  ],
};

export const recognizers: OperationOutput<"recognizers.list"> = {
  default: "whisper-base-ko",
  recognizers: (["whisper-base-ko", "openai-compatible", "demo"] as const).map((name) => ({
    name,
    usable: true,
    hears: null,
    licence: null,
    measured: null,
  })),
};

export const carrier: OperationOutput<"trunks.add">["trunk"] = {
  id: "carrier",
  name: "인터넷전화 대표 회선",
  host: "sip.carrier.example",
  port: 5060,
  transport: "udp",
  route: { kind: "registered", username: "0700000120", authUsername: null, registrationIntervalMs: 300_000 },
  numberFormat: "national",
  priority: 10,
  active: true,
  hasSecret: true,
};

export const trunks: OperationOutput<"trunks.list"> = { trunks: [carrier] };

export const presets: OperationOutput<"setup.presets"> = {
  chosen: "default",
  presets: ourPresets.map(({ id, version, title, explanation, sources, decider }) => ({
    id,
    version,
    title,
    explanation,
    sources: [...sources],
    decider,
  })),
};

export const policies: OperationOutput<"policy.list"> = {
  policies: presets.presets.map(({ id, version, title }) => ({
    id,
    version,
    title,
    author: "jikimi",
    createdAtMs: 1_790_000_000_000,
    departmentIds: [],
  })),
};

export const scenarios: OperationOutput<"trial.scenarios"> = {
  scenarios: [
    {
      id: "polite",
      title: { ko: "공손한 문의", en: "A polite enquiry" },
      promise: {
        ko: "아무 일도 일어나지 않습니다. 듣고, 받아쓰고, 내버려 둡니다.",
        en: "Nothing happens: heard, written down, left alone.",
      },
      direction: "inbound",
    },
    {
      id: "angry",
      title: { ko: "화가 났지만 폭언은 아닌 민원", en: "Angry, but not abusive" },
      promise: { ko: "화를 내도 폭언이 아니면 경고하지 않습니다.", en: "Anger alone is never warned of." },
      direction: "inbound",
    },
    {
      id: "abusive-ended",
      title: { ko: "경고 뒤에도 이어진 폭언", en: "Abuse that goes on after the warning" },
      promise: {
        ko: "경고 안내, 종료 안내, 종료, 보호휴식까지 모두 보실 수 있습니다.",
        en: "You see it all: warning, announcement, ending, protected rest.",
      },
      direction: "inbound",
    },
    {
      id: "outbound-abusive",
      title: { ko: "상담사가 건 전화에서의 폭언", en: "Abuse on a call that you placed" },
      promise: { ko: "거는 전화에서도 똑같이 지켜 드립니다.", en: "Calls you place are protected in the same way." },
      direction: "outbound",
    },
  ],
};

/** A two-channel WAV of one minute: both lanes speak in turns. */
export function wav(seconds = 60, sampleRateHz = 8000): Uint8Array {
  const frames = seconds * sampleRateHz;
  const bytes = new Uint8Array(44 + frames * 4);
  const view = new DataView(bytes.buffer);
  const ascii = (at: number, text: string) => bytes.set(Buffer.from(text, "ascii"), at);
  ascii(0, "RIFF");
  view.setUint32(4, 36 + frames * 4, true);
  ascii(8, "WAVEfmt ");
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, 2, true);
  view.setUint32(24, sampleRateHz, true);
  view.setUint32(28, sampleRateHz * 4, true);
  view.setUint16(32, 4, true);
  view.setUint16(34, 16, true);
  ascii(36, "data");
  view.setUint32(40, frames * 4, true);
  for (let frame = 0; frame < frames; frame += 1) {
    const second = frame / sampleRateHz;
    const swell = Math.abs(Math.sin(second * 5.1) * Math.sin(second * 1.7)) * 14_000;
    const tone = Math.sin(second * 2 * Math.PI * 180) * swell;
    const callerSpeaks = Math.floor(second / 4.5) % 2 === 1;
    view.setInt16(44 + frame * 4, callerSpeaks ? tone : 0, true);
    view.setInt16(46 + frame * 4, callerSpeaks ? 0 : tone * 0.7, true);
  }
  return bytes;
}
