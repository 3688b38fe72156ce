import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createClassifier, defaultThresholds } from "./classifier.ts";
import { abuseLabels } from "./labels.ts";
import { decodeClassifier } from "./model-file.ts";

const assets = new URL("../../../../assets/", import.meta.url);
const readAsset = (path: string) => readFileSync(fileURLToPath(new URL(path, assets)));
const classifier = createClassifier(decodeClassifier(readAsset("models/abuse-linear/weights.bin")));

describe("must never fire", () => {
  test.for([
    // looks like swearing
    "논의의 시발점이 된 사건이에요",
    "시발점",
    "병신년에 가입했어요",
    "병신년",
    "개새끼손가락 인형 주문했는데요",
    "새끼손가락을 다쳤어요",
    "씨 발라먹는 복숭아 주문했어요",
    "다시 발송해 주세요",
    "다시발송 부탁드려요",
    "보지 못했어요",
    "그 문자는 보지도 않았어요",
    "자지 않고 기다렸어요",
    "십팔만 원이 결제됐는데요",
    "조나단이에요",
    "저는 조나단입니다",
    "강아지가 새끼를 낳았어요",
    "화면이 자꾸 꺼져요",
    "음식물 쓰레기 봉투는 어디서 사요",
    // angry, and in the right to be
    "책임자 바꿔",
    "책임자 바꾸라고",
    "사장 나오라 그래",
    "신고하겠습니다",
    "경찰에 신고할 거예요",
    "금감원에 민원 넣을 겁니다",
    "소송하겠습니다 법정에서 봅시다",
    "이게 말이 됩니까",
    "몇 번을 말해야 돼",
    "짜증나",
    "아 진짜 짜증나네",
    "아 진짜 열받네",
    "환불해 달라고 몇 번을 말해",
    "당장 해지해 줘요",
    "일 처리를 이렇게 하시면 안 되죠",
    // figures of speech
    "배고파 죽겠네",
    "더워 죽겠어요",
    "답답해서 미치겠어요",
    "기다리다 죽는 줄 알았어요",
    "휴대폰이 죽었어요",
    // people in need
    "죽고 싶어요",
    "확 죽어버리고 싶어요",
    "남편이 저를 죽여버린다고 협박해요",
    "성희롱을 당해서 전화했어요",
    "칼에 베여서 피가 나요",
    // someone else's words, and oneself
    "걔가 저한테 병신이라고 했어요",
    "손님이 저한테 미친년이라고 욕을 했어요",
    "제가 바보죠 그걸 믿다니",
    // ordinary
    "",
    "네",
    "네 안녕하세요",
    "산부인과 예약하려고요",
    "속옷 사이즈 교환하고 싶어요",
    "전라도 광주로 이사 가요",
    "외국인 등록증으로 가입 되나요",
    "노인 요금제로 바꿔 주세요",
  ])("%s", (text) => {
    const { abusive, labels } = classifier.assess(text);
    expect({ text, labels, abusive }).toMatchObject({ abusive: false });
  });
});

describe("must fire", () => {
  test.for([
    ["profanity", "야 이 씨발 몇 번을 말해"],
    ["profanity", "시1발 환불해"],
    ["profanity", "씨ㅂㅏㄹ 빨리 해"],
    ["profanity", "씨.발"],
    ["profanity", "시이이발"],
    ["profanity", "tlqkf"],
    ["profanity", "아 씨 발 진짜"],
    ["profanity", "개새끼야 전화 받아"],
    ["profanity", "이 병신아"],
    ["profanity", "병1신아"],
    ["profanity", "지랄하고 있네"],
    ["profanity", "18놈아"],
    ["profanity", "시발점에서 만나 씨발놈아"],
    ["insult", "멍청한 게 어디서 상담을 해"],
    ["insult", "벌레만도 못한 것들"],
    ["insult", "싸가지 없는 년이 어디서"],
    ["threat", "너 죽고 싶냐"],
    ["threat", "칼 들고 찾아간다"],
    ["threat", "회사에 불 질러버린다"],
    ["threat", "밤길 조심해라"],
    ["sexual_harassment", "가슴 만져보고 싶다"],
    ["sexual_harassment", "나랑 모텔 가서 한번 하자"],
    ["sexual_harassment", "팬티 무슨 색 입었어"],
    ["discrimination", "조선족은 꺼져 니네 나라로 가"],
    ["discrimination", "여자가 뭘 알아 남자 바꿔"],
    ["discrimination", "전라도 것들은 다 사기꾼이야"],
  ] as const)("%s: %s", ([label, text]) => {
    const { abusive, labels, evidence } = classifier.assess(text);
    expect(labels[label]).toBeGreaterThanOrEqual(defaultThresholds[label]);
    expect(abusive).toBe(true);
    expect(evidence.some((item) => item.label === label)).toBe(true);
  });
});

