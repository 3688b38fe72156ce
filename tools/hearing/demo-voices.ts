import { resample } from "@jikimi/audio";
import { characterErrors } from "@jikimi/language";
import { hearRecording, wholeSound } from "@jikimi/listening";
import type { Ears } from "@jikimi/recognizers";
import type { Spoken } from "./recognition.ts";
import { padded, type Sound, speak } from "./sounds.ts";

const LINES = [
  "여보세요",
  "안녕하세요 무엇을 도와드릴까요",
  "제가 어제 주문한 상품이 아직 안 왔어요",
  "책임자 바꿔 주세요 신고하겠습니다",
  "고객님 잠시만 기다려 주시겠습니까",
  "왜 이렇게 오래 걸려요 정말 화가 나네요",
  "네 알겠습니다 확인해 드리겠습니다",
  "카드가 자꾸 안 된다고 나와요",
  "다음 주 월요일 오전 열 시로 예약해 주세요",
  "지금 장난하는 겁니까",
];

export type DemoResult = {
  readonly voice: string;
  readonly percent: number;
  readonly pieces: number;
  readonly refused: number;
};

/** The recogniser of the simulated caller: its own voices, and people, whom it must not claim to understand. */
export async function measureDemo(clips: readonly Spoken[], ears: Ears): Promise<readonly DemoResult[]> {
  const results: DemoResult[] = [];
  for (const voice of ["ko", "ko+f2", "ko+m3"]) {
    results.push(
      await scored(
        `espeak-ng ${voice}`,
        LINES.map((text) => ({ text, sound: speak(text, voice) })),
        ears,
      ),
    );
  }
  return [...results, await scored("people", clips, ears)];
}

async function scored(
  voice: string,
  said: readonly { readonly text: string; readonly sound: Sound }[],
  { recognizer, voices }: Ears,
): Promise<DemoResult> {
  let errors = 0;
  let length = 0;
  let pieces = 0;
  let refused = 0;
  for (const { text, sound } of said) {
    const written: string[] = [];
    const line = padded(sound, 500, 800);
    for await (const { utterance } of hearRecording(wholeSound(line.pcm, line.sampleRateHz), {
      recognizer,
      voices,
      resample,
    })) {
      pieces += 1;
      if (utterance === null) refused += 1;
      else written.push(utterance.text);
    }
    const score = characterErrors(text, written.join(" "));
    errors += score.errors;
    length += score.length;
  }
  return { voice, percent: (100 * errors) / Math.max(1, length), pieces, refused };
}
