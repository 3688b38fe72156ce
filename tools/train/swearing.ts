import { read } from "@jikimi/language";

const plain =
  /씨발|시발|씨팔|시팔|새끼|병신|지랄|존나|좆|썅|미친[놈년]|개년|쌍년|쌍놈|년놈|닥쳐|꺼져|뒈져|뒤질|호로|느금|(?<![가-힣])[이저그]년(?=[이아은]|$| )|싸가지|대가리|등신|빌어먹을|쪽[바발]리/;
const violent = /죽여버|죽이고 싶|걸리면 죽|맞기 싫으면|가만 안 [두둬]/;

/**
 * Whether a line (of a film, often) swears or threatens so plainly that calling it ordinary talk would teach the wrong thing. Innocent look-alikes are set
 * aside first. Only used to clean foreign data; the product never judges by a list.
 */
export function holdsSwearing(text: string): boolean {
  const reading = read(text);
  const visible = [...reading.normalised.text].map((char, at) => (reading.hidden[at] === 1 ? "·" : char)).join("");
  return plain.test(visible) || violent.test(visible);
}