test("reported speech and self-reproach score lower than the same word said to someone", () => {
  const score = (text: string) => classifier.assess(text).labels.profanity;
  expect(score("걔가 저한테 병신이라고 했어요")).toBeLessThan(score("이 병신아") / 2);
  expect(score("제가 병신이죠 뭐")).toBeLessThan(score("너 병신이지"));
});

test("evidence quotes the words as they were given, disguise and all", () => {
  const { evidence } = classifier.assess("저기요 씨.발 환불해 주세요");
  const profanity = evidence.find((item) => item.label === "profanity");
  expect(profanity?.surface).toBe("씨.발");
});

test("what was set aside is reported with its place in the original", () => {
  const text = "다시.발송해 주세요";
  const [item] = classifier.assess(text).allowListed;
  expect(item).toMatchObject({ rule: "다시 발송", start: 0, surface: "다시.발" });
});

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 60 }),
  fc
    .array(
      fc.constantFrom("씨발", "병신", " ", "보지 못했어요", "너", "죽인다", "1", ".", "ㅅ", "\ud800", "이라고 했어요"),
    )
    .map((a) => a.join("")),
);

test("for every string: probabilities, quotes that hold, and the same answer twice", () => {
  fc.assert(
    fc.property(anyText, (text) => {
      const assessment = classifier.assess(text);
      for (const label of abuseLabels) {
        expect(assessment.labels[label]).toBeGreaterThanOrEqual(0);
        expect(assessment.labels[label]).toBeLessThanOrEqual(1);
      }
      for (const item of [...assessment.evidence, ...assessment.allowListed]) {
        expect(text.slice(item.start, item.end)).toBe(item.surface);
        expect(item.surface).not.toBe("");
      }
      expect(assessment.abusive).toBe(
        abuseLabels.some((label) => assessment.labels[label] >= defaultThresholds[label]),
      );
      expect(classifier.assess(text)).toEqual(assessment);
    }),
    { numRuns: 500 },
  );
});

type Line = {
  readonly who: "caller" | "agent";
  readonly scenario: string;
  readonly text: string;
  readonly heard: { readonly text: string; readonly confidence: number };
};

describe("the simulated caller's lines, as written and as the demo recogniser hears them", () => {
  const { lines } = JSON.parse(readAsset("sounds/scenarios/manifest.json").toString("utf8")) as { lines: Line[] };
  const innocentScenarios = ["polite", "angry", "look-alikes", "long-call", "silent"];
  const innocent = lines.filter((line) => line.who === "agent" || innocentScenarios.includes(line.scenario));
  const others = lines.filter((line) => !innocent.includes(line));
  const swears = /씨발|병신|지랄|멍청|미친년|칼 |죽는다|불태|불 지르|조심해라/;

  test("hold innocent and abusive ones", () => {
    expect(innocent.length).toBeGreaterThan(20);
    expect(others.filter((line) => swears.test(line.text)).length).toBeGreaterThan(10);
  });

  test.for(innocent)("$scenario, innocent: $text", (line) => {
    expect(classifier.assess(line.text).abusive).toBe(false);
    expect(classifier.assess(line.heard.text, { confidence: line.heard.confidence }).abusive).toBe(false);
  });

  test.for(others)("$scenario: $text", (line) => {
    const expected = swears.test(line.text);
    expect(classifier.assess(line.text).abusive).toBe(expected);
    expect(classifier.assess(line.heard.text, { confidence: line.heard.confidence }).abusive).toBe(expected);
  });
});
