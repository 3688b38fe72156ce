import { describe, expect, test } from "vitest";
import { normalise } from "./normalise.ts";
import { findReported } from "./reported-speech.ts";

const quoted = (text: string) => {
  const plain = normalise(text).text;
  return findReported(plain).map(({ start, end }) => plain.slice(start, end).trim());
};

describe("someone else's words are found", () => {
  test.for([
    ["걔가 저한테 병신이라고 했어요", "병신"],
    ["손님이 저한테 이 미친년아라고 욕을 했어요", "이 미친년아"],
    ["그 사람이 저를 죽여버린다고 협박했어요", "죽여버린다"],
    ["씨발이라는 말을 들었어요", "씨발"],
    ["죽여버린다는 문자를 받았어요", "죽여버린다"],
  ] as const)("%s", ([text, words]) => {
    expect(quoted(text).join("|")).toContain(words);
  });
});

describe("the speaker's own words are not", () => {
  test.for(["이 병신아", "내가 죽여버린다고 했지", "씨발 왜 안 된다고 그래", "너 죽고 싶냐"])("%s", (text) => {
    expect(quoted(text)).toEqual([]);
  });
});
