import { describe, expect, test } from "vitest";
import { findInnocent } from "./allow-list.ts";
import { normalise } from "./normalise.ts";

/** What is left when the innocent look-alikes are set aside. */
function visible(text: string): string {
  const { text: plain } = normalise(text);
  const hidden = [...plain];
  for (const { start, end } of findInnocent(plain)) hidden.fill("·", start, end);
  return hidden.join("");
}

describe("innocent look-alikes are set aside", () => {
  test.for([
    ["논의의 시발점이 된 사건", "시발"],
    ["시발 자동차는 국산차", "시발"],
    ["다시 발송해 주세요", "시 발"],
    ["다시발송해 주세요", "시발"],
    ["다시.발송해 주세요", "시발"],
    ["김지민 씨 발표예요", "씨 발"],
    ["씨 발라먹는 복숭아", "씨 발"],
    ["씨앗 발아가 안 돼요", "씨앗 발아가"],
    ["병신년에 태어났어요", "병신"],
    ["저는 병신 년에 태어났어요", "병신"],
    ["개새끼손가락 인형", "새끼"],
    ["새끼발톱이 빠졌어요", "새끼"],
    ["고양이가 새끼를 낳았어요", "새끼"],
    ["강아지 새끼 분양해요", "새끼"],
    ["보지 못했어요", "보지"],
    ["알아보지도 않고", "보지"],
    ["자지 않고 기다렸어요", "자지"],
    ["십팔만 원이요", "십팔"],
    ["이십팔 일이요", "십팔"],
    ["십 년 썼어요", "년"],
    ["조나단이에요", "조나"],
    ["존나 아니고 조나단이에요", "존나"],
    ["게이트웨이 설정", "게이"],
    ["전염병 때문에", "염병"],
    ["닥쳐올 장마", "닥쳐"],
    ["화면이 자꾸 꺼져요", "꺼져"],
    ["영향을 미친 것 같아요", "미친"],
    ["물걸레 청소기", "걸레"],
    ["그놈의 인증번호", "놈"],
    ["오늘 날씨 죽인다", "죽인다"],
    ["용돈 달라고 졸라볼까", "졸라"],
  ] as const)("%s hides %s", ([text, word]) => {
    expect(visible(text)).not.toContain(word);
  });
});

describe("what follows or only resembles them stays", () => {
  test.for([
    ["시발점에서 씨발", "씨발"],
    ["아 씨 발 진짜", "씨 발"],
    ["씨발라마", "씨발"],
    ["씨 발라먹을 놈", "씨 발"],
    ["씨발아", "씨발"],
    ["야 이 병신년아", "병신"],
    ["이 개새끼가", "개새끼"],
    ["그 새끼 손 좀 봐야지", "새끼"],
    ["니 보지", "보지"],
    ["십팔놈아", "십팔"],
    ["이 년이 어디서", "년"],
    ["그놈의 새끼", "놈"],
    ["닥쳐", "닥쳐"],
    ["당장 꺼져", "꺼져"],
    ["미친 새끼", "미친"],
    ["병신 아니고 등신이야", "병신"],
    ["너 죽인다", "죽인다"],
    ["졸라 짜증나", "졸라"],
  ] as const)("%s keeps %s", ([text, word]) => {
    expect(visible(text)).toContain(word);
  });
});
