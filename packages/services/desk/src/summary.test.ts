import fc from "fast-check";
import { expect, test } from "vitest";
import { type SaidLine, summaryOf } from "./summary.ts";

type Said = [who: "caller" | "agent", text: string, change?: Partial<SaidLine>];

function lines(...said: readonly Said[]): SaidLine[] {
  return said.map(([speaker, text, change], i) => ({
    speaker,
    startMs: i * 3000,
    confidence: 0.9,
    words: text.split(" ").map((word) => ({ text: word })),
    labels: [],
    ...change,
  }));
}

const dialogues: readonly { name: string; said: readonly Said[]; expected: readonly string[] }[] = [
  {
    name: "주차 과태료",
    said: [
      ["agent", "안녕하십니까, 민원상담과 상담사 김민수입니다."],
      ["caller", "네 안녕하세요."],
      ["caller", "지난주에 주차 과태료 고지서를 받았는데요, 저는 그날 거기에 간 적이 없습니다."],
      ["agent", "네, 확인해 보겠습니다. 차량 번호를 말씀해 주시겠어요?"],
      ["caller", "팔사구삼입니다."],
      ["agent", "잠시만 기다려 주세요."],
      ["caller", "이의 신청은 언제까지 해야 하나요?"],
      ["agent", "고지서를 받으신 날부터 60일 안에 하시면 됩니다."],
      ["caller", "네 알겠습니다."],
      ["agent", "이의 신청서를 문자로 보내 드리겠습니다."],
      ["caller", "감사합니다."],
    ],
    expected: [
      "지난주에 주차 과태료 고지서를 받았는데요, 저는 그날 거기에 간 적이 없습니다.",
      "이의 신청은 언제까지 해야 하나요?",
      "고지서를 받으신 날부터 60일 안에 하시면 됩니다.",
      "이의 신청서를 문자로 보내 드리겠습니다.",
    ],
  },
  {
    name: "예약 변경, 받아 적은 말에 문장 부호가 없다",
    said: [
      ["agent", "안녕하세요 무엇을 도와드릴까요"],
      ["caller", "다음 주 수요일 두 시 예약을 목요일로 바꿔 주세요"],
      ["agent", "목요일은 세 시가 비어 있는데 괜찮으신가요"],
      ["caller", "네 좋아요"],
      ["agent", "그럼 목요일 세 시로 변경해 드리겠습니다"],
      ["caller", "수고하세요"],
    ],
    expected: [
      "다음 주 수요일 두 시 예약을 목요일로 바꿔 주세요",
      "목요일은 세 시가 비어 있는데 괜찮으신가요",
      "그럼 목요일 세 시로 변경해 드리겠습니다",
    ],
  },
  {
    name: "abuse stays out, and so does what was hardly heard",
    said: [
      ["caller", "My refund of 30,000 won has not come."],
      ["caller", "You damned idiot, give me 50,000 won!", { labels: ["profanity"] }],
      ["caller", "maybe 99 bananas tomorrow", { confidence: 0.2 }],
      ["agent", "I will send it again today."],
    ],
    expected: ["My refund of 30,000 won has not come.", "I will send it again today."],
  },
  {
    name: "nothing but greetings",
    said: [
      ["agent", "안녕하세요."],
      ["caller", "여보세요, 안녕하세요."],
    ],
    expected: [],
  },
  { name: "silence", said: [], expected: [] },
];

test.for(dialogues)("$name", ({ said, expected }) => {
  expect(summaryOf(lines(...said)).map(({ text }) => text)).toEqual(expected);
});

test("what was shouted between two abusive utterances stays out, even where it was not understood as abuse", () => {
  const abusive = { labels: ["profanity"] };
  const said = lines(
    ["caller", "여권을 신청했는데 언제 나오는지 알고 싶어요"],
    ["caller", "이런 나쁜 놈들", abusive],
    ["caller", "닥 처이 병시나"],
    ["agent", "목요일에 찾으실 수 있습니다"],
    ["caller", "아주 나쁜 놈들", abusive],
  );
  expect(summaryOf(said).map(({ text }) => text)).toEqual([
    "여권을 신청했는데 언제 나오는지 알고 싶어요",
    "목요일에 찾으실 수 있습니다",
  ]);
});

test("each sentence says who said it and when", () => {
  const [, second] = summaryOf(lines(...(dialogues[0]?.said ?? [])));
  expect(second).toEqual({ speaker: "caller", text: "이의 신청은 언제까지 해야 하나요?", atMs: 18_000 });
});

test("whatever is said, a summary is at most five sentences of it, word for word, in their order", () => {
  const pieces = dialogues.flatMap(({ said }) => said);
  let sentences = 0;
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...pieces), { maxLength: 40, size: "max" }), (said) => {
      const all = lines(...said);
      const summary = summaryOf(all);
      sentences += summary.length;
      expect(summary.length).toBeLessThanOrEqual(5);
      for (const { speaker, text, atMs } of summary) {
        const line = all.find(({ startMs }) => startMs === atMs);
        expect(line?.speaker).toBe(speaker);
        expect(line?.words.map((word) => word.text).join(" ")).toContain(text);
        expect(line?.labels).toEqual([]);
      }
      expect(summary.map(({ atMs }) => atMs)).toEqual([...summary.map(({ atMs }) => atMs)].sort((a, b) => a - b));
    }),
    { numRuns: 300 },
  );
  expect(sentences).toBeGreaterThan(300);
});
